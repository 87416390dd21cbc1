import type { Period } from '@openpredict/market'

import { PeriodRange } from '../internal/period-range.ts'
import type { Range } from '../internal/range.ts'
import { round } from '../internal/round.ts'
import { fibonacciLevels, PIVOT_LEVELS } from './fibonacci-levels.ts'
import type { FibonacciPivotRow } from './row.ts'

const NO_ROWS: readonly FibonacciPivotRow[] = []

/** The pivots of the running trading day or week, and the range that makes the next ones. */
export class PeriodPivots {
  readonly #period: FibonacciPivotRow['period']
  readonly #decimals: number
  /** The trading day or week that the last bar lies in. */
  readonly running: PeriodRange
  current: readonly FibonacciPivotRow[] = NO_ROWS

  constructor(period: FibonacciPivotRow['period'], periodOf: (time: number) => Period, decimals: number) {
    this.#period = period
    this.#decimals = decimals
    this.running = new PeriodRange(periodOf)
  }

  /** The instant before which no bar begins another day or week. */
  get until(): number {
    return this.running.end
  }

  /**
   * Takes the first bar of a day or week, which closes at `close`, and gives the rows that it ends, final: their last bar
   * closed at `lastClose`.
   */
  turn(time: number, close: number, lastClose: number, historyStart: number): readonly FibonacciPivotRow[] {
    const { known, range } = this.running
    const earlier = known ? fibonacciLevels(range) : undefined
    this.running.begin(time, historyStart)
    if (earlier === undefined) return NO_ROWS
    const ended = this.rows(lastClose)
    this.current = PIVOT_LEVELS.map((level) => ({
      period: this.#period,
      period_start: this.running.start,
      level,
      price: round(earlier[level], this.#decimals),
      timestamp: close,
      confirmed_at: close,
    }))
    return ended
  }

  /** Takes the range of bars before `until`, the first bar included. */
  extend(range: Range): void {
    this.running.range.include(range)
  }

  /** The rows that are current; `timestamp` is the close of the last bar. */
  rows(timestamp: number): readonly FibonacciPivotRow[] {
    return this.current.map((row) => ({ ...row, timestamp }))
  }
}
