import { createManualClock, instrumentOf, parseInstant } from '@openpredict/market'
import { beforeEach, describe, expect, it } from 'vitest'

import { Machine, reportOf, settled } from '../test/machine.ts'
import { type Collector, type CycleReport, type LoopOptions, type LoopSummary, runLoop, type Tick } from './index.ts'

const SECOND = 1_000
const MINUTE = 60 * SECOND
const START = parseInstant('2024-06-05T14:30:30Z')

let machine: Machine
let stop: AbortController
let runs: number[]

beforeEach(() => {
  machine = new Machine(START)
  stop = new AbortController()
  runs = []
})

/** A collector whose cycles take as long as `work` does. */
function collectorOf(
  work: (signal: AbortSignal) => Promise<void> = () => Promise.resolve(),
  status: CycleReport['status'] = 'success',
  symbol = 'NQ=F',
): Collector {
  return {
    instrument: instrumentOf(symbol),
    async runCycle({ signal = stop.signal } = {}) {
      const startedAt = machine.clock.now()
      runs.push(startedAt)
      const started = machine.timer.now()
      await work(signal)
      const durationMs = machine.timer.now() - started
      return reportOf({ status, instrument: this.instrument, startedAt, durationMs })
    },
  }
}

/** Ends only when it is aborted. */
async function hanging(signal: AbortSignal): Promise<void> {
  await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)))
}

async function loop(collectors: readonly Collector[], options: Partial<LoopOptions> = {}): Promise<LoopSummary> {
  return await runLoop({ collectors, clock: machine.clock, timer: machine.timer, signal: stop.signal, ...options })
}

async function drive(running: Promise<LoopSummary>, stepMs = SECOND): Promise<LoopSummary> {
  const summary = await machine.drive(running, { stepMs })
  expect(machine.sleepers).toBe(0)
  return summary
}

describe('runLoop', () => {
  it('runs at once and then two seconds after every full minute, without drift', async () => {
    const summary = await drive(loop([collectorOf(() => machine.clock.sleep(700))], { cycles: 5 }), 100)
    const cycles = { success: 5, partial: 0, failed: 0, idle: 0 }
    const account = { symbol: 'NQ=F', cycles, longestMs: 700, meanMs: 700 }
    expect(summary).toEqual({ rounds: 5, cycles, instruments: [account], stopped: false })
    const minute = parseInstant('2024-06-05T14:31:02Z')
    expect(runs).toEqual([START, minute, minute + MINUTE, minute + 2 * MINUTE, minute + 3 * MINUTE])
  })

  it('never runs two cycles of a collector at once, and skips the ticks that one missed', async () => {
    let running = 0
    let most = 0
    const slow = collectorOf(async () => {
      most = Math.max(most, ++running)
      await machine.clock.sleep(2.5 * MINUTE)
      running--
    })
    await drive(loop([slow], { cycles: 3 }))
    expect(most).toBe(1)
    const first = parseInstant('2024-06-05T14:33:02Z')
    expect(runs).toEqual([START, first, parseInstant('2024-06-05T14:36:02Z')])
  })

  it('goes on after a failed cycle and counts it', async () => {
    const summary = await drive(loop([collectorOf(undefined, 'failed')], { cycles: 3 }))
    expect(summary.cycles).toEqual({ success: 0, partial: 0, failed: 3, idle: 0 })
    expect(summary.instruments).toMatchObject([{ failingSince: START }])
  })

  it('keeps any interval and offset', async () => {
    await drive(loop([collectorOf()], { cycles: 4, intervalMs: SECOND, offsetMs: 250 }), 10)
    const first = START + 250
    expect(runs).toEqual([START, first, first + SECOND, first + 2 * SECOND])
  })

  it('sleeps through a weekend and says so', async () => {
    machine = new Machine(parseInstant('2024-06-08T12:00:30Z'))
    const waits: Tick[] = []
    await drive(loop([collectorOf(undefined, 'idle')], { cycles: 3, onWait: (tick) => waits.push(tick) }), MINUTE)
    expect(waits).toEqual([
      { at: parseInstant('2024-06-08T12:15:02Z'), idle: true },
      { at: parseInstant('2024-06-08T12:30:02Z'), idle: true },
    ])
  })

  it('lets each market keep its own hours', async () => {
    machine = new Machine(parseInstant('2024-06-08T12:00:30Z'))
    const waits: Tick[] = []
    const bitcoin: number[] = []
    const other = collectorOf(() => Promise.resolve(void bitcoin.push(machine.clock.now())), 'success', 'BTC-USD')
    const running = loop([collectorOf(undefined, 'idle'), other], { onWait: (tick) => waits.push(tick) })
    await machine.pass(5 * MINUTE)
    stop.abort()
    await running
    expect(bitcoin.length).toBe(6)
    expect(runs.length).toBe(7)
    expect(waits.slice(0, 2)).toEqual([
      { at: parseInstant('2024-06-08T12:01:02Z'), idle: false },
      { at: parseInstant('2024-06-08T12:02:02Z'), idle: false },
    ])
  })

  it('tells of the waits of those that are left, once others have made their cycles', async () => {
    machine = new Machine(parseInstant('2024-06-08T12:00:30Z'))
    const waits: Tick[] = []
    const other = collectorOf(undefined, 'success', 'BTC-USD')
    const idle = collectorOf(undefined, 'idle')
    await drive(loop([idle, other], { cycles: 2, onWait: (tick) => waits.push(tick) }))
    expect(waits).toEqual([
      { at: parseInstant('2024-06-08T12:01:02Z'), idle: false },
      { at: parseInstant('2024-06-08T12:15:02Z'), idle: true },
    ])
  })

  it.each([
    [undefined, 4],
    [2, 2],
  ])('with concurrency %s collects %i instruments at once', async (concurrency, expected) => {
    let running = 0
    let most = 0
    const work = async (): Promise<void> => {
      most = Math.max(most, ++running)
      await machine.clock.sleep(5 * SECOND)
      running--
    }
    const collectors = Array.from({ length: 8 }, (_, n) => collectorOf(work, 'success', `S${n}`))
    const summary = await drive(loop(collectors, { cycles: 2, ...(concurrency === undefined ? {} : { concurrency }) }))
    expect(most).toBe(expected)
    expect(summary.cycles.success).toBe(16)
  })

  it('follows the calendar that it is given', async () => {
    const closed = {
      ...createManualClock(0),
      isOpen: () => false,
      nextOpen: () => Number.POSITIVE_INFINITY,
      nextClose: (time: number) => time,
      openPeriods: () => [],
      openMinutes: () => 0,
      sessionOf: () => undefined,
    }
    await drive(loop([collectorOf()], { cycles: 2, idleIntervalMs: 5 * MINUTE, calendar: () => closed }))
    expect(runs).toEqual([START, parseInstant('2024-06-05T14:35:02Z')])
  })
})

describe('a stop', () => {
  it('ends the wait for a tick at once', async () => {
    const running = loop([collectorOf()])
    await settled()
    stop.abort(new Error('stopped'))
    expect(await running).toMatchObject({ rounds: 1, stopped: true })
    expect(machine.sleepers).toBe(0)
  })

  it('before the start lets nothing run', async () => {
    stop.abort()
    expect(await loop([collectorOf()])).toMatchObject({ rounds: 0, stopped: true })
    stop = new AbortController()
    const running = loop([collectorOf()])
    stop.abort()
    expect(await running).toMatchObject({ rounds: 0, stopped: true })
    expect(runs).toEqual([])
  })

  it('lets a running cycle finish within the grace', async () => {
    let finish = (): void => undefined
    const running = loop([collectorOf(() => new Promise((resolve) => (finish = resolve)))])
    await settled()
    stop.abort(new Error('stopped'))
    machine.advance(3_999)
    finish()
    expect(await running).toMatchObject({ rounds: 1, cycles: { success: 1 }, stopped: true })
    expect(machine.sleepers).toBe(0)
  })

  it('aborts a running cycle that outlasts the grace', async () => {
    const reasons: unknown[] = []
    const running = loop([
      collectorOf((signal) =>
        hanging(signal)
          .catch((error) => reasons.push(error))
          .then(() => {
            throw reasons[0]
          }),
      ),
    ])
    await settled()
    stop.abort(new Error('stopped'))
    await settled()
    machine.advance(3_999)
    await settled()
    expect(reasons).toEqual([])
    machine.advance(1)
    expect(await running).toMatchObject({ rounds: 0, cycles: { success: 0, failed: 0 }, stopped: true })
    expect(reasons).toEqual([new Error('stopped')])
  })

  it('leaves behind a cycle that does not even end when it is aborted', async () => {
    const running = loop([collectorOf(() => new Promise(() => undefined))])
    await settled()
    stop.abort(new Error('stopped'))
    for (const ms of [4_000, 500]) {
      await settled()
      machine.advance(ms)
    }
    expect(await running).toMatchObject({ rounds: 0, stopped: true })
  })

  it('lets nobody start who still waits for a turn', async () => {
    const symbols = Array.from({ length: 10 }, (_, n) => `S${n}`)
    const running = loop(symbols.map((symbol) => collectorOf(() => machine.clock.sleep(2_000), 'success', symbol)))
    await machine.pass(SECOND, 500)
    const started = runs.length
    expect(started).toBe(3)
    stop.abort()
    const summary = await drive(running, 500)
    expect(runs.length).toBe(started)
    expect(summary.cycles.success).toBe(started)
  })
})

describe('a fault of the program', () => {
  it('in a collector ends the loop with it, once all others have ended', async () => {
    const fault = new TypeError('a fault')
    let ended = false
    const other = collectorOf((signal) => hanging(signal).finally(() => (ended = true)), 'success', 'ES=F')
    const broken = collectorOf(() => machine.clock.sleep(SECOND).then(() => Promise.reject(fault)))
    await expect(machine.drive(loop([broken, other]))).rejects.toBe(fault)
    expect(ended).toBe(true)
    expect(machine.sleepers).toBe(0)
  })

  it.each(['onCycle', 'onWait', 'onClockJump'] as const)('in %s ends the loop with it', async (name) => {
    const fault = new TypeError('a fault')
    const throwing = (): never => {
      throw fault
    }
    const running = machine.drive(loop([collectorOf()], { [name]: throwing, cycles: 3 }))
    machine.jump(2 * MINUTE)
    await expect(running).rejects.toBe(fault)
    expect(machine.sleepers).toBe(0)
  })
})
