import { instrumentOf, parseInstant } from '@openpredict/market'
import { beforeEach, describe, expect, it } from 'vitest'

import { Machine, reportOf, settled } from '../test/machine.ts'
import { type ClockJump, type Collector, type CycleReport, runLoop } from './index.ts'

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const START = parseInstant('2024-06-05T14:30:02Z')

let machine: Machine
let stop: AbortController
let jumps: ClockJump[]
/** When cycles began: by the clock, and in seconds of real time from the start. */
let runs: string[]
let times: number[]
let outcome: Pick<CycleReport, 'status' | 'failedStep' | 'failure'>

function start(from = START, symbols = ['NQ=F'], cycleMs = 0): Promise<unknown> {
  machine = new Machine(from)
  const collectors = symbols.map(instrumentOf).map((instrument): Collector => ({
    instrument,
    async runCycle({ signal } = {}) {
      const startedAt = machine.clock.now()
      runs.push(new Date(startedAt).toISOString().slice(5, 19))
      times.push(machine.timer.now() / SECOND)
      await machine.timer.sleep(cycleMs, signal)
      return reportOf({ instrument, ...outcome, startedAt })
    },
  }))
  const { clock, timer } = machine
  return runLoop({ collectors, clock, timer, signal: stop.signal, onClockJump: (jump) => jumps.push(jump) })
}

function gapsOf(instants: readonly number[]): readonly number[] {
  return instants.slice(1).map((instant, n) => instant - (instants[n] ?? 0))
}

async function end(running: Promise<unknown>): Promise<void> {
  stop.abort()
  await machine.drive(running)
  expect(machine.sleepers).toBe(0)
}

beforeEach(() => {
  stop = new AbortController()
  outcome = { status: 'success' }
  jumps = []
  runs = []
  times = []
})

describe('a loop whose machine was suspended', () => {
  it('runs one cycle within ten seconds, and no burst, then keeps its ticks', async () => {
    const running = start()
    await machine.pass(2 * MINUTE + 20 * SECOND)
    machine.jump(5 * HOUR)
    await machine.pass(2 * MINUTE)
    await end(running)
    expect(runs).toEqual([
      '06-05T14:30:02',
      '06-05T14:31:02',
      '06-05T14:32:02',
      '06-05T19:32:32',
      '06-05T19:33:02',
      '06-05T19:34:02',
    ])
    expect(jumps).toEqual([{ at: parseInstant('2024-06-05T19:32:32Z'), byMs: 5 * HOUR }])
  })

  it('runs one cycle at once where timers count the time asleep', async () => {
    const running = start()
    await machine.pass(20 * SECOND)
    machine.advance(5 * HOUR)
    await machine.pass(40 * SECOND)
    await end(running)
    expect(runs).toEqual(['06-05T14:30:02', '06-05T19:30:22', '06-05T19:31:02'])
    expect(jumps).toEqual([])
  })

  it('is there soon after the reopening that it slept over', async () => {
    const running = start(parseInstant('2024-06-09T21:00:02Z'))
    await machine.pass(20 * SECOND)
    machine.jump(90 * MINUTE)
    await machine.pass(40 * SECOND)
    await end(running)
    expect(runs).toEqual(['06-09T21:00:02', '06-09T22:30:32', '06-09T22:31:02'])
  })

  it('lets many instruments run once each, one after the other', async () => {
    const symbols = Array.from({ length: 30 }, (_, n) => `S${n}`)
    const running = start(START, symbols)
    await machine.pass(40 * SECOND, 250)
    const before = times.length
    machine.jump(5 * HOUR)
    await machine.pass(24_500, 250)
    await end(running)
    const after = times.slice(before)
    expect(before).toBe(30)
    expect(after.length).toBe(30)
    expect(Math.min(...gapsOf(after))).toBeGreaterThanOrEqual(0.5)
  })
})

describe('a loop whose clock is set forward', () => {
  it('by less than a minute, keeps the new minute at once', async () => {
    const running = start()
    await machine.pass(20 * SECOND)
    machine.jump(45 * SECOND)
    await machine.pass(2 * MINUTE)
    await end(running)
    expect(runs).toEqual(['06-05T14:30:02', '06-05T14:31:17', '06-05T14:32:02', '06-05T14:33:02'])
    expect(jumps).toMatchObject([{ byMs: 45 * SECOND }])
  })

  it('but not past the next tick, changes nothing but the wait', async () => {
    const running = start()
    await machine.pass(20 * SECOND)
    machine.jump(15 * SECOND)
    await machine.pass(MINUTE)
    await end(running)
    expect(runs).toEqual(['06-05T14:30:02', '06-05T14:31:02'])
    expect(times).toEqual([0, 45])
  })
})

describe('a loop whose clock is set back', () => {
  it.each([
    ['a second', SECOND + 500],
    ['twenty seconds', 20 * SECOND],
    ['fifty seconds', 50 * SECOND],
    ['three minutes', 3 * MINUTE],
    ['an hour', HOUR],
    ['a day', 24 * HOUR],
  ])('by %s, runs never two cycles within a minute nor waits for two', async (_, ms) => {
    const cases = [1, 20, 40, 58].flatMap((after) => [0, 30 * SECOND].map((cycleMs) => ({ after, cycleMs })))
    for (const { after, cycleMs } of cases) {
      stop = new AbortController()
      jumps = []
      times = []
      const running = start(START, ['NQ=F'], cycleMs)
      await machine.pass(2 * MINUTE + after * SECOND)
      machine.jump(-ms)
      await machine.pass(5 * MINUTE)
      await end(running)
      expect(jumps).toMatchObject([{ byMs: -ms }])
      const gaps = gapsOf(times)
      expect(Math.min(...gaps)).toBeGreaterThanOrEqual(59)
      expect(Math.max(...gaps)).toBeLessThan(120)
      // On the ticks of the new time.
      expect(runs.at(-1)).toMatch(/:02$/)
    }
  })

  it('leaves the source in peace no longer than before', async () => {
    const refusal = { category: 'network', code: 'rate-limited', message: '', hint: '' } as const
    outcome = { status: 'failed', failedStep: 'fetch', failure: { ...refusal, retryAfterMs: 5 * MINUTE } }
    const running = start()
    await machine.pass(2 * MINUTE)
    machine.jump(-HOUR)
    await machine.pass(4 * MINUTE)
    await end(running)
    expect(times).toEqual([0, 300])
  })

  it('while the market is closed, does not wait longer than it would have', async () => {
    const running = start(parseInstant('2024-06-08T12:00:02Z'))
    await machine.pass(5 * MINUTE)
    machine.jump(-HOUR)
    await machine.pass(35 * MINUTE)
    await end(running)
    expect(times).toEqual([0, 15 * 60, 30 * 60])
  })
})

describe('a clock that stands still', () => {
  it('does not keep the loop from going on', async () => {
    machine = new Machine(0)
    const started: number[] = []
    const instrument = instrumentOf('NQ=F')
    const collector: Collector = {
      instrument,
      runCycle() {
        started.push(machine.timer.now() / SECOND)
        return Promise.resolve(reportOf({ instrument, status: 'success', startedAt: START }))
      },
    }
    const clock = { ...machine.clock, now: () => START }
    const running = runLoop({ collectors: [collector], clock, timer: machine.timer, signal: stop.signal })
    await settled()
    await machine.pass(5 * MINUTE)
    await end(running)
    expect(started).toEqual([0, 60, 120, 180, 240, 300])
  })
})
