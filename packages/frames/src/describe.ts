import { BarSeries } from '@openpredict/market'

import type { DataFrameLike } from './data-frame.ts'
import { columnsOf, type DataColumn, type FrameData, frameColumn, isInstant, isMissing } from './internal/columns.ts'
import type { Table } from './table.ts'

/** What the numbers of one column are like. NaN where too few are there to say. */
export interface ColumnSummary {
  readonly column: string
  /** How many numbers there are. */
  readonly count: number
  /** How many rows have none. */
  readonly missing: number
  readonly mean: number
  /** The standard deviation of a sample (divided by `count − 1`). */
  readonly std: number
  readonly min: number
  /** Quartiles, interpolated linearly between the two nearest numbers. */
  readonly q25: number
  readonly median: number
  readonly q75: number
  readonly max: number
}

/** Options of `describe`. */
export interface DescribeOptions {
  /** The table of the rows: says which numbers are instants, and are left out. Without it `time` is. */
  readonly table?: Table
}

/**
 * Counts, mean, deviation and quartiles of every numeric column, as `describe` of pandas has them: of bars, of rows, or of
 * a DataFrame. Missing values are counted apart, instants and columns without a number left out.
 *
 * @example
 * ```ts
 * const bars = [10, 12, 14].map((close, i) => ({ time: i * 60_000, open: 10, high: 15, low: 9, close, volume: 0 }))
 * const close = describe(bars).find(({ column }) => column === 'close')
 * close
 * // => { column: 'close', count: 3, missing: 0, mean: 12, std: 2, min: 10, q25: 11, median: 12, q75: 13, max: 14 }
 * ```
 */
export function describe(data: FrameData | DataFrameLike, { table }: DescribeOptions = {}): ColumnSummary[] {
  const columns = isFrame(data) ? frameColumns(data, table) : columnsOf(data, table)
  return columns.filter((column) => isNumeric(column)).map(({ name, values }) => summaryOf(name, values))
}

function isFrame(data: FrameData | DataFrameLike): data is DataFrameLike {
  return !(data instanceof BarSeries) && 'columns' in data && 'column' in data
}

function frameColumns(frame: DataFrameLike, table?: Table): readonly DataColumn[] {
  return frame.columns.map((name) => {
    const described = table?.columns[name]
    const column = { name, values: Array.from(frameColumn(frame, name)) }
    return described === undefined ? column : { ...column, described }
  })
}

function isNumeric(column: DataColumn): boolean {
  return (
    !isInstant(column) &&
    column.values.every((value) => isMissing(value) || typeof value === 'number') &&
    (column.values.length === 0 || column.values.some((value) => !isMissing(value)))
  )
}

function summaryOf(column: string, values: readonly unknown[]): ColumnSummary {
  const sorted = Float64Array.from(values.filter((value) => !isMissing(value)) as number[]).toSorted()
  const count = sorted.length
  const mean = count === 0 ? Number.NaN : sorted.reduce((sum, value) => sum + value, 0) / count
  const squares = sorted.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return {
    column,
    count,
    missing: values.length - count,
    mean,
    std: count < 2 ? Number.NaN : Math.sqrt(squares / (count - 1)),
    min: quantile(sorted, 0),
    q25: quantile(sorted, 0.25),
    median: quantile(sorted, 0.5),
    q75: quantile(sorted, 0.75),
    max: quantile(sorted, 1),
  }
}

function quantile(sorted: Float64Array, fraction: number): number {
  const place = (sorted.length - 1) * fraction
  const below = sorted[Math.floor(place)] ?? Number.NaN
  const above = sorted[Math.ceil(place)] ?? Number.NaN
  return below + (above - below) * (place - Math.floor(place))
}
