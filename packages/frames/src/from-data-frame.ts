import { type Bar, type BarSeries, BarSeriesBuilder, barProblem } from '@openpredict/market'

import type { DataFrameLike } from './data-frame.ts'
import { FramesError } from './errors.ts'
import { instantIn, numberIn } from './internal/cells.ts'
import { BAR_FIELDS, frameColumn } from './internal/columns.ts'

/** Options of `fromDataFrame`. */
export interface FromDataFrameOptions {
  /**
   * The frame's own names of the columns: `{ time: 'Date', close: 'Adj Close' }`.
   * @default the fields of a bar: time, open, high, low, close, volume
   */
  readonly columns?: Readonly<Partial<Record<keyof Bar, string>>>
}

/**
 * The bars in a DataFrame, whoever made it. Times are epoch milliseconds, `Date`s or ISO-8601 text; other columns than
 * those of a bar are left alone.
 *
 * Throws a `FramesError` that names the column and the row (counted from 0): `missing-column`, `bad-value` for what is not
 * a number or a time, `bar` for an impossible bar, `order` for one that does not open after the bar before it.
 *
 * @example
 * ```ts
 * const df = await toDataFrame([{ Date: '2024-07-01', Open: 10, High: 12, Low: 9, Close: 11, Volume: 5 }])
 * const columns = { time: 'Date', open: 'Open', high: 'High', low: 'Low', close: 'Close', volume: 'Volume' }
 * fromDataFrame(df, { columns }).toArray()
 * // => [{ time: Date.UTC(2024, 6, 1), open: 10, high: 12, low: 9, close: 11, volume: 5 }]
 * ```
 */
export function fromDataFrame(frame: DataFrameLike, { columns = {} }: FromDataFrameOptions = {}): BarSeries {
  const rows = frame.shape[0] ?? 0
  const fields = BAR_FIELDS.map((field) => {
    const name = columns[field] ?? field
    return { name, values: frameColumn(frame, name, field), read: field === 'time' ? instantIn : numberIn }
  })
  const builder = new BarSeriesBuilder()
  let last = Number.NEGATIVE_INFINITY
  for (let row = 0; row < rows; row++) {
    const cells = fields.map(({ name, values, read }) => read(values[row], name, row)) as BarCells
    const [time, open, high, low, close, volume] = cells
    const bar = { time, open, high, low, close, volume }
    const problem = barProblem(bar)
    if (problem !== undefined) throw new FramesError(`row ${row} is no bar: ${problem}`, { kind: 'bar', row, problem })
    if (time <= last) {
      const message = `row ${row} does not open after the row before it: expected each time once, in ascending order`
      throw new FramesError(message, { kind: 'order', row })
    }
    last = time
    builder.push(bar)
  }
  return builder.build()
}

type BarCells = [time: number, open: number, high: number, low: number, close: number, volume: number]
