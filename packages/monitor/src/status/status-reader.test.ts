import { createManualClock, instrumentOf, parseInstant } from '@openpredict/market'
import type { FeatureRow, Row, Store } from '@openpredict/store'
import { createSqliteStore } from '@openpredict/store/sqlite'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { StatusReader } from './status-reader.ts'
import type { StatusView } from './status-view.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const NQ = 'NQ=F'
const NOW = parseInstant('2024-06-05T14:30:30Z')
const ORDER = { historyVersion: 0, asOf: NOW }

let store: Store
let reader: StatusReader
beforeEach(async () => {
  store = await createSqliteStore({ path: ':memory:', clock: createManualClock(NOW) })
  reader = new StatusReader(store, instrumentOf(NQ))
})
afterEach(() => store.close())

/** A cycle that ended so many ms ago. */
function cycle(ago: number, change: Partial<Row<'collection_cycles'>> = {}): Row<'collection_cycles'> {
  return {
    id: crypto.randomUUID(),
    instrument: NQ,
    cycle: 1,
    started_at: NOW - ago - 400,
    finished_at: NOW - ago,
    duration_ms: 400,
    waiting_ms: 350,
    status: 'success',
    failed_step: null,
    error_category: null,
    bars_fetched: 31,
    bars_new: 1,
    rows_written: 30,
    step_ms: { fetch: 350, store_ohlc: 2 },
    host: 'here',
    version: '0.1.0',
    measures: null,
    ...change,
  }
}

async function record(...cycles: readonly Row<'collection_cycles'>[]): Promise<void> {
  await store.transaction(async (tx) => {
    for (const row of cycles) await tx.putCycle(row)
  })
}

async function putBar(time: string, close = 18_700): Promise<void> {
  const bar = { time: parseInstant(time), open: close, high: close, low: close, close, volume: 1 }
  await store.transaction((tx) => tx.putBars(NQ, [bar], { source: 'test', ingestedAt: NOW }))
}

const failed = { status: 'failed', failed_step: 'fetch', error_category: 'network' } as const

describe('a status', () => {
  it('of an empty store knows the market and nothing else', async () => {
    expect(await reader.read(NOW)).toEqual({
      instrument: instrumentOf(NQ),
      at: NOW,
      market: { open: true, changesAt: parseInstant('2024-06-05T21:00:00Z') },
      lastCycle: undefined,
      success: [
        { lengthMs: HOUR, cycles: 0, partial: 0, failed: 0, share: undefined },
        { lengthMs: 24 * HOUR, cycles: 0, partial: 0, failed: 0, share: undefined },
      ],
      freshness: { newestBar: undefined, price: undefined, lagMs: undefined, delayMs: 10 * MINUTE },
      cycleTimes: [],
      levels: { above: [], below: [] },
      events: [],
      missing: { count: 0, isLeast: false },
      suspects: { count: 0, isLeast: false },
      memoryBytes: undefined,
    } satisfies StatusView)
  })

  it.each([
    ['2024-06-08T14:30:00Z', false, '2024-06-09T22:00:00Z'],
    ['2024-06-05T21:30:00Z', false, '2024-06-05T22:00:00Z'],
    ['2024-06-05T22:00:00Z', true, '2024-06-06T21:00:00Z'],
  ])('at %s says when the market opens or closes next', async (at, open, changesAt) => {
    const { market } = await reader.read(parseInstant(at))
    expect(market).toEqual({ open, changesAt: parseInstant(changesAt) })
  })

  it('of a market that never closes has no such time', async () => {
    const { market } = await new StatusReader(store, instrumentOf('BTC-USD')).read(NOW)
    expect(market).toEqual({ open: true, changesAt: undefined })
  })

  it('shows the cycle that started last, with its steps and the memory of its process', async () => {
    await record(cycle(90_000), cycle(30_000, { cycle: 2, measures: { process_memory_bytes: 121_000_000 } }))
    const { lastCycle, memoryBytes } = await reader.read(NOW)
    expect(lastCycle).toMatchObject({ row: { cycle: 2 }, error: undefined })
    expect(lastCycle?.steps).toEqual([
      { name: 'fetch', durationMs: 350 },
      { name: 'store_ohlc', durationMs: 2 },
    ])
    expect(memoryBytes).toBe(121_000_000)
  })

  it('shows a last cycle that is older than a day, which counts in no window', async () => {
    await record(cycle(50 * HOUR, { cycle: 7 }))
    const { lastCycle, success } = await reader.read(NOW)
    expect(lastCycle?.row.cycle).toBe(7)
    expect(success.map(({ cycles }) => cycles)).toEqual([0, 0])
  })

  it('says why the last cycle failed', async () => {
    const row = cycle(10_000, { ...failed, cycle: 3 })
    await record(row)
    const error = {
      id: crypto.randomUUID(),
      timestamp: row.finished_at,
      component: 'collector',
      operation: 'fetch',
      error_message: 'Yahoo: no answer within 2.5 s',
      severity: 'error' as const,
      error_category: 'network' as const,
      instrument: NQ,
      cycle: 3,
      details: null,
    }
    await store.transaction(async (tx) => {
      await tx.putError({ ...error, id: crypto.randomUUID(), cycle: 2, error_message: 'of another cycle' })
      await tx.putError(error)
    })
    expect((await reader.read(NOW)).lastCycle?.error).toBe('Yahoo: no answer within 2.5 s')
  })

  it('counts success and idle as well, partial and failed as not, each in its window', async () => {
    await record(
      cycle(59 * MINUTE, failed),
      cycle(61 * MINUTE, failed),
      cycle(23 * HOUR, { status: 'partial' }),
      cycle(25 * HOUR, failed),
      cycle(1_000, { status: 'idle' }),
      cycle(2_000),
    )
    const [hour, day] = (await reader.read(NOW)).success
    expect(hour).toEqual({ lengthMs: HOUR, cycles: 3, partial: 0, failed: 1, share: 2 / 3 })
    expect(day).toEqual({ lengthMs: 24 * HOUR, cycles: 5, partial: 1, failed: 2, share: 2 / 5 })
  })

  it('has the durations of cycles with something to do, oldest first', async () => {
    await record(
      cycle(3 * MINUTE, { duration_ms: 3 }),
      cycle(MINUTE, { duration_ms: 1 }),
      cycle(2 * MINUTE, { duration_ms: 2, status: 'idle' }),
      cycle(4 * MINUTE, { duration_ms: 4_000, bars_fetched: 6_800 }),
    )
    expect((await reader.read(NOW)).cycleTimes).toEqual([3, 1])
  })

  it('judges freshness by what the source can have, by the delay that was seen', async () => {
    await putBar('2024-06-05T14:10:00Z', 18_702.25)
    expect((await reader.read(NOW)).freshness).toEqual({
      newestBar: parseInstant('2024-06-05T14:10:00Z'),
      price: 18_702.25,
      lagMs: 9 * MINUTE,
      delayMs: 10 * MINUTE,
    })
    await record(cycle(1_000, { measures: { delay_ms: 15 * MINUTE } }))
    expect((await reader.read(NOW)).freshness).toMatchObject({ lagMs: 4 * MINUTE, delayMs: 15 * MINUTE })
  })

  it('counts what is missing and held back now', async () => {
    const minute = { state: 'absent_at_source' as const, times_asked: 1, first_asked_at: null, last_asked_at: null }
    const bar = { open: 1, high: 1, low: 1, close: 1, volume: 1, reason: 'spike', first_seen_at: NOW, times_seen: 1 }
    await store.transaction(async (tx) => {
      await tx.putMissingMinutes(NQ, [
        { ...minute, timestamp: NOW - HOUR, healed_at: null },
        { ...minute, timestamp: NOW - 2 * HOUR, healed_at: NOW },
        { ...minute, timestamp: NOW - 40 * 24 * HOUR, healed_at: null },
      ])
      await tx.putSuspects(NQ, [
        { ...bar, timestamp: NOW - HOUR, admitted_at: null },
        { ...bar, timestamp: NOW - 2 * HOUR, admitted_at: null },
        { ...bar, timestamp: NOW - 3 * HOUR, admitted_at: NOW },
      ])
    })
    const { missing, suspects } = await reader.read(NOW)
    expect({ missing, suspects }).toEqual({
      missing: { count: 1, isLeast: false },
      suspects: { count: 2, isLeast: false },
    })
  })

  it('has the levels around the close of the newest bar, and what was found in its trading day', async () => {
    await putBar('2024-06-05T14:19:00Z', 18_700)
    const sweep: FeatureRow<'liquidity_events'> = {
      level_type: 'ASIAN_HIGH',
      period_start: NOW - 10 * HOUR,
      timestamp: NOW - HOUR,
      quality: 'CLEAN_SWEEP',
      event_type: 'ASIA_RANGE',
      direction: 'BEARISH',
      level_price: 18_710,
      sweep_price: 18_712,
      quality_score: 1,
      reclaimed_at: null,
      hold_minutes: 0,
      hold_confirmed: false,
      hold_bonus: 0,
      event_weight: 2,
      confirmed_at: NOW - HOUR + MINUTE,
    }
    await store.transaction(async (tx) => {
      const { timestamp, confirmed_at } = sweep
      const level = { level_type: 'DAILY_OPEN', period_end: NOW, complete: true, timestamp, confirmed_at } as const
      const yesterday = sweep.confirmed_at - 24 * HOUR
      await tx.putRows('reference_levels', NQ, [{ ...level, price: 18_690, period_start: NOW - 10 * HOUR }], ORDER)
      const older = { ...sweep, confirmed_at: yesterday, timestamp: yesterday }
      await tx.putRows('liquidity_events', NQ, [sweep, older], ORDER)
    })
    const { levels, events } = await reader.read(NOW)
    expect(levels).toMatchObject({ above: [], below: [{ name: 'DAILY_OPEN', price: 18_690 }] })
    expect(events).toEqual([
      {
        at: sweep.confirmed_at,
        kind: 'liquidity',
        direction: 'BEARISH',
        what: 'clean sweep ASIAN_HIGH',
        prices: [18_710],
      },
    ])
  })
})

describe('looking again', () => {
  it('sees a new cycle and what it has brought, and forgets what is older than a day', async () => {
    await record(cycle(23.5 * HOUR, failed), cycle(MINUTE))
    await putBar('2024-06-05T14:18:00Z')
    expect((await reader.read(NOW)).success[1]).toMatchObject({ cycles: 2, failed: 1 })
    await record(cycle(-HOUR + 1_000, { cycle: 2 }))
    await putBar('2024-06-05T14:19:00Z', 18_701)
    const view = await reader.read(NOW + HOUR)
    expect(view.lastCycle?.row.cycle).toBe(2)
    expect(view.success[1]).toMatchObject({ cycles: 2, failed: 0 })
    expect(view.freshness.price).toBe(18_701)
  })

  it('sees a cycle that is recorded after others that started later', async () => {
    await record(cycle(MINUTE))
    await reader.read(NOW)
    await record(cycle(5 * MINUTE, failed))
    expect((await reader.read(NOW)).success[0]).toMatchObject({ cycles: 2, failed: 1 })
  })

  it('reads the tables of features again only after a cycle, or after a while', async () => {
    await record(cycle(MINUTE))
    const read = vi.spyOn(store, 'newestBar')
    for (const later of [0, 1_000, 14_000]) await reader.read(NOW + later)
    expect(read).toHaveBeenCalledTimes(1)
    await reader.read(NOW + 15_000)
    expect(read).toHaveBeenCalledTimes(2)
    await record(cycle(-15_500, { cycle: 2 }))
    await reader.read(NOW + 16_000)
    expect(read).toHaveBeenCalledTimes(3)
  })
})
