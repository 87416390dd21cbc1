import type { BarSeries } from '@openpredict/market'

import { ColumnSink } from '../internal/column-sink.ts'
import { wholeNumber } from '../internal/statements.ts'
import type { Row } from '../rows.ts'
import type { BarQuery, RowQuery, StoredBar } from '../store.ts'
import type { TableName } from '../tables.ts'
import { millisecondsSql, POSTGRES } from './dialect.ts'
import { decodeRow } from './row-codec.ts'
import type { Session } from './session.ts'
import { countSql, sentSql, selectSql } from './statements.ts'

const PRICES = 'open, high, low, close, volume'
const SPAN = `FROM ohlc_data WHERE instrument = $1
  AND timestamp >= ${POSTGRES.parameter(2, 'instant')} AND timestamp < ${POSTGRES.parameter(3, 'instant')}`
const BARS = `SELECT ${millisecondsSql('timestamp')}, ${PRICES} ${SPAN} ORDER BY timestamp`
const LAST_BARS = `SELECT ${millisecondsSql('timestamp')}, ${PRICES} FROM (
  SELECT timestamp, ${PRICES} ${SPAN} ORDER BY ohlc_data.timestamp DESC LIMIT $4::bigint
) AS newest ORDER BY timestamp`
const STORED = `${millisecondsSql('ohlc_data.timestamp')}, ${PRICES}, source, ${millisecondsSql('ingested_at')}, revision`
const NEWEST = `SELECT ${STORED} FROM ohlc_data WHERE instrument = $1 ORDER BY timestamp DESC LIMIT 1`
const OLDEST = `SELECT ${STORED} FROM ohlc_data WHERE instrument = $1 ORDER BY timestamp LIMIT 1`
const AT = `SELECT ${STORED} FROM ${sentSql('ohlc_data', ['instrument', 'timestamp'])}
  JOIN ohlc_data USING (instrument, timestamp)`

/** The bars of a query in columns, ascending. */
export async function readBars(session: Session, query: BarQuery): Promise<BarSeries> {
  const { instrument, from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY, last } = query
  const values = [instrument, POSTGRES.bound(from), POSTGRES.bound(to)]
  const sink = new ColumnSink()
  if (last !== undefined) wholeNumber('last', last)
  if (last === undefined) await session.each(BARS, values, (row) => sink.push(row))
  else await session.each(LAST_BARS, [...values, last], (row) => sink.push(row))
  return sink.series()
}

/** The rows of a query. */
export async function readRows<T extends TableName>(
  session: Session,
  table: T,
  query: RowQuery = {},
): Promise<readonly Row<T>[]> {
  const { sql, values } = selectSql(table, query)
  const { rows } = await session.query(sql, values)
  return rows.map((row) => decodeRow(table, row))
}

/** How many rows there are. */
export async function countRows(session: Session, table: TableName, instrument?: string): Promise<number> {
  const { sql, values } = countSql(table, instrument)
  return await session.number(sql, values)
}

/** The first or last bar. */
export async function endBar(
  session: Session,
  instrument: string,
  which: 'newest' | 'oldest',
): Promise<StoredBar | undefined> {
  const { rows } = await session.query(which === 'newest' ? NEWEST : OLDEST, [instrument])
  return rows[0] === undefined ? undefined : storedBar(rows[0])
}

/** The stored bars of given minutes, by their open times. Parameters of the statement: arrays, as `encodeKeys` makes them. */
export async function barsAt(session: Session, keys: readonly string[]): Promise<ReadonlyMap<number, StoredBar>> {
  const { rows } = await session.query(AT, keys)
  return new Map(rows.map(storedBar).map((bar) => [bar.time, bar]))
}

/** How often the instrument's history was corrected. */
export async function historyVersion(session: Session, instrument: string): Promise<number> {
  return await session.number('SELECT history_version FROM instrument_state WHERE instrument = $1', [instrument])
}

/** The highest cycle number of an instrument. */
export async function lastCycle(session: Session, instrument: string): Promise<number> {
  return await session.number('SELECT max(cycle) FROM collection_cycles WHERE instrument = $1', [instrument])
}

function storedBar(row: readonly (string | null)[]): StoredBar {
  const [time, open, high, low, close, volume, source, ingestedAt, revision] = row
  return {
    time: Number(time),
    open: Number(open),
    high: Number(high),
    low: Number(low),
    close: Number(close),
    volume: Number(volume),
    source: source ?? '',
    ingestedAt: Number(ingestedAt),
    revision: Number(revision),
  }
}
