import type { BarSeries } from '@openpredict/market'

/** The highest high and the lowest low of some bars, and the close of the last. */
export class Range {
  high: number = Number.NEGATIVE_INFINITY
  low: number = Number.POSITIVE_INFINITY
  close: number = Number.NaN

  /**
   * Becomes the range of the bars from index `i` on that open before `until`, and gives the index after the last of them.
   *
   * Between two instants at which a period begins or ends, a bar can change nothing but running highs and lows. So this
   * loop is where most bars are spent.
   */
  scan(bars: BarSeries, i: number, to: number, until: number): number {
    const { time, high, low, close } = bars
    let highest = high[i] as number
    let lowest = low[i] as number
    let next = i + 1
    while (next < to && (time[next] as number) < until) {
      const h = high[next] as number
      const l = low[next] as number
      if (h > highest) highest = h
      if (l < lowest) lowest = l
      next++
    }
    this.high = highest
    this.low = lowest
    this.close = close[next - 1] as number
    return next
  }

  /** Becomes empty. */
  clear(): void {
    this.high = Number.NEGATIVE_INFINITY
    this.low = Number.POSITIVE_INFINITY
    this.close = Number.NaN
  }

  /** Takes in later bars. */
  include({ high, low, close }: Range): void {
    if (high > this.high) this.high = high
    if (low < this.low) this.low = low
    this.close = close
  }
}
