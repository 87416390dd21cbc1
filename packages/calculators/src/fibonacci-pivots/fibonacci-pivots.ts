import { type Bar, type BarSeries, tradingDay, tradingWeek } from '@openpredict/market'

import type { CalculatorOptions, HistoryOptions } from '../calculator.ts'
import { checkOptions } from '../internal/checked-options.ts'
import { historyOf } from '../internal/history.ts'
import { Range } from '../internal/range.ts'
import { RowCalculator } from '../internal/row-calculator.ts'
import { PeriodPivots } from './period-pivots.ts'
import type { FibonacciPivotRow } from './row.ts'

/** What Fibonacci pivots can be told. */
export type FibonacciPivotsOptions = CalculatorOptions

/**
 * Fibonacci pivots of the running trading day and week, from the high, low and close of the latest earlier day and week
 * that had bars.
 *
 * They appear when the first bar of the day or week has closed, and only when history reaches back to the start of the
 * earlier one. See docs/concepts/fibonacci-pivots.md.
 *
 * @example
 * ```ts
 * const pivots = new FibonacciPivots()
 * const bar = { open: 100, high: 110, low: 90, close: 103, volume: 1 }
 * pivots.next({ ...bar, time: parseInstant('2024-07-01T22:00:00Z') })
 * pivots.next({ ...bar, time: parseInstant('2024-07-02T22:00:00Z') })
 * pivots.current().map(({ level, price }) => `${level} ${price}`)
 * // => ['PP 101', 'R1 108.64', 'R2 113.36', 'R3 121', 'S1 93.36', 'S2 88.64', 'S3 81']
 * ```
 */
export class FibonacciPivots extends RowCalculator<FibonacciPivotRow> {
  readonly table = 'fibonacci_pivots'
  readonly #day: PeriodPivots
  readonly #week: PeriodPivots
  readonly #range = new Range()
  readonly #progress = {
    /** How many bars had been read when changes were taken last. */
    takenCount: 0,
  }

  constructor(options: FibonacciPivotsOptions = {}) {
    const checked = checkOptions(options)
    super(checked)
    this.#day = new PeriodPivots('DAILY', tradingDay, checked.decimals)
    this.#week = new PeriodPivots('WEEKLY', tradingWeek, checked.decimals)
  }

  /** The pivots of the running day and of the running week, from PP to S3. */
  current(): FibonacciPivotRow[] {
    const { lastClose } = this.position
    return [...this.#day.rows(lastClose), ...this.#week.rows(lastClose)]
  }

  protected override parts(): Readonly<Record<string, object>> {
    return { progress: this.#progress, day: this.#day, week: this.#week }
  }

  /** With the next bar every current row changes, in its timestamp at least. */
  protected override live(): FibonacciPivotRow[] {
    return this.current()
  }

  protected override takeLiveChanges(): FibonacciPivotRow[] {
    const { count } = this.position
    const hasNewBar = count > this.#progress.takenCount
    this.#progress.takenCount = count
    return hasNewBar ? this.current() : []
  }

  protected override take(bars: BarSeries, from: number, to: number): void {
    let i = from
    while (i < to) {
      const lastClose = i > from ? (bars.time[i - 1] as number) + this.position.interval : this.position.lastClose
      this.#turn(this.#day, bars.time[i] as number, lastClose)
      this.#turn(this.#week, bars.time[i] as number, lastClose)
      i = this.#range.scan(bars, i, to, Math.min(this.#day.until, this.#week.until))
      this.#day.extend(this.#range)
      this.#week.extend(this.#range)
    }
  }

  /** Begins another day or week when the bar that opens at `time` is its first. */
  #turn(pivots: PeriodPivots, time: number, lastClose: number): void {
    if (time < pivots.until) return
    const { interval, historyStart } = this.position
    for (const row of pivots.turn(time, time + interval, lastClose, historyStart)) this.finish(row)
  }
}

/**
 * Every Fibonacci pivot of a whole history, each with its last values, ordered by the start of its day or week. Otherwise
 * as `FibonacciPivots`.
 *
 * @example
 * ```ts
 * fibonacciPivots([]) // => []
 * ```
 */
export function fibonacciPivots(
  bars: BarSeries | readonly Bar[],
  options: FibonacciPivotsOptions & HistoryOptions = {},
): FibonacciPivotRow[] {
  return historyOf(new FibonacciPivots(options), bars, options).toSorted((a, b) => a.period_start - b.period_start)
}
