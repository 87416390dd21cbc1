import { formatInstant } from '@openpredict/market'

import type { Danfo, DataFrame, DataFrameLike } from './data-frame.ts'
import { columnsOf, type DataColumn, type FrameData, isInstant, isMissing } from './internal/columns.ts'
import { loadDanfo } from './load-danfo.ts'
import type { Table } from './table.ts'

/** Options of `toDataFrame`. */
export interface ToDataFrameOptions<F extends DataFrameLike> {
  /** The table of the rows, such as `TABLES.fvg` of `@openpredict/store`: says which columns there are and what they hold. */
  readonly table?: Table
  /**
   * How instants are written: epoch milliseconds, ISO-8601 text, or `Date`s. Without a table only `time` is one. danfojs's
   * own date functions read a `Date` in the time zone of the machine.
   * @default 'epoch'
   */
  readonly times?: 'epoch' | 'iso' | 'date'
  /** A danfojs of your own, whose type the frame then has. @default danfojs-node, loaded when first needed */
  readonly danfo?: Danfo<F>
}

/**
 * Bars, rows of a table, or any objects as a DataFrame, one row each and in the same order.
 *
 * A missing number becomes NaN, as danfojs and pandas have it; other missing values are `null`. JSON becomes text. Numbers
 * keep all their digits, until something makes a tensor of them (32 bits).
 *
 * Throws a `FramesError`: of kind `no-danfojs` when danfojs-node is not installed, `missing-column` for a row without a
 * column of its table.
 *
 * @example
 * ```ts
 * const bars = [{ time: Date.UTC(2024, 6, 1), open: 10, high: 12, low: 9, close: 11, volume: 0 }]
 * const df = await toDataFrame(bars, { times: 'iso' })
 * df.columns // => ['time', 'open', 'high', 'low', 'close', 'volume']
 * df.values // => [['2024-07-01T00:00:00.000Z', 10, 12, 9, 11, 0]]
 * ```
 */
export async function toDataFrame<F extends DataFrameLike = DataFrame>(
  data: FrameData,
  { table, times = 'epoch', danfo }: ToDataFrameOptions<F> = {},
): Promise<F> {
  const columns = columnsOf(data, table)
  // Without a danfojs of the caller's own, F is the default.
  const { DataFrame } = danfo ?? ((await loadDanfo()) as unknown as Danfo<F>)
  const cells = columns.map((column) => cellsOf(column, times))
  const options = {
    columns: columns.map(({ name }) => name),
    dtypes: columns.map((column, i) => dtypeOf(column, cells[i] ?? [])),
  }
  if ((cells[0]?.length ?? 0) === 0) return new DataFrame([], options)
  return new DataFrame(Object.fromEntries(columns.map(({ name }, i) => [name, cells[i] ?? []])), options)
}

type Times = 'epoch' | 'iso' | 'date'

function cellsOf(column: DataColumn, times: Times): unknown[] {
  const missing = isNumeric(column) && (times === 'epoch' || !isInstant(column)) ? Number.NaN : null
  const write = isInstant(column) ? instantAs(times) : column.described?.kind === 'json' ? JSON.stringify : plain
  return column.values.map((value) => (isMissing(value) ? missing : write(value)))
}

function instantAs(times: Times): (value: unknown) => unknown {
  if (times === 'epoch') return plain
  return (value) => {
    if (typeof value !== 'number') return plain(value)
    return times === 'iso' ? formatInstant(value) : new Date(value)
  }
}

/** What danfojs can hold in a cell: objects are written as JSON. */
function plain(value: unknown): unknown {
  return typeof value === 'object' && !(value instanceof Date) ? JSON.stringify(value) : value
}

function isNumeric({ described, values }: DataColumn): boolean {
  if (described !== undefined) return ['integer', 'instant', 'price', 'number'].includes(described.kind)
  return values.every((value) => isMissing(value) || typeof value === 'number')
}

/** danfojs's word for a column. It guesses from the first rows where nothing is said. */
function dtypeOf(column: DataColumn, cells: readonly unknown[]): string {
  const sample = cells.find((cell) => !isMissing(cell))
  if (sample instanceof Date) return 'datetime'
  if (typeof sample === 'boolean' || column.described?.kind === 'boolean') return 'boolean'
  if (typeof sample === 'string' || !isNumeric(column)) return 'string'
  return cells.every(Number.isInteger) ? 'int32' : 'float32'
}
