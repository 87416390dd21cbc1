import { readdirSync, readFileSync } from 'node:fs'
import { cpus, freemem, totalmem } from 'node:os'
import process from 'node:process'

/**
 * What this process and this machine use now, by name: recorded with every cycle, so that a day can be judged afterwards.
 * Bytes, milliseconds and counts since the start of the process; what the system does not tell is left out.
 */
export function processMeasures(): Readonly<Record<string, number>> {
  const memory = process.memoryUsage()
  const { user, system } = process.cpuUsage()
  const { busy, all } = busyTime()
  return withoutUnknown({
    process_id: process.pid,
    process_uptime_ms: Math.round(process.uptime() * 1_000),
    process_memory_bytes: memory.rss,
    process_heap_bytes: memory.heapUsed,
    process_memory_limit_bytes: memoryLimit(),
    process_cpu_ms: Math.round((user + system) / 1_000),
    process_threads: threads(),
    process_open_files: openFiles(),
    process_read_bytes: diskBytes('read'),
    process_written_bytes: diskBytes('write'),
    system_memory_available_bytes: freemem(),
    system_memory_total_bytes: totalmem(),
    system_busy_ms: busy,
    system_cpu_ms: all,
  })
}

/** The memory that this process may have: what its cgroup allows, or all of the machine. */
export function memoryLimit(): number {
  const all = totalmem()
  // Where nothing is said, this is 0 or far more than there is.
  const allowed = process.constrainedMemory()
  return allowed > 0 && allowed < all ? allowed : all
}

/** Threads of this process. */
export function threads(): number | undefined {
  return numberIn('/proc/self/status', /^Threads:\s+(\d+)/m)
}

/** What this process has read from disk or written to it. */
export function diskBytes(direction: 'read' | 'write'): number | undefined {
  return numberIn('/proc/self/io', new RegExp(`^${direction}_bytes: (\\d+)`, 'm'))
}

/** Processor time of this machine since it started, in ms. */
export function busyTime(): { readonly busy: number; readonly all: number } {
  let [busy, all] = [0, 0]
  for (const { times } of cpus()) {
    const sum = Object.values(times).reduce((a, b) => a + b, 0)
    all += sum
    busy += sum - times.idle
  }
  return { busy, all }
}

function openFiles(): number | undefined {
  try {
    // The folder that is being read is one of them.
    return readdirSync('/proc/self/fd').length - 1
  } catch {
    return undefined
  }
}

/** A number in a file that Linux makes; `undefined` elsewhere. */
function numberIn(path: string, pattern: RegExp): number | undefined {
  try {
    const found = pattern.exec(readFileSync(path, 'utf8'))?.[1]
    return found === undefined ? undefined : Number(found)
  } catch {
    return undefined
  }
}

function withoutUnknown(values: Readonly<Record<string, number | undefined>>): Readonly<Record<string, number>> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  )
}
