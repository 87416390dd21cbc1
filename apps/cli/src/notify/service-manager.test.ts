import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'

import { type Clock, createManualClock } from '@openpredict/market'
import { beforeEach, describe, expect, it, vi } from 'vitest'

import { createServiceManager, type ServiceManager } from './service-manager.ts'

const MINUTE = 60_000

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'openpredict-notify-'))
  // Stands for systemd-notify: writes down what it is told.
  const program = join(folder, 'systemd-notify')
  writeFileSync(program, `#!/bin/sh\necho "$*" >> ${join(folder, 'told')}\n`)
  chmodSync(program, 0o755)
  return () => rmSync(folder, { recursive: true })
})

function told(): readonly string[] {
  const path = join(folder, 'told')
  return existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n') : []
}

/** How often the manager has looked whether the loop is alive. */
type Looks = () => number

function manager(
  env: Readonly<Record<string, string>>,
  clock = createManualClock(0),
): { its: ServiceManager; troubles: string[]; looks: Looks } {
  const troubles: string[] = []
  let looks = 0
  const timer: Clock = {
    ...clock,
    now() {
      looks++
      return clock.now()
    },
  }
  const its = createServiceManager({
    env: { NOTIFY_SOCKET: '/run/it', PATH: `${folder}:/bin:/usr/bin`, ...env },
    clock,
    timer,
    onTrouble: (message) => troubles.push(message),
  })
  if (its === undefined) throw new Error('there is a socket')
  return { its, troubles, looks: () => looks }
}

const START = {
  kind: 'start',
  instruments: [],
  title: 'a test',
  location: 'nowhere',
  intervalMs: MINUTE,
  version: '0',
} as const

describe('the service manager', () => {
  it('is not there without a socket', () => {
    const clock = createManualClock(0)
    expect(createServiceManager({ env: {}, clock, timer: clock, onTrouble: () => undefined })).toBeUndefined()
  })

  it('hears that the loop runs, and that it stops, in this order', async () => {
    const { its } = manager({})
    its.observe(START)
    its.observe({ kind: 'stopping', reason: 'stopped by SIGTERM' })
    await its.close()
    expect(told()).toEqual(['READY=1 STATUS=collecting from a test', 'STOPPING=1 STATUS=stopped by SIGTERM'])
  })

  it('hears of life while ticks go on, and no more while one is overdue for long', async () => {
    const clock = createManualClock(0)
    const { its, looks } = manager({ WATCHDOG_USEC: '40000', WATCHDOG_PID: String(process.pid) }, clock)
    const beats = (): number => told().filter((line) => line === 'WATCHDOG=1').length
    its.observe(START)
    its.observe({ kind: 'wait', tick: { at: 15 * MINUTE, idle: true } })
    await vi.waitUntil(() => beats() >= 2)
    // In the middle of a long wait.
    clock.advance(14 * MINUTE)
    const before = beats()
    await vi.waitUntil(() => beats() >= before + 2)

    // The tick was due seven minutes ago.
    clock.advance(8 * MINUTE)
    const seen = looks()
    await vi.waitUntil(() => looks() >= seen + 2)
    const last = beats()
    await vi.waitUntil(() => looks() >= seen + 8)
    // What had been sent before the clock moved may have come meanwhile.
    expect(beats()).toBeLessThanOrEqual(last + 1)

    its.observe({ kind: 'wait', tick: { at: clock.now() + MINUTE, idle: false } })
    await vi.waitUntil(() => beats() >= last + 3)
    await its.close()
  })

  it('does not watch a process other than this one', async () => {
    const { its } = manager({ WATCHDOG_USEC: '2000', WATCHDOG_PID: '1' })
    its.observe(START)
    await its.close()
    expect(told()).toEqual(['READY=1 STATUS=collecting from a test'])
  })

  it('is given up, and that said once, where the program is missing', async () => {
    const { its, troubles } = manager({ PATH: '/nowhere' })
    its.observe(START)
    its.observe({ kind: 'stopping', reason: 'done' })
    await its.close()
    expect(troubles).toEqual([expect.stringMatching(/systemd-notify is not to be found/)])
  })
})
