import fc from 'fast-check'

import type { FeatureTableName, Replica, RemovedRow, ReplicatedTableName, Row } from '../src/index.ts'
import { keyTextOf } from '../src/internal/columns.ts'
import type { Fields } from '../src/internal/row-check.ts'
import { tableOf } from '../src/tables.ts'
import { barAt, cycleRow, ES, errorRow, FEATURE_TABLES, FEATURES, MINUTE, NQ, T0 } from '../src/testing/samples.ts'

const instrument = fc.constantFrom(NQ, ES)
const few = fc.nat({ max: 2 })
const id = fc.constantFrom(cycleRow().id, errorRow().id)
const prices = fc.record({ minute: few, volume: few }).map(({ minute, volume }) => {
  const { time: timestamp, ...bar } = barAt(minute, { volume })
  return { timestamp, ...bar }
})
const instantOrNone = fc.option(few.map((n) => T0 + n))

const bar = fc
  .record({ instrument, prices, source: fc.constantFrom('a', 'b'), ingested: few, revision: few })
  .map(({ prices: bars, ingested, ...row }): Row<'ohlc_data'> => ({
    ...bars,
    ...row,
    ingested_at: T0 + ingested,
  }))
const oldBar = fc
  .record({ instrument, prices, seen: few, revision: few })
  .map(({ prices: bars, seen, ...row }): Row<'ohlc_revisions'> => ({ ...bars, ...row, seen_at: T0 + seen }))
const coarse = fc
  .record({ instrument, prices, interval: fc.constantFrom('5m' as const, '1h' as const), source: fc.constantFrom('a') })
  .map(({ prices: bars, ...row }): Row<'ohlc_history'> => ({ ...bars, ...row }))
const suspect = fc
  .record({ instrument, prices, since: few, seen: fc.integer({ min: 1, max: 3 }), admitted_at: instantOrNone })
  .map(({ prices: bars, since, seen, ...row }): Row<'ohlc_suspects'> => ({
    ...bars,
    ...row,
    reason: 'far',
    first_seen_at: T0 + since,
    times_seen: seen,
  }))
const missing = fc
  .record({ instrument, minute: few, times_asked: few, healed_at: instantOrNone, last_asked_at: instantOrNone })
  .map(({ minute, ...row }): Row<'missing_minutes'> => ({
    ...row,
    timestamp: T0 + minute * MINUTE,
    state: 'not_fetched',
    first_asked_at: null,
  }))
const cycle = fc
  .record({ id, cycle: few, finished: few, ms: few })
  .map(({ finished, ms, ...row }) =>
    cycleRow({ ...row, finished_at: T0 + finished, step_ms: { fetch: ms, b: [null] } }),
  )
const error = fc
  .record({ id, error_message: fc.string(), details: fc.jsonValue() })
  .map(({ details, ...row }) => errorRow({ ...row, details: JSON.parse(JSON.stringify(details)) as string }))
const revision = fc
  .record({ id, instrument, history_version: few, replaced: few })
  .map(({ replaced, ...row }): Row<'feature_revisions'> => ({
    ...row,
    table_name: 'fvg',
    row_key: '{}',
    old_row: { price: 1 },
    replaced_at: T0 + replaced,
  }))
const state = fc.record({ instrument, history_version: few })

/** A column of each feature table that is in no key, and what it may be. */
const FREE: Readonly<Record<FeatureTableName, readonly [name: string, values: readonly unknown[]]>> = {
  reference_levels: ['price', [1, 2]],
  fibonacci_pivots: ['price', [0.1 + 0.2, 1e-7]],
  liquidity_events: ['reclaimed_at', [null, T0]],
  fvg: ['filled', [true, false]],
  hourly_blocks: ['bias', ['BULLISH', 'NEUTRAL']],
  market_structure: ['displacement_speed', [1.5, 1.797e308]],
}

const place = fc.record({ history_version: few, as_of_version: few, as_of: few.map((n) => T0 + n) })
const feature = (table: FeatureTableName): fc.Arbitrary<Row<FeatureTableName>> =>
  fc.record({ instrument, place, free: fc.constantFrom(...FREE[table][1]) }).map(({ place: order, free, ...row }) =>
    // The names of columns are told at run time.
    ({ ...FEATURES[table], ...row, ...order, [FREE[table][0]]: free }),
  )

function unique<R>(table: ReplicatedTableName, row: fc.Arbitrary<R>): fc.Arbitrary<R[]> {
  return fc.uniqueArray(row, { selector: (each) => keyTextOf(table, each as Fields), maxLength: 4 })
}

const features = fc
  .tuple(...FEATURE_TABLES.map((table) => unique(table, feature(table))))
  .map((lists) => Object.fromEntries(FEATURE_TABLES.map((table, i) => [table, lists[i] ?? []])))
const others = fc.record({
  ohlc_data: unique('ohlc_data', bar),
  ohlc_revisions: unique('ohlc_revisions', oldBar),
  ohlc_history: unique('ohlc_history', coarse),
  ohlc_suspects: unique('ohlc_suspects', suspect),
  missing_minutes: unique('missing_minutes', missing),
  collection_cycles: unique('collection_cycles', cycle),
  error_log: unique('error_log', error),
  feature_revisions: unique('feature_revisions', revision),
  instrument_state: unique('instrument_state', state),
})

/** Rows of every table in any state, some of the feature rows as gone, with keys that meet those of other replicas. */
export const replica: fc.Arbitrary<Replica> = fc
  .tuple(others, features, fc.subarray([...FEATURE_TABLES]))
  .map(([rows, lists, gone]) => {
    const stays = Object.entries(lists).filter(([table]) => !gone.includes(table as FeatureTableName))
    const removed = gone.flatMap((table) => (lists[table] ?? []).map((row) => removedRow(table, row)))
    return { rows: { ...rows, ...(Object.fromEntries(stays) as Replica['rows']) }, removed }
  })

function removedRow(table: FeatureTableName, row: Row<FeatureTableName>): RemovedRow {
  const fields = row as unknown as Readonly<Record<string, string | number>>
  const key = Object.fromEntries(tableOf(table).key.map((name) => [name, fields[name] ?? '']))
  return { table, key, as_of_version: row.as_of_version, as_of: row.as_of }
}
