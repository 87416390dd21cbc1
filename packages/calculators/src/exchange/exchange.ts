import { formatInstant } from '@openpredict/market'

import type { FeatureTable } from '../calculator.ts'
import type { FeatureRows } from '../engine/feature-rows.ts'

/** How a table looks in the exchange format. */
export interface ExchangeTable {
  /** The columns that identify a row, without the instrument. */
  readonly key: readonly string[]
  /** All columns in the order in which they are written, the key first. */
  readonly columns: readonly string[]
  /** The columns that hold instants: epoch ms in rows, ISO-8601 text in the exchange format. */
  readonly instants: ReadonlySet<string>
}

/** A row as the exchange format writes it: flat, the table's name first. */
export interface ExchangeRow {
  readonly table: FeatureTable
  readonly [column: string]: string | number | boolean | null
}

type Column<Table extends FeatureTable> = keyof FeatureRows[Table] & string

function tableOf<Table extends FeatureTable>(
  key: readonly Column<Table>[],
  values: readonly Column<Table>[],
  instants: readonly Column<Table>[],
): ExchangeTable {
  return { key, columns: [...key, ...values], instants: new Set(instants) }
}

/** The exchange format of every feature table. */
export const EXCHANGE: { readonly [Table in FeatureTable]: ExchangeTable } = {
  reference_levels: tableOf<'reference_levels'>(
    ['level_type', 'period_start'],
    ['price', 'period_end', 'complete', 'timestamp', 'confirmed_at'],
    ['period_start', 'period_end', 'timestamp', 'confirmed_at'],
  ),
  fibonacci_pivots: tableOf<'fibonacci_pivots'>(
    ['period', 'period_start', 'level'],
    ['price', 'timestamp', 'confirmed_at'],
    ['period_start', 'timestamp', 'confirmed_at'],
  ),
  liquidity_events: tableOf<'liquidity_events'>(
    ['level_type', 'period_start', 'timestamp', 'quality'],
    [
      'event_type',
      'direction',
      'level_price',
      'sweep_price',
      'quality_score',
      'reclaimed_at',
      'hold_minutes',
      'hold_confirmed',
      'hold_bonus',
      'event_weight',
      'confirmed_at',
    ],
    ['period_start', 'timestamp', 'reclaimed_at', 'confirmed_at'],
  ),
  fvg: tableOf<'fvg'>(
    ['timeframe', 'timestamp', 'fvg_type'],
    [
      'gap_top',
      'gap_bottom',
      'gap_size',
      'filled',
      'touched_at',
      'half_filled_at',
      'fill_timestamp',
      'fill_fraction',
      'inverted_at',
      'confirmed_at',
    ],
    ['timestamp', 'touched_at', 'half_filled_at', 'fill_timestamp', 'inverted_at', 'confirmed_at'],
  ),
  hourly_blocks: tableOf<'hourly_blocks'>(
    ['hour_start', 'block_number'],
    [
      'timestamp',
      'open',
      'high',
      'low',
      'close',
      'volume',
      'deviation_from_hour_open',
      'bias',
      'volatility_score',
      'complete',
      'confirmed_at',
    ],
    ['hour_start', 'timestamp', 'confirmed_at'],
  ),
  market_structure: tableOf<'market_structure'>(
    ['timeframe', 'timestamp', 'break_type', 'direction'],
    [
      'level',
      'swing_timestamp',
      'displacement',
      'displacement_speed',
      'displacement_quality',
      'break_weight',
      'confirmed_at',
    ],
    ['timestamp', 'swing_timestamp', 'confirmed_at'],
  ),
}

/**
 * A row in the exchange format: `table`, the instrument's symbol when one is given, then the columns, key first; instants
 * as ISO-8601 UTC with milliseconds and `Z`, or null.
 *
 * @example
 * ```ts
 * const row = { period: 'DAILY', period_start: 0, level: 'PP', price: 101.5, timestamp: 120_000, confirmed_at: 60_000 }
 * toExchange('fibonacci_pivots', row, 'NQ=F')
 * // => { table: 'fibonacci_pivots', instrument: 'NQ=F', period: 'DAILY', period_start: '1970-01-01T00:00:00.000Z', level: 'PP', price: 101.5, timestamp: '1970-01-01T00:02:00.000Z', confirmed_at: '1970-01-01T00:01:00.000Z' }
 * ```
 */
export function toExchange<Table extends FeatureTable>(
  table: Table,
  row: FeatureRows[Table],
  instrument?: string,
): ExchangeRow {
  const { columns, instants } = EXCHANGE[table]
  const values = row as unknown as Readonly<Record<string, string | number | boolean | null>>
  const exchanged: Record<string, string | number | boolean | null> = { table }
  if (instrument !== undefined) exchanged['instrument'] = instrument
  for (const column of columns) {
    const value = values[column] ?? null
    exchanged[column] = typeof value === 'number' && instants.has(column) ? formatInstant(value) : value
  }
  return exchanged as unknown as ExchangeRow
}

/**
 * The order of rows in the exchange format, for `toSorted`: by `confirmed_at`, rows not confirmed yet last, then by table,
 * then by the columns of the key; text by its code units.
 *
 * @example
 * ```ts
 * const row = { period: 'DAILY', period_start: 0, price: 1, timestamp: 0, confirmed_at: 0 }
 * const rows = ['S1', 'PP'].map((level) => toExchange('fibonacci_pivots', { ...row, level }))
 * rows.toSorted(compareExchange).map(({ level }) => level) // => ['PP', 'S1']
 * ```
 */
export function compareExchange(a: ExchangeRow, b: ExchangeRow): number {
  const confirmedA = a['confirmed_at'] ?? null
  const confirmedB = b['confirmed_at'] ?? null
  if (confirmedA === null || confirmedB === null) {
    if (confirmedA !== confirmedB) return confirmedA === null ? 1 : -1
  }
  const order = compare(confirmedA, confirmedB) || compare(a.table, b.table)
  if (order !== 0) return order
  for (const column of EXCHANGE[a.table].key) {
    const byColumn = compare(a[column] ?? null, b[column] ?? null)
    if (byColumn !== 0) return byColumn
  }
  return 0
}

type Value = string | number | boolean | null

/** Compares two values of one column: both numbers, or both texts of one kind. */
function compare(a: Value, b: Value): number {
  if (a === b || a === null || b === null) return 0
  return a < b ? -1 : 1
}
