import { createEngine, type Engine, referenceLevels } from '@openpredict/calculators'
import { FetchError } from '@openpredict/fetcher'
import { type Bar, createManualClock, instrumentOf, type ManualClock, parseInstant } from '@openpredict/market'
import { createMarket } from '@openpredict/simulator'
import { comparableColumns, openStore, type Store } from '@openpredict/store'
import { beforeEach, describe, expect, it } from 'vitest'

import { aborted, DELAY, ScriptedSource } from '../test/scripted-source.ts'
import { type Collector, createCollector } from './index.ts'

const MINUTE = 60_000
const START = parseInstant('2024-06-05T14:30:30Z')
const instrument = instrumentOf('NQ=F')
const market = createMarket({ seed: 5, instrument })

let clock: ManualClock
let source: ScriptedSource
let store: Store
let collector: Collector

function makeCollector(): Collector {
  return createCollector({ instrument, source, store, clock, timer: clock, host: 'test', version: '0' })
}

beforeEach(async () => {
  clock = createManualClock(START)
  source = new ScriptedSource(clock, market.bars(START - 8 * 24 * 60 * MINUTE, START + 4 * 24 * 60 * MINUTE).toArray())
  store = await openStore('sqlite::memory:', { clock })
  collector = makeCollector()
  return () => store.close()
})

/** The stored levels without what says when they were written. */
async function storedLevels(): Promise<readonly unknown[]> {
  const columns = comparableColumns('reference_levels').filter(
    (name) => name !== 'history_version' && name !== 'instrument',
  )
  const rows = await store.readRows('reference_levels', { instrument: 'NQ=F' })
  return rows.map((row) => Object.fromEntries(Object.entries(row).filter(([name]) => columns.includes(name))))
}

/** The levels of all stored bars, computed at once. */
async function batchLevels(asOf: number): Promise<readonly unknown[]> {
  const rows = referenceLevels(await store.readBars({ instrument: 'NQ=F' }), { instrument, asOf })
  return rows.toSorted((a, b) =>
    a.level_type < b.level_type ? -1 : a.level_type > b.level_type ? 1 : a.period_start - b.period_start,
  )
}

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
      expect(await storedLevels()).toEqual(await batchLevels(clock.now() - DELAY - MINUTE))
    }
  })

  it('goes on after a restart as if there had been none', async () => {
    await collector.runCycle()
    for (let i = 0; i < 5; i++) {
      clock.advance(11 * MINUTE)
      collector = makeCollector()
      const report = await collector.runCycle()
      expect(report).toMatchObject({ status: 'success', barsNew: 11, cycle: i + 2 })
      expect(await storedLevels()).toEqual(await batchLevels(clock.now() - DELAY - MINUTE))
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
    })
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
    expect(await storedLevels()).toEqual(await batchLevels(clock.now() - DELAY - MINUTE))
  })
})

describe('two collectors on one store', () => {
  it('leave the levels of one, whoever comes first', async () => {
    const other = makeCollector()
    await collector.runCycle()
    for (let i = 0; i < 130; i++) {
      clock.advance(MINUTE)
      const [first, second] = i % 3 === 0 ? [other, collector] : [collector, other]
      expect(await first.runCycle()).toMatchObject({ status: 'success' })
      expect(await second.runCycle()).toMatchObject({ status: 'success', barsNew: 0 })
    }
    expect(await storedLevels()).toEqual(await batchLevels(clock.now() - DELAY - MINUTE))
    expect(await store.countRows('feature_revisions')).toBe(0)
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
    expect(await storedLevels()).toEqual(await batchLevels(clock.now() - DELAY - MINUTE))
    const am = (await store.readRows('reference_levels')).find(
      (row) => row.level_type === 'NY_AM_HIGH' && row.period_start === parseInstant('2024-06-05T12:30:00Z'),
    )
    expect(am).toMatchObject({ price: high + 250, history_version: 1 })
    const kept = await store.readRows('feature_revisions')
    expect(kept.some((row) => row.table_name === 'reference_levels')).toBe(true)

    clock.advance(MINUTE)
    expect(await collector.runCycle()).toMatchObject({ barsCorrected: 0, barsNew: 1 })
    expect(await storedLevels()).toEqual(await batchLevels(clock.now() - DELAY - MINUTE))
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
    expect(await storedLevels()).toEqual(await batchLevels(clock.now() - DELAY - MINUTE))
  })

  it('takes in a late bar even when it is the newest and the program was restarted between', async () => {
    // The watermark said that this minute was over, so sessions may have ended without it.
    const time = parseInstant('2024-06-05T14:18:00Z')
    const all = source.bars
    source.bars = all.filter((bar) => bar.time !== time)
    expect(await collector.runCycle()).toMatchObject({ newestBar: time - MINUTE })
    source.bars = all
    collector = makeCollector()
    expect(await collector.runCycle()).toMatchObject({ newestBar: time, barsNew: 1 })
    expect(await store.historyVersion('NQ=F')).toBe(1)
    expect(await storedLevels()).toEqual(await batchLevels(clock.now() - DELAY - MINUTE))
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
    expect(await storedLevels()).toEqual(await batchLevels(clock.now() - DELAY - MINUTE))
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
    expect(await storedLevels()).toEqual(await batchLevels(clock.now() - DELAY - MINUTE))
  })
})

describe('a failure', () => {
  it('of the source is a value, recorded, and leaves the rows as they were', async () => {
    await collector.runCycle()
    const before = await storedLevels()
    clock.advance(MINUTE)
    source.failure = new FetchError({ kind: 'rate-limited', retryAfterMs: 60_000 })
    const report = await collector.runCycle()
    expect(report).toMatchObject({
      status: 'failed',
      failedStep: 'fetch',
      failure: { category: 'network', code: 'rate-limited' },
      barsNew: 0,
    })
    expect(await storedLevels()).toEqual(before)
    expect(await store.readRows('error_log')).toMatchObject([{ operation: 'fetch', cycle: 2, severity: 'error' }])
    source.failure = undefined
    clock.advance(MINUTE)
    expect(await collector.runCycle()).toMatchObject({ status: 'success', cycle: 3, barsNew: 2 })
    expect(await storedLevels()).toEqual(await batchLevels(clock.now() - DELAY - MINUTE))
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
    expect(await storedLevels()).toEqual(await batchLevels(clock.now() - DELAY - MINUTE))
    expect(await store.countRows('fibonacci_pivots')).toBe(0)
    expect(await store.readRows('error_log')).toMatchObject([{ operation: 'calc_pivots', severity: 'warning' }])
    broken = false
    clock.advance(MINUTE)
    expect(await collector.runCycle()).toMatchObject({ status: 'success' })
    expect(await store.countRows('fibonacci_pivots')).toBeGreaterThan(20)
  })

  it('ends at the deadline, and nothing half-written stays', async () => {
    await collector.runCycle()
    const before = await storedLevels()
    clock.advance(MINUTE)
    source.gate = new Promise(() => undefined)
    const running = collector.runCycle()
    await until(() => source.asked.length === 2)
    clock.advance(8_000)
    expect(await running).toMatchObject({ status: 'failed', failure: { code: 'deadline' }, failedStep: 'fetch' })
    expect(await storedLevels()).toEqual(before)
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

describe('delivery', () => {
  let failure: Error | undefined
  let drains = 0
  const collectDelivering = (): Collector =>
    createCollector({
      instrument,
      source,
      store,
      clock,
      timer: clock,
      host: 'test',
      version: '0',
      delivery: {
        drain: async () => {
          drains++
          if (failure !== undefined) throw failure
          return { delivered: 7 }
        },
      },
    })

  beforeEach(() => {
    failure = undefined
    drains = 0
  })

  it('is the last step of a cycle, and recorded with it', async () => {
    const report = await collectDelivering().runCycle()
    expect(report.steps.at(-1)).toMatchObject({ name: 'deliver', rows: 7 })
    const [row] = await store.readRows('collection_cycles')
    expect(Object.keys(row?.step_ms as object)).toContain('deliver')
    expect(report.rowsWritten).toBe(row?.rows_written)
    expect(await store.countRows('collection_cycles')).toBe(1)
  })

  it('does not fail a cycle, and an outage is recorded once', async () => {
    const delivering = collectDelivering()
    failure = Object.assign(new Error('nothing answers'), { category: 'database', code: 'refused', hint: '' })
    for (let i = 0; i < 3; i++) {
      const report = await delivering.runCycle()
      expect(report.status).toBe('success')
      expect(report.steps.at(-1)).toMatchObject({ name: 'deliver', rows: 0, failure: { code: 'refused' } })
      clock.advance(MINUTE)
    }
    expect(drains).toBe(3)
    expect(await store.readRows('error_log')).toMatchObject([
      { operation: 'deliver', severity: 'warning', error_category: 'database', error_message: 'nothing answers' },
    ])
    failure = undefined
    await delivering.runCycle()
    failure = Object.assign(new Error('nothing answers'), { category: 'database', code: 'refused', hint: '' })
    await delivering.runCycle()
    expect(await store.countRows('error_log')).toBe(2)
  })

  it('does not take place in a dry run, nor after a cycle that failed', async () => {
    const delivering = collectDelivering()
    await delivering.runCycle({ dryRun: true })
    source.failure = new FetchError({ kind: 'network' })
    expect((await delivering.runCycle()).status).toBe('failed')
    expect(drains).toBe(0)
  })

  it('is waited for no longer than it may take; then it goes on beside the cycle', async () => {
    let given: AbortSignal | undefined
    const slow = createCollector({
      instrument,
      source,
      store,
      clock,
      timer: clock,
      host: 'test',
      version: '0',
      deliveryMs: 500,
      delivery: {
        drain: async ({ signal }) => {
          given = signal
          return await aborted(signal)
        },
      },
    })
    const running = slow.runCycle()
    while (given === undefined) await new Promise((resolve) => setImmediate(resolve))
    clock.advance(500)
    const report = await running
    expect(report.status).toBe('success')
    expect(report.steps.at(-1)).toEqual({ name: 'deliver', durationMs: 500, rows: 0 })
  })
})

describe('a minute without a bar', () => {
  const gone = (minutes: number): number => Math.floor(START / MINUTE) * MINUTE - minutes * MINUTE

  it('is recorded as soon as the source has gone past it, and healed when it comes', async () => {
    const missed = gone(20)
    const bars = source.bars
    source.bars = bars.filter(({ time }) => time !== missed)
    const first = await collector.runCycle()
    const found = await store.readRows('missing_minutes', { from: missed, to: missed + 1 })
    expect(found).toMatchObject([{ state: 'absent_at_source', times_asked: 1, healed_at: null }])
    expect(first.minutesMissing).toBe(await store.countRows('missing_minutes'))

    source.bars = bars
    clock.advance(MINUTE)
    const second = await collector.runCycle()
    expect(second).toMatchObject({ minutesHealed: 1, minutesMissing: 0 })
    const healed = await store.readRows('missing_minutes', { from: missed, to: missed + 1 })
    expect(healed).toMatchObject([{ healed_at: clock.now() }])
    expect(await storedLevels()).toEqual(await batchLevels(second.watermark ?? 0))
  })

  it('is asked for again when the cycles have left it behind, less often the older it is', async () => {
    await collector.runCycle()
    const missed = gone(3_000)
    const bars = source.bars
    source.bars = bars.filter(({ time }) => time !== missed)
    store = await openStore('sqlite::memory:', { clock })
    collector = makeCollector()
    await collector.runCycle()
    const quiet = await store.readRows('missing_minutes')
    for (const { timestamp } of quiet) {
      // Everything else that is missing has been found already.
      if (timestamp !== missed) await store.transaction((tx) => tx.markHealed('NQ=F', [timestamp], START))
    }
    const asks: number[] = []
    for (let hour = 1; hour <= 150 && asks.length < 1; hour++) {
      clock.advance(60 * MINUTE)
      source.asked = []
      await collector.runCycle()
      if (source.asked.some(({ from, to }) => from === missed && to === missed + MINUTE)) asks.push(hour)
    }
    // First asked for when it was 50 hours old: again when it is a hundred, or some cycles later when others are due, too.
    expect(asks[0]).toBeGreaterThanOrEqual(50)
    expect(asks[0]).toBeLessThan(60)
    source.bars = bars
    clock.advance(110 * 60 * MINUTE)
    let healed = 0
    for (let cycle = 0; cycle < 30; cycle++) {
      healed += (await collector.runCycle()).minutesHealed
      clock.advance(MINUTE)
    }
    expect(healed).toBe(1)
  })

  it('of a closed market is none', async () => {
    clock.advance(parseInstant('2024-06-08T12:00:00Z') - START)
    await collector.runCycle()
    const weekend = { from: parseInstant('2024-06-07T21:00:00Z'), to: parseInstant('2024-06-08T12:00:00Z') }
    expect(await store.readRows('missing_minutes', weekend)).toEqual([])
  })

  it('that the source has no more after a long absence is known all the same', async () => {
    await collector.runCycle()
    const before = (await store.newestBar('NQ=F'))?.time ?? 0
    clock.advance(40 * 1_440 * MINUTE)
    await collector.runCycle()
    const lost = await store.readRows('missing_minutes', { from: before + MINUTE, to: before + 3 * MINUTE })
    expect(lost).toMatchObject([{ state: 'not_fetched' }, { state: 'not_fetched' }])
  })
})

describe('coarser bars before the first minutes', () => {
  /** What the market did in the five minutes from each fifth minute on. */
  function coarse(): readonly Bar[] {
    const length = 5 * MINUTE
    const from = START - 60 * 1_440 * MINUTE
    const groups = Map.groupBy(market.bars(from, START), ({ time }) => Math.floor(time / length) * length)
    return [...groups].map(([time, bars]) => ({
      time,
      open: bars[0]?.open ?? 0,
      high: Math.max(...bars.map(({ high }) => high)),
      low: Math.min(...bars.map(({ low }) => low)),
      close: bars.at(-1)?.close ?? 0,
      volume: bars.reduce((sum, { volume }) => sum + volume, 0),
    }))
  }

  async function levelTypes(): Promise<readonly string[]> {
    return [...new Set((await store.readRows('reference_levels')).map((row) => row.level_type))]
  }

  it('make levels of long periods known from the first cycle on', async () => {
    await collector.runCycle()
    const without = await levelTypes()
    expect(without).not.toContain('PREV_WEEK_HIGH')

    store = await openStore('sqlite::memory:', { clock })
    source.coarse = coarse()
    const { status } = await makeCollector().runCycle()
    expect(status).toBe('success')
    expect(await levelTypes()).toEqual(expect.arrayContaining(['MONTHLY_OPEN', 'PREV_WEEK_HIGH', 'PREV_WEEK_LOW']))
    const weekly = await store.readRows('fibonacci_pivots')
    expect(weekly.some(({ period }) => period === 'WEEKLY')).toBe(true)
  })

  it('leave no row of what only minutes can tell from before them', async () => {
    source.coarse = coarse()
    await makeCollector().runCycle()
    const first = (await store.oldestBar('NQ=F'))?.time ?? 0
    expect(await store.countRows('ohlc_history')).toBeGreaterThan(5_000)
    for (const table of ['liquidity_events', 'fvg', 'hourly_blocks', 'market_structure'] as const) {
      const rows = await store.readRows(table)
      expect(rows.length).toBeGreaterThan(5)
      for (const { confirmed_at: confirmedAt } of rows) expect(confirmedAt ?? first + 1).toBeGreaterThan(first)
    }
  })

  it('leave the rows as they are over a restart, and are asked for once', async () => {
    source.coarse = coarse()
    await makeCollector().runCycle()
    const asked = source.asked.length
    const content = await storedLevels()
    clock.advance(MINUTE)
    const second = await makeCollector().runCycle()
    expect(source.asked).toHaveLength(asked + 1)
    expect(second.rowsWritten).toBeLessThan(60)
    expect(await store.historyVersion('NQ=F')).toBe(0)
    expect((await storedLevels()).length).toBeGreaterThanOrEqual(content.length)
  })

  it('do not fail a cycle when they cannot be had, and are asked for again', async () => {
    source.coarse = coarse()
    const fetch = source.fetch.bind(source)
    let fails = true
    source.fetch = async (request) => {
      if (request.interval === '5m' && fails) throw new FetchError({ kind: 'network' })
      return await fetch(request)
    }
    const collecting = makeCollector()
    expect(await collecting.runCycle()).toMatchObject({ status: 'success', warmUpFailure: { code: 'network' } })
    expect(await levelTypes()).not.toContain('PREV_WEEK_HIGH')
    fails = false
    clock.advance(MINUTE)
    expect((await collecting.runCycle()).status).toBe('success')
    expect(await levelTypes()).toContain('PREV_WEEK_HIGH')
  })
})
