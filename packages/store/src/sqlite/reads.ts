import type { BarSeries } from '@openpredict/market'

import { ColumnSink } from '../internal/column-sink.ts'
import { wholeNumber } from '../internal/statements.ts'
import type { Row } from '../rows.ts'
import type { BarQuery, RowQuery, StoredBar } from '../store.ts'
import type { TableName } from '../tables.ts'
import type { Connection } from './connection.ts'
import { decodeRow } from './row-codec.ts'
import { countSql, selectSql } from './statements.ts'

const BAR = 'SELECT timestamp, open, high, low, close, volume FROM ohlc_data WHERE instrument = ?'
const STORED_BAR = `SELECT timestamp, open, high, low, close, volume, source, ingested_at, revision
  FROM ohlc_data WHERE instrument = ?`

/** The bars of a query in columns, ascending. */
export function readBars(connection: Connection, query: BarQuery): BarSeries {
  const { instrument, from = Number.MIN_SAFE_INTEGER, to = Number.MAX_SAFE_INTEGER, last } = query
  const span = `${BAR} AND timestamp >= ? AND timestamp < ?`
  const sink = new ColumnSink()
  if (last === undefined) {
    connection.each(`${span} ORDER BY timestamp`, [instrument, from, to], (row) => sink.push(row))
  } else {
    wholeNumber('last', last)
    const newest = `SELECT * FROM (${span} ORDER BY timestamp DESC LIMIT ?) ORDER BY timestamp`
    connection.each(newest, [instrument, from, to, last], (row) => sink.push(row))
  }
  return sink.series()
}

/** The rows of a query. */
export function readRows<T extends TableName>(
  connection: Connection,
  table: T,
  query: RowQuery = {},
): readonly Row<T>[] {
  const { sql, values } = selectSql(table, query)
  return connection.all(sql, values).map((row) => decodeRow(table, row))
}

/** How many rows there are. */
export function countRows(connection: Connection, table: TableName, instrument?: string): number {
  const { sql, values } = countSql(table, instrument)
  return connection.number(sql, values)
}

/** The first or last bar, or the one at a time. */
export function storedBar(
  connection: Connection,
  instrument: string,
  which: 'newest' | 'oldest' | number,
): StoredBar | undefined {
  const row =
    typeof which === 'number'
      ? connection.get(`${STORED_BAR} AND timestamp = ?`, [instrument, which])
      : connection.get(`${STORED_BAR} ORDER BY timestamp ${which === 'newest' ? 'DESC' : 'ASC'} LIMIT 1`, [instrument])
  if (row === undefined) return undefined
  const [time, open, high, low, close, volume, source, ingestedAt, revision] = row as readonly number[]
  return { time, open, high, low, close, volume, source: String(source), ingestedAt, revision } as StoredBar
}

/** How often the instrument's history was corrected. */
export function historyVersion(connection: Connection, instrument: string): number {
  return connection.number('SELECT history_version FROM instrument_state WHERE instrument = ?', [instrument])
}

/** The highest cycle number of an instrument. */
export function lastCycle(connection: Connection, instrument: string): number {
  return connection.number('SELECT max(cycle) FROM collection_cycles WHERE instrument = ?', [instrument])
}
