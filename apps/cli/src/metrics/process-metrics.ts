import { freemem, totalmem } from 'node:os'
import process from 'node:process'

import { collectDefaultMetrics, Gauge, type Registry } from 'prom-client'

import { busyTime, diskBytes, memoryLimit, threads } from './process-measures.ts'

/** Adds what is to be known of this process and this machine. */
export function addProcessMetrics(registry: Registry, version: string): void {
  collectDefaultMetrics({ register: registry })
  const registers = [registry]
  new Gauge({
    name: 'agent1_build_info',
    help: 'The version that runs; always 1',
    labelNames: ['version', 'node'] as const,
    registers,
  }).set({ version, node: process.versions.node }, 1)
  const gauge = (name: string, help: string, value: () => number | undefined): void => {
    const metric = new Gauge({
      name,
      help,
      registers: [],
      collect() {
        const its = value()
        if (its !== undefined) this.set(its)
      },
    })
    registry.registerMetric(metric)
  }
  gauge('process_uptime_seconds', 'How long this process has run', () => process.uptime())
  gauge(
    'process_memory_limit_bytes',
    'Memory that this process may have: of its cgroup, or of this machine',
    memoryLimit,
  )
  gauge('process_threads', 'Threads of this process', threads)
  gauge('system_memory_available_bytes', 'Memory that programs can still have', () => freemem())
  gauge('system_memory_usage_bytes', 'Memory in use on this machine', () => totalmem() - freemem())
  let before = busyTime()
  gauge('system_cpu_usage_ratio', 'Share of all processors in use since the last time that this was asked', () => {
    const now = busyTime()
    const all = now.all - before.all
    const share = all === 0 ? undefined : (now.busy - before.busy) / all
    before = now
    return share
  })
  const io = new Gauge({
    name: 'process_disk_io_bytes',
    help: 'What this process has read from disk and written to it since its start',
    labelNames: ['direction'] as const,
    registers,
    collect() {
      for (const direction of ['read', 'write'] as const) {
        const bytes = diskBytes(direction)
        if (bytes !== undefined) io.set({ direction }, bytes)
      }
    },
  })
}
