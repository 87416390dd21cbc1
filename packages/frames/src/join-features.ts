import type { Bar, BarSeries } from '@openpredict/market'

import { type CandleLength, candlePeriod } from './candle-period.ts'
import { FramesError } from './errors.ts'
import { badValue } from './internal/cells.ts'
import { BAR_FIELDS, isMissing, listed } from './internal/columns.ts'
import type { Table, TableColumn } from './table.ts'

const KNOWN = 'confirmed_at'

/** Options of `joinFeatures`. */
export interface JoinFeaturesOptions<V extends string> {
  /** The table of the rows, such as `TABLES.reference_levels` of `@openpredict/store`; it has a column `confirmed_at`. */
  readonly table: Table
  /** What to put beside the bars: the new column's name, and the column of the table it is taken from. */
  readonly values: Readonly<Record<V, string>>
  /** The length of the bars, which says when each closes. @default '1m' */
  readonly interval?: CandleLength
}

/** A bar with what was known when it closed; `null` where nothing was. */
export type JoinedBar<V extends string> = Bar & {
  readonly [N in V]: string | number | boolean | null
}

/**
 * Each bar with the last row that was known at its close: the one with the latest `confirmed_at` that is not later (of
 * several at once, the last given). Never looks ahead:
 *
 * - a row without `confirmed_at` is not known yet, and is never used;
 * - an instant later than the bar's close (`fill_timestamp`, `reclaimed_at`) is `null` there;
 * - a column that goes on changing after `confirmed_at` (`filled`, `hold_minutes`) is refused: a row shows only how it ended.
 *
 * Choose before what is to be joined, for example the rows of one level. Throws a `FramesError`: `missing-column`,
 * `bad-value`, `look-ahead`, `taken-name`, and `instruments` for rows of more than one.
 *
 * @example
 * ```ts
 * const table = { columns: { confirmed_at: { kind: 'instant' }, price: { kind: 'price' } } } as const
 * const bar = { open: 10, high: 12, low: 9, close: 11, volume: 5 }
 * const bars = [0, 60_000].map((time) => ({ time, ...bar }))
 * const rows = [{ confirmed_at: 120_000, price: 10.5 }]
 * const joined = joinFeatures(bars, rows, { table, values: { pivot: 'price' } })
 * joined.map(({ pivot }) => pivot) // => [null, 10.5]
 * ```
 */
export function joinFeatures<V extends string>(
  bars: BarSeries | Iterable<Bar>,
  rows: Iterable<object>,
  { table, values, interval = '1m' }: JoinFeaturesOptions<V>,
): JoinedBar<V>[] {
  const columns = Object.entries<string>(values).map(([name, column]) => joinedColumn(name, column, table))
  const known = knownRows(rows, table)
  let next = 0
  let current: Values | undefined
  let last = Number.NEGATIVE_INFINITY
  return Array.from(bars, (bar, row) => {
    if (bar.time <= last) {
      throw new FramesError(`bar ${row} does not open after the bar before it`, { kind: 'order', row })
    }
    last = bar.time
    const { end } = candlePeriod(interval, bar.time)
    for (let at = known[next]?.at; at !== undefined && at <= end; at = known[next]?.at) current = known[next++]?.values
    const features = columns.map(({ name, read }) => [name, current === undefined ? null : read(current, end)])
    return { ...bar, ...Object.fromEntries(features) } as JoinedBar<V>
  })
}

type Values = Readonly<Record<string, unknown>>

interface KnownRow {
  readonly at: number
  readonly values: Values
}

/** Rows with the time from which they are known, in that order; those not known yet left out. */
function knownRows(rows: Iterable<object>, table: Table): readonly KnownRow[] {
  columnOf(KNOWN, table)
  const instruments = new Set<unknown>()
  const known: KnownRow[] = []
  let index = 0
  for (const row of rows) {
    const values = row as Values
    const at = values[KNOWN]
    if (values['instrument'] !== undefined) instruments.add(values['instrument'])
    if (typeof at === 'number' && !Number.isNaN(at)) known.push({ at, values })
    else if (!isMissing(at)) throw badValue(at, { column: KNOWN, row: index, expected: 'epoch milliseconds' })
    index++
  }
  if (instruments.size > 1) {
    const found = Array.from(instruments, String)
    const message = `rows of ${listed(found)} cannot be joined onto the same bars: expected those of one instrument`
    throw new FramesError(message, { kind: 'instruments', found })
  }
  // Sorting is stable: of rows known at once, the last given stays last.
  return known.toSorted((a, b) => a.at - b.at)
}

interface JoinedColumn {
  readonly name: string
  readonly read: (row: Values, close: number) => unknown
}

function joinedColumn(name: string, column: string, table: Table): JoinedColumn {
  if ((BAR_FIELDS as readonly string[]).includes(name)) {
    const message = `"${name}" is a field of the bar: expected another name for ${column}`
    throw new FramesError(message, { kind: 'taken-name', column: name })
  }
  const described = columnOf(column, table)
  if (described.kind === 'instant') {
    return { name, read: (row, close) => (Number(row[column]) <= close ? (row[column] ?? null) : null) }
  }
  if (described.lifecycle === true && !isFinalWhenKnown(table)) {
    throw new FramesError(
      `${column} changes after ${KNOWN}, and rows hold only how it ended: joined onto bars it would look ahead. ` +
        'Expected a column that is final by then, or the instant of the change',
      { kind: 'look-ahead', column },
    )
  }
  return { name, read: (row) => (isMissing(row[column]) ? null : row[column]) }
}

/** Rows that are confirmed when they are complete change only until then; the others are confirmed when they appear. */
function isFinalWhenKnown(table: Table): boolean {
  return columnOf(KNOWN, table).nullable === true
}

function columnOf(name: string, { columns }: Table): TableColumn {
  const column = columns[name]
  if (column !== undefined) return column
  const found = Object.keys(columns)
  throw new FramesError(`the table has no column "${name}": it has ${listed(found)}`, {
    kind: 'missing-column',
    column: name,
    found,
  })
}
