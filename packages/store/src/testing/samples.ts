import type { Bar } from '@openpredict/market'

import type { FeatureRow, Row } from '../rows.ts'
import type { BarOrigin, StoreReader } from '../store.ts'
import { comparableColumns, type FeatureTableName, TABLE_NAMES, type TableName } from '../tables.ts'

/** A Monday, 14:30 UTC. */
export const T0: number = Date.UTC(2024, 6, 1, 14, 30)
export const MINUTE = 60_000
export const NQ = 'NQ=F'
export const ES = 'ES=F'
export const ORIGIN: BarOrigin = { source: 'test', ingestedAt: T0 + MINUTE }

/** The bar `minute` minutes after `T0`, with prices of its own. */
export function barAt(minute: number, change: Partial<Bar> = {}): Bar {
  const open = 19_800 + (minute % 97) * 0.25
  return {
    time: T0 + minute * MINUTE,
    open,
    high: open + 3,
    low: open - 2.75,
    close: open + 1.5,
    volume: 100 + minute,
    ...change,
  }
}

/** As many bars, minute by minute, from the `from`th on. */
export function bars(count: number, from = 0): Bar[] {
  return Array.from({ length: count }, (_, i) => barAt(from + i))
}

/** A weekly open, by default of the first of the weeks after `T0`. */
export function level(change: Partial<FeatureRow<'reference_levels'>> = {}): FeatureRow<'reference_levels'> {
  return {
    level_type: 'WEEKLY_OPEN',
    period_start: T0,
    price: 19_801.25,
    period_end: T0 + 7 * 1_440 * MINUTE,
    complete: true,
    timestamp: T0 + MINUTE,
    confirmed_at: T0 + MINUTE,
    ...change,
  }
}

/** One row of each feature table, with `null` and `false` where a column takes them. */
export const FEATURES: { readonly [T in FeatureTableName]: FeatureRow<T> } = {
  reference_levels: level({ level_type: 'ASIAN_HIGH', complete: false, confirmed_at: null }),
  fibonacci_pivots: {
    period: 'DAILY',
    period_start: T0,
    level: 'R1',
    price: 19_900.07,
    timestamp: T0 + MINUTE,
    confirmed_at: T0 + MINUTE,
  },
  liquidity_events: {
    level_type: 'EQUAL_HIGH',
    period_start: T0,
    timestamp: T0 + MINUTE,
    quality: 'CLEAN_SWEEP',
    event_type: 'EQUAL_HL',
    direction: 'BEARISH',
    level_price: 19_850,
    sweep_price: 19_856.25,
    quality_score: 1,
    reclaimed_at: null,
    hold_minutes: 0,
    hold_confirmed: false,
    hold_bonus: 0,
    event_weight: 2,
    confirmed_at: T0 + 2 * MINUTE,
  },
  fvg: {
    timeframe: '15m',
    timestamp: T0,
    fvg_type: 'BULLISH',
    gap_top: 19_810.5,
    gap_bottom: 19_806.25,
    gap_size: 4.25,
    filled: false,
    touched_at: T0 + 40 * MINUTE,
    half_filled_at: null,
    fill_timestamp: null,
    fill_fraction: 0.333333,
    inverted_at: null,
    confirmed_at: T0 + 30 * MINUTE,
  },
  hourly_blocks: {
    hour_start: T0 - 30 * MINUTE,
    block_number: 7,
    timestamp: T0 + 1_285_714,
    open: 19_800,
    high: 19_803,
    low: 19_799.25,
    close: 19_799.5,
    volume: 1_234,
    deviation_from_hour_open: -0.5,
    bias: 'NEUTRAL',
    volatility_score: 3.75,
    complete: true,
    confirmed_at: T0 + 30 * MINUTE,
  },
  market_structure: {
    timeframe: '4H',
    timestamp: T0,
    break_type: 'CHOCH',
    direction: 'BEARISH',
    level: 19_750.25,
    swing_timestamp: T0 - 600 * MINUTE,
    displacement: 81.5,
    displacement_speed: 0.339583,
    displacement_quality: 'STRONG',
    break_weight: 3,
    confirmed_at: T0 + 240 * MINUTE,
  },
}

/** The names of the feature tables, with the types of their rows kept together. */
export const FEATURE_TABLES: readonly FeatureTableName[] = Object.keys(FEATURES) as FeatureTableName[]

/** A recorded cycle. */
export function cycleRow(change: Partial<Row<'collection_cycles'>> = {}): Row<'collection_cycles'> {
  return {
    id: '0190a1b2-c3d4-7e5f-8a6b-0c1d2e3f4a5b',
    instrument: NQ,
    cycle: 1,
    started_at: T0,
    finished_at: T0 + 1_500,
    duration_ms: 1_499.75,
    waiting_ms: 1_200.5,
    status: 'success',
    failed_step: null,
    error_category: null,
    bars_fetched: 31,
    bars_new: 1,
    rows_written: 12,
    step_ms: { fetch: 1_200.5, store_ohlc: 1.25 },
    host: 'here',
    version: '0.1.0',
    measures: { lag_ms: 0, requests: 1, process_memory_bytes: 104_857_600 },
    ...change,
  }
}

/** A recorded error. */
export function errorRow(change: Partial<Row<'error_log'>> = {}): Row<'error_log'> {
  return {
    id: '11111111-2222-4333-8444-555555555555',
    timestamp: T0,
    component: 'agent1',
    operation: 'fetch',
    error_message: 'the source did not answer',
    severity: 'error',
    error_category: 'network',
    instrument: NQ,
    cycle: 7,
    details: { attempts: 3, codes: [503, 503, 504], last: null, retried: true },
    ...change,
  }
}

/** Everything in a store that two stores with the same content agree on; `only` leaves out the other tables. */
export async function contentOf(
  reader: StoreReader,
  only: readonly TableName[] = TABLE_NAMES.filter((table) => table !== 'schema_migrations'),
): Promise<Record<string, readonly Record<string, unknown>[]>> {
  const content: Record<string, readonly Record<string, unknown>[]> = {}
  for (const table of only) {
    const names = comparableColumns(table)
    const rows = (await reader.readRows(table)) as readonly Record<string, unknown>[]
    content[table] = rows.map((row) => Object.fromEntries(names.map((name) => [name, row[name]])))
  }
  return content
}
