import type { Bar } from '@openpredict/market'
import { describe, expect, it } from 'vitest'

import type { Row } from '../rows.ts'
import type { StoreTransaction } from '../store.ts'
import type { FeatureTableName } from '../tables.ts'
import type { Scene } from './fixture.ts'
import { barAt, bars, contentOf, cycleRow, errorRow, FEATURES, MINUTE, NQ, ORIGIN, T0 } from './samples.ts'

type Put = (tx: StoreTransaction) => Promise<unknown>

const bar =
  (change: object, instrument = NQ): Put =>
  (tx) =>
    tx.putBars(instrument, [barAt(0), { ...barAt(1), ...change }], ORIGIN)
const feature =
  (table: FeatureTableName, change: object): Put =>
  (tx) =>
    tx.putRows(table, NQ, [{ ...FEATURES[table], ...change }], { historyVersion: 0, asOf: T0 })
const cycle =
  (change: object): Put =>
  (tx) =>
    tx.putCycle(cycleRow(change))
const suspect =
  (change: object): Put =>
  (tx) => {
    const { time: timestamp, ...prices } = barAt(0)
    const row = { timestamp, ...prices, reason: 'far', first_seen_at: T0, times_seen: 1, admitted_at: null, ...change }
    return tx.putSuspects(NQ, [row])
  }
const missing =
  (change: object): Put =>
  (tx) => {
    const row = { timestamp: T0, state: 'not_fetched', times_asked: 0, healed_at: null, ...change }
    return tx.putMissingMinutes(NQ, [row as Omit<Row<'missing_minutes'>, 'instrument'>])
  }

const BROKEN: readonly (readonly [rule: string, table: string, Put])[] = [
  ['high_at_least_low', 'ohlc_data', bar({ high: 1, low: 2, open: 2, close: 1 })],
  ['high_at_least_open', 'ohlc_data', bar({ high: 2, low: 1, open: 3, close: 1 })],
  ['high_at_least_close', 'ohlc_data', bar({ high: 2, low: 1, open: 1, close: 3 })],
  ['low_at_most_open', 'ohlc_data', bar({ high: 4, low: 2, open: 1, close: 2 })],
  ['low_at_most_close', 'ohlc_data', bar({ high: 4, low: 2, open: 2, close: 1 })],
  ['volume_range', 'ohlc_data', bar({ volume: -1 })],
  ['volume_is_integer', 'ohlc_data', bar({ volume: 0.5 })],
  ['volume_is_integer', 'ohlc_data', bar({ volume: 2 ** 53 })],
  ['open_is_price', 'ohlc_data', bar({ open: Number.NaN })],
  ['high_is_price', 'ohlc_data', bar({ high: Number.POSITIVE_INFINITY })],
  ['close_is_price', 'ohlc_data', bar({ close: '19800' })],
  ['low_given', 'ohlc_data', bar({ low: null })],
  ['timestamp_is_instant', 'ohlc_data', bar({ time: T0 + 0.5 })],
  ['timestamp_is_instant', 'ohlc_data', bar({ time: 8.64e15 + 1 })],
  ['instrument_is_text', 'ohlc_data', bar({}, 'NQ\0')],
  ['instrument_is_text', 'ohlc_data', bar({}, 'NQ\uD83D')],
  ['level_type_known', 'reference_levels', feature('reference_levels', { level_type: 'YEARLY_OPEN' })],
  ['complete_is_boolean', 'reference_levels', feature('reference_levels', { complete: 1 })],
  ['price_given', 'reference_levels', feature('reference_levels', { price: undefined })],
  ['period_known', 'fibonacci_pivots', feature('fibonacci_pivots', { period: 'MONTHLY' })],
  ['level_known', 'fibonacci_pivots', feature('fibonacci_pivots', { level: 'R4' })],
  ['quality_known', 'liquidity_events', feature('liquidity_events', { quality: 'clean_sweep' })],
  ['direction_known', 'liquidity_events', feature('liquidity_events', { direction: 'UP' })],
  ['event_type_known', 'liquidity_events', feature('liquidity_events', { event_type: '' })],
  ['hold_minutes_range', 'liquidity_events', feature('liquidity_events', { hold_minutes: -1 })],
  ['timeframe_known', 'fvg', feature('fvg', { timeframe: '2H' })],
  ['fill_fraction_range', 'fvg', feature('fvg', { fill_fraction: 1.000001 })],
  ['touched_at_is_instant', 'fvg', feature('fvg', { touched_at: '2024-07-01' })],
  ['block_number_range', 'hourly_blocks', feature('hourly_blocks', { block_number: 0 })],
  ['block_number_range', 'hourly_blocks', feature('hourly_blocks', { block_number: 8 })],
  ['block_number_is_integer', 'hourly_blocks', feature('hourly_blocks', { block_number: 1.5 })],
  ['bias_given', 'hourly_blocks', feature('hourly_blocks', { bias: null })],
  ['high_at_least_close', 'hourly_blocks', feature('hourly_blocks', { close: 20_000 })],
  ['break_type_known', 'market_structure', feature('market_structure', { break_type: 'MSS' })],
  ['displacement_quality_known', 'market_structure', feature('market_structure', { displacement_quality: 'HUGE' })],
  ['status_known', 'collection_cycles', cycle({ status: 'ok' })],
  ['error_category_known', 'collection_cycles', cycle({ error_category: 'bug' })],
  ['id_is_uuid', 'collection_cycles', cycle({ id: '7' })],
  ['duration_ms_range', 'collection_cycles', cycle({ duration_ms: -1 })],
  ['step_ms_is_json', 'collection_cycles', cycle({ step_ms: { fetch: Number.NaN } })],
  ['measures_is_json', 'collection_cycles', cycle({ measures: { lag_ms: Number.NaN } })],
  ['severity_known', 'error_log', (tx) => tx.putError({ ...errorRow(), severity: 'fatal' as 'error' })],
  ['high_at_least_open', 'ohlc_suspects', suspect({ open: 99_999 })],
  ['times_seen_range', 'ohlc_suspects', suspect({ times_seen: 0 })],
  ['state_known', 'missing_minutes', missing({ state: 'lost' })],
  ['healed_at_is_instant', 'missing_minutes', (tx) => tx.markHealed(NQ, [T0], Number.NaN)],
  ['interval_known', 'ohlc_history', (tx) => tx.putHistoryBars(NQ, '7m' as '5m', bars(1), { source: 'test' })],
]

function* failing(): Generator<Bar> {
  yield barAt(0)
  throw new Error('no more')
}

/** The rules of the tables: refused by name, nothing stored. */
export function testConstraints(scene: () => Scene): void {
  it.each(BROKEN)('%s of %s: refuses a row that breaks it, and stores nothing', async (rule, table, put) => {
    const { store } = scene()
    const before = await contentOf(store)
    const work = store.transaction(async (tx) => {
      await tx.putBars(NQ, bars(1, 77), ORIGIN)
      await put(tx)
    })
    await expect(work).rejects.toMatchObject({
      name: 'StoreError',
      category: 'database',
      code: 'constraint',
      failure: { kind: 'constraint', table, constraint: rule },
      message: expect.stringContaining(table),
      hint: expect.stringMatching(/./),
    })
    expect(await contentOf(store)).toEqual(before)
  })

  it('writes nothing of a call that it refuses, and lets the work go on', async () => {
    const { store } = scene()
    await store.transaction(async (tx) => {
      const bad = [barAt(0), barAt(1), { ...barAt(2), high: 1 }, barAt(3)]
      await expect(tx.putBars(NQ, bad, ORIGIN)).rejects.toMatchObject({ code: 'constraint' })
      expect(await tx.countRows('ohlc_data')).toBe(0)
      await tx.putBars(NQ, bars(1, 9), ORIGIN)
    })
    expect((await store.readBars({ instrument: NQ })).toArray()).toEqual(bars(1, 9))
  })

  it('keeps the old rows when a correction is refused', async () => {
    const { store } = scene()
    await store.transaction((tx) => tx.putRows('fvg', NQ, [FEATURES.fvg], { historyVersion: 0, asOf: T0 }))
    const before = await contentOf(store)
    const work = store.transaction(async (tx) => {
      const historyVersion = await tx.raiseHistoryVersion(NQ)
      const rows = [
        { ...FEATURES.fvg, timestamp: T0 + MINUTE },
        { ...FEATURES.fvg, gap_top: Number.NaN },
      ]
      await tx.replaceRows('fvg', NQ, rows, { historyVersion, asOf: T0, replacedAt: T0 })
    })
    await expect(work).rejects.toMatchObject({ failure: { kind: 'constraint', constraint: 'gap_top_is_price' } })
    expect(await contentOf(store)).toEqual(before)
  })

  it('stores nothing when the rows themselves cannot be had', async () => {
    const { store } = scene()
    await store.transaction(async (tx) => {
      await expect(tx.putBars(NQ, failing(), ORIGIN)).rejects.toThrow('no more')
    })
    expect(await store.countRows('ohlc_data')).toBe(0)
  })

  describe('what is wrong with a row', () => {
    it('is named with its key, what was found and what was expected', async () => {
      const { store } = scene()
      const put = store.transaction(feature('hourly_blocks', { block_number: 9 }))
      await expect(put).rejects.toThrow(/^hourly_blocks \(instrument "NQ=F", .*block_number is 9, expected 1 to 7$/)
    })
  })
}
