import { type FeatureTableName, type TableName, tableOf } from '../tables.ts'
import type { Fields } from './row-check.ts'

/** Who wrote a feature row last: the history that it was computed from, and how far that writer had got. */
export const WRITER_COLUMNS: readonly string[] = ['as_of_version', 'as_of']

const ORDER: Readonly<Partial<Record<TableName, readonly string[]>>> = {
  ohlc_data: ['revision', 'ingested_at'],
  ohlc_suspects: ['first_seen_at', 'times_seen'],
  missing_minutes: ['times_asked'],
  collection_cycles: ['finished_at'],
  instrument_state: ['history_version'],
}

/**
 * The columns by which the newer of two states of a row is told; the first in which they differ decides. Empty for a
 * table whose rows have one state, or states without an order.
 */
export function orderColumns(table: TableName): readonly string[] {
  return ORDER[table] ?? (tableOf(table).group === 'feature' ? WRITER_COLUMNS : [])
}

/** A row's values of these columns. */
export function orderOf(table: TableName, row: Fields): readonly number[] {
  return orderColumns(table).map((name) => Number(row[name]))
}

/** Whether one place in the order comes after another one. */
export function isLater(order: readonly number[], than: readonly number[]): boolean {
  const place = order.findIndex((value, i) => value !== than[i])
  return place >= 0 && (order[place] ?? 0) > (than[place] ?? 0)
}

/** What names a feature row that is gone: its key, and who had written it. */
export function removalColumns(table: FeatureTableName): readonly string[] {
  return [...tableOf(table).key, ...WRITER_COLUMNS]
}
