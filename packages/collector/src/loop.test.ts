import { createManualClock, instrumentOf, parseInstant } from '@openpredict/market'
import { beforeEach, describe, expect, it } from 'vitest'

import { type Collector, type CycleReport, type LoopOptions, type LoopSummary, runLoop, type Tick } from './index.ts'

const MINUTE = 60_000
const START = parseInstant('2024-06-05T14:30:30Z')
const instrument = instrumentOf('NQ=F')

let clock = createManualClock(START)
let timer = createManualClock(0)
let stop = new AbortController()
let runs: number[] = []

beforeEach(() => {
  clock = createManualClock(START)
  timer = createManualClock(0)
  stop = new AbortController()
  runs = []
})

/** A collector whose cycles take as long as `work` does. */
function collectorOf(
  work: (signal: AbortSignal) => Promise<void>,
  status: CycleReport['status'] = 'success',
): Collector {
  return {
    instrument,
    async runCycle({ signal = stop.signal } = {}) {
      runs.push(clock.now())
      await work(signal)
      return { status, instrument, startedAt: clock.now() } as CycleReport
    },
  }
}

async function loop(collectors: readonly Collector[], options: Partial<LoopOptions> = {}): Promise<LoopSummary> {
  return await runLoop({
    collectors,
    clock,
    timer,
    signal: stop.signal,
    ...options,
  })
}

/** Moves market time on whenever the loop waits, until it has ended. */
async function drive(running: Promise<LoopSummary>, step = 1_000): Promise<LoopSummary> {
  let ended = false
  running.then(
    () => (ended = true),
    () => (ended = true),
  )
  while (!ended) {
    await new Promise((resolve) => setImmediate(resolve))
    if (clock.sleepers > 0) clock.advance(step)
  }
  return await running
}

describe('runLoop', () => {
  it('runs at once and then two seconds after every full minute, without drift', async () => {
    const summary = await drive(loop([collectorOf(() => clock.sleep(700))], { cycles: 5 }), 100)
    expect(summary).toEqual({ rounds: 5, cycles: { success: 5, partial: 0, failed: 0, idle: 0 }, stopped: false })
    const minute = parseInstant('2024-06-05T14:31:02Z')
    expect(runs).toEqual([START, minute, minute + MINUTE, minute + 2 * MINUTE, minute + 3 * MINUTE])
  })

  it('never runs two cycles of a collector at once, and skips the ticks that one missed', async () => {
    let running = 0
    let most = 0
    const slow = collectorOf(async () => {
      most = Math.max(most, ++running)
      await clock.sleep(2.5 * MINUTE)
      running--
    })
    await drive(loop([slow], { cycles: 3 }))
    expect(most).toBe(1)
    const first = parseInstant('2024-06-05T14:33:02Z')
    expect(runs).toEqual([START, first, parseInstant('2024-06-05T14:36:02Z')])
  })

  it('goes on after a failed cycle and counts it', async () => {
    const summary = await drive(loop([collectorOf(() => Promise.resolve(), 'failed')], { cycles: 3 }))
    expect(summary.cycles).toEqual({ success: 0, partial: 0, failed: 3, idle: 0 })
  })

  it('sleeps through a weekend and says so', async () => {
    clock = createManualClock(parseInstant('2024-06-08T12:00:30Z'))
    const waits: { at: number; idle: boolean }[] = []
    await drive(
      loop([collectorOf(() => Promise.resolve(), 'idle')], { cycles: 3, onWait: (tick) => waits.push(tick) }),
      MINUTE,
    )
    expect(waits).toEqual([
      { at: parseInstant('2024-06-08T12:15:02Z'), idle: true },
      { at: parseInstant('2024-06-08T12:30:02Z'), idle: true },
    ])
  })

  it('stays awake for the one market of several that is open', async () => {
    clock = createManualClock(parseInstant('2024-06-08T12:00:30Z'))
    const other = { ...collectorOf(() => Promise.resolve()), instrument: instrumentOf('BTC-USD') }
    const waits: Tick[] = []
    const options = { cycles: 2, onWait: (tick: Tick) => waits.push(tick) }
    await drive(loop([collectorOf(() => Promise.resolve(), 'idle'), other], options))
    expect(waits).toEqual([{ at: parseInstant('2024-06-08T12:01:02Z'), idle: false }])
  })

  it('ends while it waits as soon as it is told to', async () => {
    const running = loop([collectorOf(() => Promise.resolve())])
    while (clock.sleepers === 0) await new Promise((resolve) => setImmediate(resolve))
    stop.abort(new Error('stopped'))
    expect(await running).toMatchObject({ rounds: 1, stopped: true })
    expect(clock.sleepers).toBe(0)
  })

  it('lets a running cycle finish within the grace', async () => {
    let finish = (): void => undefined
    const running = loop([collectorOf(() => new Promise((resolve) => (finish = resolve)))])
    stop.abort(new Error('stopped'))
    timer.advance(3_999)
    finish()
    expect(await running).toMatchObject({ rounds: 1, cycles: { success: 1 }, stopped: true })
  })

  it('aborts a running cycle that outlasts the grace', async () => {
    const stubborn = collectorOf((signal) => {
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)))
    })
    const running = loop([stubborn])
    stop.abort(new Error('stopped'))
    timer.advance(4_000)
    expect(await running).toEqual({ rounds: 0, cycles: { success: 0, partial: 0, failed: 0, idle: 0 }, stopped: true })
  })
})
