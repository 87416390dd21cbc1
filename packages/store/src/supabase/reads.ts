import type { BarSeries } from '@openpredict/market'

import { ColumnSink } from '../internal/column-sink.ts'
import { columnNames, instrumentColumn, misuse, wholeNumber } from '../internal/statements.ts'
import type { Row } from '../rows.ts'
import type { BarQuery, RowQuery, StoredBar } from '../store.ts'
import { type TableName, tableOf } from '../tables.ts'
import { behind, filtered, orderOf } from './filters.ts'
import { instantOf } from './instants.ts'
import type { Rest } from './rest.ts'
import { decodeRow } from './row-codec.ts'

/** What a project gives at once, unless it was told otherwise; more is asked for in pages. */
const PAGE = 1_000
const PRICES = ['open', 'high', 'low', 'close', 'volume']
const BAR = ['timestamp', ...PRICES].join(',')
const STORED = `${BAR},source,ingested_at,revision`

/** A row as the data API gives it. */
export type RawRow = Readonly<Record<string, unknown>>

/** How a query is read. */
export interface PageOptions {
  readonly columns: string
  readonly pageSize?: number
  readonly signal?: AbortSignal | undefined
}

/**
 * The rows of a query page by page. A server gives fewer rows than it is asked for where that is more than it likes, and
 * does not say so: the end is where behind a page there is nothing.
 */
export async function* rawPages(
  rest: Rest,
  table: TableName,
  query: RowQuery,
  { columns, pageSize = PAGE, signal }: PageOptions,
): AsyncGenerator<readonly RawRow[], void, undefined> {
  const order = orderOf(table, query)
  let left = query.limit ?? Number.POSITIVE_INFINITY
  let last: RawRow | undefined
  while (left > 0) {
    let request = filtered(rest.table(table).select(columns), table, query)
    if (last !== undefined) request = behind(request, order, last)
    for (const { name, ascending } of order) request = request.order(name, { ascending })
    const page = await rest.rows(request.limit(Math.min(pageSize, PAGE, left)), signal)
    last = page.at(-1)
    if (last === undefined) return
    yield page
    left -= page.length
  }
  signal?.throwIfAborted()
}

/** The bars of a query in columns, ascending. */
export async function readBars(rest: Rest, query: BarQuery, signal?: AbortSignal): Promise<BarSeries> {
  const { last, ...span } = query
  if (last !== undefined) wholeNumber('last', last)
  const rows: RowQuery = last === undefined ? span : { ...span, limit: last, newestFirst: true }
  const pages: (readonly RawRow[])[] = []
  for await (const page of rawPages(rest, 'ohlc_data', rows, { columns: BAR, signal })) pages.push(page)
  if (last !== undefined) pages.reverse()
  const sink = new ColumnSink()
  for (const page of pages) {
    for (const row of last === undefined ? page : page.toReversed()) {
      sink.push([instantOf(row['timestamp'] as string), ...PRICES.map((name) => row[name])])
    }
  }
  return sink.series()
}

/** The rows of a query. */
export async function readRows<T extends TableName>(
  rest: Rest,
  table: T,
  query: RowQuery = {},
  signal?: AbortSignal,
): Promise<readonly Row<T>[]> {
  const rows: Row<T>[] = []
  const columns = columnNames(table).join(',')
  for await (const page of rawPages(rest, table, query, { columns, signal })) {
    for (const row of page) rows.push(decodeRow(table, row))
  }
  return rows
}

/** Rows of a query one by one. */
export async function* streamRows<T extends TableName>(
  rest: Rest,
  table: T,
  { instrument, from, to }: Pick<RowQuery, 'instrument' | 'from' | 'to'>,
  { pageSize = PAGE, signal }: { readonly pageSize?: number; readonly signal?: AbortSignal | undefined },
): AsyncGenerator<Row<T>, void, undefined> {
  if (!(pageSize >= 1)) throw misuse(`pageSize ${pageSize}: expected a whole number of 1 or more`)
  const bounds = {
    ...(instrument === undefined ? {} : { instrument }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
  }
  const columns = columnNames(table).join(',')
  for await (const page of rawPages(rest, table, bounds, { columns, pageSize: Math.trunc(pageSize), signal })) {
    for (const row of page) yield decodeRow(table, row)
  }
}

/** How many rows there are. */
export async function countRows(
  rest: Rest,
  table: TableName,
  instrument?: string,
  signal?: AbortSignal,
): Promise<number> {
  // Not HEAD, whose failures come without a word.
  const all = rest.table(table).select(tableOf(table).key.join(','), { count: 'exact' }).limit(0)
  return await rest.count(instrument === undefined ? all : all.eq(instrumentColumn(table), instrument), signal)
}

/** The first or last bar. */
export async function endBar(
  rest: Rest,
  instrument: string,
  which: 'newest' | 'oldest',
  signal?: AbortSignal,
): Promise<StoredBar | undefined> {
  const request = rest
    .table('ohlc_data')
    .select(STORED)
    .eq('instrument', instrument)
    .order('timestamp', { ascending: which === 'oldest' })
    .limit(1)
  const [row] = await rest.rows(request, signal)
  return row === undefined ? undefined : storedBar(row)
}

/** How often the instrument's history was corrected. */
export async function historyVersion(rest: Rest, instrument: string, signal?: AbortSignal): Promise<number> {
  const request = rest.table('instrument_state').select('history_version').eq('instrument', instrument).limit(1)
  const [row] = await rest.rows(request, signal)
  return Number(row?.['history_version'] ?? 0)
}

/** The highest cycle number of an instrument. */
export async function lastCycle(rest: Rest, instrument: string, signal?: AbortSignal): Promise<number> {
  const request = rest
    .table('collection_cycles')
    .select('cycle')
    .eq('instrument', instrument)
    .order('cycle', { ascending: false })
    .limit(1)
  const [row] = await rest.rows(request, signal)
  return Number(row?.['cycle'] ?? 0)
}

function storedBar(row: RawRow): StoredBar {
  const {
    timestamp,
    open,
    high,
    low,
    close,
    volume,
    source,
    ingested_at: ingestedAt,
    revision,
  } = decodeRow('ohlc_data', row)
  return { time: timestamp, open, high, low, close, volume, source, ingestedAt, revision }
}
