import type { Period } from '@openpredict/market'

import { Range } from './range.ts'

/** The range of a trading day or week while it runs. */
export class PeriodRange {
  readonly #periodOf: (time: number) => Period
  start: number = Number.NaN
  end: number = Number.NEGATIVE_INFINITY
  /** Whether history reaches back to the period's start, so that its high and low are those of the whole period. */
  known = false
  readonly range: Range = new Range()

  /** `periodOf` gives the period that contains an instant. */
  constructor(periodOf: (time: number) => Period) {
    this.#periodOf = periodOf
  }

  /** Starts again with the period that contains `time`, the open of its first bar. */
  begin(time: number, historyStart: number): void {
    const { start, end } = this.#periodOf(time)
    this.start = start
    this.end = end
    this.known = historyStart <= start
    this.range.clear()
  }
}
