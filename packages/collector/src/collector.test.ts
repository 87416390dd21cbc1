import { createEngine, type Engine } from '@openpredict/calculators'
import { type BarSource, FetchError } from '@openpredict/fetcher'
import { type Bar, createManualClock, type ManualClock, parseInstant } from '@openpredict/market'
import type { Store } from '@openpredict/store'
import { beforeEach, describe, expect, it } from 'vitest'

import { batchLevels, type CycleWorld, instrument, openWorld, storedLevels } from '../test/cycle-world.ts'
import { DELAY, type ScriptedSource } from '../test/scripted-source.ts'
import { type Collector, createCollector } from './index.ts'

const MINUTE = 60_000

let world: CycleWorld
let clock: ManualClock
let source: ScriptedSource
let store: Store
let collector: Collector
beforeEach(async () => {
  world = await openWorld()
  ;({ clock, source, store } = world)
  collector = world.collector()
  return () => store.close()
})

function replaced(time: number, change: (bar: Bar) => Bar): readonly Bar[] {
  return source.bars.map((bar) => (bar.time === time ? change(bar) : bar))
}

describe('a cycle', () => {
  it('asks for a week at first, then from thirty minutes before the newest bar', async () => {
    const first = await collector.runCycle()
    expect(first).toMatchObject({ status: 'success', cycle: 1, window: { cold: true }, barsCorrected: 0 })
    clock.advance(3 * MINUTE)
    const second = await collector.runCycle()
    expect(second).toMatchObject({ status: 'success', cycle: 2, barsNew: 3, window: { cold: false } })
    expect(source.asked[1]?.from).toBe((first.newestBar ?? 0) - 29 * MINUTE)
  })

  it('keeps the levels equal to those computed at once, cycle by cycle', async () => {
    await collector.runCycle()
    for (let i = 0; i < 40; i++) {
      clock.advance(7 * MINUTE)
      await collector.runCycle()
      expect(await storedLevels(store)).toEqual(await batchLevels(store, clock.now() - DELAY - MINUTE))
    }
  })

  it('goes on after a restart as if there had been none', async () => {
    await collector.runCycle()
    for (let i = 0; i < 5; i++) {
      clock.advance(11 * MINUTE)
      collector = world.collector()
      const report = await collector.runCycle()
      expect(report).toMatchObject({ status: 'success', barsNew: 11, cycle: i + 2 })
      expect(await storedLevels(store)).toEqual(await batchLevels(store, clock.now() - DELAY - MINUTE))
    }
    expect(await store.historyVersion('NQ=F')).toBe(0)
    expect(await store.countRows('feature_revisions')).toBe(0)
  })

  it('records itself with the times of its eight steps', async () => {
    const report = await collector.runCycle()
    const [row] = await store.readRows('collection_cycles')
    expect(row).toMatchObject({
      id: report.id,
      instrument: 'NQ=F',
      cycle: 1,
      status: 'success',
      failed_step: null,
      bars_new: report.barsNew,
      rows_written: report.rowsWritten,
      host: 'test',
      measures: {
        lag_ms: report.lagMs,
        delay_ms: report.delayMs,
        requests: report.requests,
        minutes_missing: report.minutesMissing,
      },
    })
    expect(report.requests).toBeGreaterThan(0)
    expect(Object.keys(row?.step_ms ?? {})).toEqual([
      'fetch',
      'store_ohlc',
      'calc_ref_levels',
      'calc_pivots',
      'detect_liquidity',
      'detect_fvg',
      'segment_blocks',
      'detect_structure',
    ])
  })

  it('is idle when the market is closed and nothing is new', async () => {
    await collector.runCycle()
    // Saturday.
    clock.advance(3 * 24 * 60 * MINUTE)
    expect(await collector.runCycle()).toMatchObject({ status: 'success' })
    clock.advance(15 * MINUTE)
    expect(await collector.runCycle()).toMatchObject({ status: 'idle', barsNew: 0, marketOpen: false, lagMs: 0 })
  })

  it('keeps nothing of a dry run, and the next cycle starts from what is stored', async () => {
    const dry = await collector.runCycle({ dryRun: true })
    expect(dry.barsNew).toBeGreaterThan(6_000)
    expect(await store.countRows('ohlc_data')).toBe(0)
    expect(await store.countRows('collection_cycles')).toBe(0)
    expect(await collector.runCycle()).toMatchObject({ status: 'success', cycle: 1, barsNew: dry.barsNew })
    expect(await storedLevels(store)).toEqual(await batchLevels(store, clock.now() - DELAY - MINUTE))
  })
})

describe('two collectors on one store', () => {
  it('leave the levels of one, whoever comes first', async () => {
    const other = world.collector()
    await collector.runCycle()
    for (let i = 0; i < 40; i++) {
      clock.advance(MINUTE)
      const [first, second] = i % 3 === 0 ? [other, collector] : [collector, other]
      expect(await first.runCycle()).toMatchObject({ status: 'success' })
      expect(await second.runCycle()).toMatchObject({ status: 'success', barsNew: 0 })
    }
    expect(await storedLevels(store)).toEqual(await batchLevels(store, clock.now() - DELAY - MINUTE))
    expect(await store.countRows('feature_revisions')).toBe(0)
  })

  it('are told of each other from their second cycle on, as long as the other goes on', async () => {
    const mine = world.collector({ measure: () => ({ process_id: 1 }) })
    const other = world.collector({ host: 'elsewhere', measure: () => ({ process_id: 2 }) })
    expect(await other.runCycle()).not.toHaveProperty('otherCollector')
    clock.advance(MINUTE)
    // What ended before this one began may have been its own former life.
    expect(await mine.runCycle()).not.toHaveProperty('otherCollector')
    expect(await other.runCycle()).toMatchObject({ otherCollector: { host: 'test', processId: 1 } })
    clock.advance(MINUTE)
    const otherCollector = { host: 'elsewhere', processId: 2, finishedAt: clock.now() - MINUTE }
    expect(await mine.runCycle()).toMatchObject({ otherCollector })
    clock.advance(MINUTE)
    expect(await mine.runCycle()).not.toHaveProperty('otherCollector')
  })

  it('in one process are one', async () => {
    const measure = (): Readonly<Record<string, number>> => ({ process_id: 1 })
    const [first, second] = [world.collector({ measure }), world.collector({ measure })]
    await first.runCycle()
    await second.runCycle()
    expect(await first.runCycle()).not.toHaveProperty('otherCollector')
  })
})

describe('a source that is slow', () => {
  it('is asked for fewer minutes again from the fifth slow answer on, until it is not slow any more', async () => {
    const timer = createManualClock(0)
    let answerMs = 4_500
    const slow: BarSource = {
      name: source.name,
      async fetch(request) {
        timer.advance(answerMs)
        return await source.fetch(request)
      },
    }
    const collecting = world.collector({ source: slow, timer, warmUpDays: 0 })
    const overlaps: number[] = []
    for (let cycle = 0; cycle < 10; cycle++) {
      if (cycle === 8) answerMs = 100
      const { window, newestBar = 0, barsNew } = await collecting.runCycle()
      if (!window.cold) overlaps.push((newestBar - barsNew * MINUTE - window.from) / MINUTE + 1)
      clock.advance(MINUTE)
    }
    expect(overlaps).toEqual([30, 30, 30, 30, 30, 15, 8, 4, 30])
  })
})

describe('a correction', () => {
  it('keeps the old bar, raises the history version and recomputes every level', async () => {
    await collector.runCycle()
    const time = parseInstant('2024-06-05T14:10:00Z')
    const high = (await store.readBars({ instrument: 'NQ=F', from: time, to: time + 1 })).high[0] ?? 0
    source.bars = replaced(time, (bar) => ({ ...bar, high: bar.high + 250 }))
    clock.advance(MINUTE)
    expect(await collector.runCycle()).toMatchObject({ status: 'success', barsCorrected: 1, barsNew: 1 })

    expect(await store.readRows('ohlc_revisions')).toMatchObject([{ timestamp: time, revision: 0, high }])
    expect(await store.historyVersion('NQ=F')).toBe(1)
    expect(await storedLevels(store)).toEqual(await batchLevels(store, clock.now() - DELAY - MINUTE))
    const am = (await store.readRows('reference_levels')).find(
      (row) => row.level_type === 'NY_AM_HIGH' && row.period_start === parseInstant('2024-06-05T12:30:00Z'),
    )
    expect(am).toMatchObject({ price: high + 250, history_version: 1 })
    const kept = await store.readRows('feature_revisions')
    expect(kept.some((row) => row.table_name === 'reference_levels')).toBe(true)

    clock.advance(MINUTE)
    expect(await collector.runCycle()).toMatchObject({ barsCorrected: 0, barsNew: 1 })
    expect(await storedLevels(store)).toEqual(await batchLevels(store, clock.now() - DELAY - MINUTE))
  })

  it('takes in a bar that arrives after its time', async () => {
    const time = parseInstant('2024-06-05T14:12:00Z')
    const all = source.bars
    source.bars = all.filter((bar) => bar.time !== time)
    await collector.runCycle()
    source.bars = all
    clock.advance(MINUTE)
    expect(await collector.runCycle()).toMatchObject({ barsNew: 2, barsCorrected: 0 })
    expect(await store.historyVersion('NQ=F')).toBe(1)
    expect(await storedLevels(store)).toEqual(await batchLevels(store, clock.now() - DELAY - MINUTE))
  })

  it('takes in a late bar even when it is the newest and the program was restarted between', async () => {
    // The watermark said that this minute was over, so sessions may have ended without it.
    const time = parseInstant('2024-06-05T14:18:00Z')
    const all = source.bars
    source.bars = all.filter((bar) => bar.time !== time)
    expect(await collector.runCycle()).toMatchObject({ newestBar: time - MINUTE })
    source.bars = all
    collector = world.collector()
    expect(await collector.runCycle()).toMatchObject({ newestBar: time, barsNew: 1 })
    expect(await store.historyVersion('NQ=F')).toBe(1)
    expect(await storedLevels(store)).toEqual(await batchLevels(store, clock.now() - DELAY - MINUTE))
  })
})

describe('a bar too far from the market', () => {
  const time = parseInstant('2024-06-05T14:20:00Z')
  const spike = (bar: Bar): Bar => ({ ...bar, high: bar.high * 2 })

  it('is held back and recorded, and admitted when two later answers repeat it', async () => {
    await collector.runCycle()
    source.bars = replaced(time, spike).filter((bar) => bar.time <= time)
    clock.advance(2 * MINUTE)
    expect(await collector.runCycle()).toMatchObject({ barsHeldBack: 1, newestBar: time - MINUTE })
    expect(await store.readRows('ohlc_suspects')).toMatchObject([{ timestamp: time, times_seen: 1, admitted_at: null }])
    clock.advance(MINUTE)
    expect(await collector.runCycle()).toMatchObject({ barsHeldBack: 1 })
    clock.advance(MINUTE)
    expect(await collector.runCycle()).toMatchObject({ barsHeldBack: 0, barsNew: 1, newestBar: time })
    expect(await store.readRows('ohlc_suspects')).toMatchObject([{ times_seen: 3, admitted_at: clock.now() }])
    expect(await storedLevels(store)).toEqual(await batchLevels(store, clock.now() - DELAY - MINUTE))
  })

  it('never comes in when the source takes it back', async () => {
    const all = source.bars
    await collector.runCycle()
    source.bars = replaced(time, (bar) => ({
      ...bar,
      open: bar.open / 2,
      low: bar.open / 2,
      high: bar.open / 2,
      close: bar.open / 2,
    }))
    clock.advance(3 * MINUTE)
    expect(await collector.runCycle()).toMatchObject({ barsHeldBack: 1, barsNew: 2 })
    source.bars = all
    clock.advance(MINUTE)
    expect(await collector.runCycle()).toMatchObject({ barsHeldBack: 0, barsNew: 2 })
    const stored = await store.readBars({ instrument: 'NQ=F', from: time, to: time + 1 })
    expect(stored.toArray()).toEqual(all.filter((bar) => bar.time === time))
    // The prices that were held back have never been believed.
    expect(await store.readRows('ohlc_suspects')).toMatchObject([{ timestamp: time, admitted_at: null }])
    expect(await storedLevels(store)).toEqual(await batchLevels(store, clock.now() - DELAY - MINUTE))
  })
})

describe('a failure', () => {
  it('of the source is a value, recorded, and leaves the rows as they were', async () => {
    await collector.runCycle()
    const before = await storedLevels(store)
    clock.advance(MINUTE)
    source.failure = new FetchError({ kind: 'rate-limited', retryAfterMs: 60_000 })
    const report = await collector.runCycle()
    expect(report).toMatchObject({
      status: 'failed',
      failedStep: 'fetch',
      failure: { category: 'network', code: 'rate-limited' },
      barsNew: 0,
    })
    expect(await storedLevels(store)).toEqual(before)
    expect(await store.readRows('error_log')).toMatchObject([{ operation: 'fetch', cycle: 2, severity: 'error' }])
    source.failure = undefined
    clock.advance(MINUTE)
    expect(await collector.runCycle()).toMatchObject({ status: 'success', cycle: 3, barsNew: 2 })
    expect(await storedLevels(store)).toEqual(await batchLevels(store, clock.now() - DELAY - MINUTE))
  })

  it('of the store is a value too', async () => {
    await store.close()
    expect(await collector.runCycle()).toMatchObject({
      status: 'failed',
      failure: { category: 'database', code: 'closed' },
    })
  })

  it('of one calculator leaves the other five running: the cycle is partial, and the next one makes up for it', async () => {
    let broken = true
    const create = (): Engine => {
      const engine = createEngine({ instrument })
      const [levels, pivots, ...others] = engine.calculators
      const takeChanges = pivots.takeChanges.bind(pivots)
      pivots.takeChanges = () => {
        if (broken) throw new Error('pivots are broken')
        return takeChanges()
      }
      return { ...engine, calculators: [levels, pivots, ...others] }
    }
    collector = createCollector({
      instrument,
      source,
      store,
      clock,
      timer: clock,
      host: 'test',
      version: '0',
      createEngine: create,
    })
    expect(await collector.runCycle()).toMatchObject({
      status: 'partial',
      failedStep: 'calc_pivots',
      failure: { category: 'calculation', message: 'pivots are broken' },
    })
    expect(await storedLevels(store)).toEqual(await batchLevels(store, clock.now() - DELAY - MINUTE))
    expect(await store.countRows('fibonacci_pivots')).toBe(0)
    expect(await store.readRows('error_log')).toMatchObject([{ operation: 'calc_pivots', severity: 'warning' }])
    broken = false
    clock.advance(MINUTE)
    expect(await collector.runCycle()).toMatchObject({ status: 'success' })
    expect(await store.countRows('fibonacci_pivots')).toBeGreaterThan(20)
  })

  it('ends at the deadline, and nothing half-written stays', async () => {
    await collector.runCycle()
    const before = await storedLevels(store)
    clock.advance(MINUTE)
    source.gate = new Promise(() => undefined)
    const running = collector.runCycle()
    await until(() => source.asked.length === 2)
    clock.advance(8_000)
    expect(await running).toMatchObject({ status: 'failed', failure: { code: 'deadline' }, failedStep: 'fetch' })
    expect(await storedLevels(store)).toEqual(before)
  })

  it('is not what an aborted cycle is: it rejects with the reason', async () => {
    const stop = new AbortController()
    source.gate = new Promise(() => undefined)
    const running = collector.runCycle({ signal: stop.signal })
    until(() => source.asked.length === 1).then(
      () => stop.abort(new Error('enough')),
      () => undefined,
    )
    await expect(running).rejects.toThrow('enough')
    expect(await store.countRows('collection_cycles')).toBe(0)
  })
})

/** Lets other work go on until something has happened. */
async function until(happened: () => boolean): Promise<void> {
  while (!happened()) await new Promise((resolve) => setImmediate(resolve))
}
