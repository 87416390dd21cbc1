import { formatInstant, type Instrument } from '@openpredict/market'
import { type ColumnDescription, type Row, type TableName, tableOf } from '@openpredict/store'

/** The columns of ohlc_data as CSV: those that import reads. */
const BAR_COLUMNS = ['timestamp', 'open', 'high', 'low', 'close', 'volume']
/** Lines a write: fewer system calls than one a line, and little memory. */
const CHUNK = 500

/** The formats that are lines of text. */
type LineFormat = 'csv' | 'json' | 'ndjson'

/** How to write rows. */
export interface LineOptions {
  readonly format: LineFormat
  /** Decides how many decimals prices have in CSV. */
  readonly instrument: Instrument
  /** Counted up as rows pass. */
  readonly counted: { rows: number }
}

type Values = Readonly<Record<string, unknown>>

/** Rows as text, in chunks: CSV with a header, one JSON array, or one JSON object a line. */
export async function* tableLines<T extends TableName>(
  table: T,
  rows: AsyncIterable<Row<T>>,
  { format, instrument, counted }: LineOptions,
): AsyncIterable<string> {
  const columns = Object.entries(tableOf(table).columns)
  const bars = table === 'ohlc_data' && format === 'csv'
  const chosen = bars ? columns.filter(([name]) => BAR_COLUMNS.includes(name)) : columns
  const write = format === 'csv' ? csvLine(chosen, instrument) : jsonLine(chosen)
  let chunk = format === 'csv' ? `${chosen.map(([name]) => name).join(',')}\n` : format === 'json' ? '[' : ''
  for await (const row of rows) {
    const text = write(row)
    if (format === 'json') chunk += `${counted.rows > 0 ? ',' : ''}\n  ${text}`
    else chunk += `${text}\n`
    counted.rows++
    if (counted.rows % CHUNK === 0) {
      yield chunk
      chunk = ''
    }
  }
  if (format === 'json') chunk += counted.rows > 0 ? '\n]\n' : ']\n'
  if (chunk !== '') yield chunk
}

type Columns = readonly (readonly [string, ColumnDescription])[]

function jsonLine(columns: Columns): (row: Values) => string {
  return (row) =>
    JSON.stringify(
      Object.fromEntries(
        columns.map(([name, { kind }]) => {
          const value = row[name]
          return [name, kind === 'instant' && typeof value === 'number' ? formatInstant(value) : value]
        }),
      ),
    )
}

function csvLine(columns: Columns, instrument: Instrument): (row: Values) => string {
  return (row) => columns.map(([name, { kind }]) => csvValue(row[name], kind, instrument)).join(',')
}

function csvValue(value: unknown, kind: ColumnDescription['kind'], { decimals, tick }: Instrument): string {
  if (value === null || value === undefined) return ''
  if (typeof value === 'number') {
    if (kind === 'instant') return formatInstant(value).replace('.000Z', 'Z')
    return kind === 'price' && tick !== undefined ? value.toFixed(decimals) : String(value)
  }
  return quoted(typeof value === 'string' ? value : JSON.stringify(value))
}

/** RFC 4180: a value with a comma, a quote or a line break stands in quotes, its own quotes doubled. */
function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
