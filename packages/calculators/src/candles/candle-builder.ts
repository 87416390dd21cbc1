import type { Bar, BarSeries } from '@openpredict/market'

import { candlePeriod, type Timeframe } from './timeframe.ts'

/** The candle that is forming, kept as plain numbers: nothing is allocated until it has closed. */
export class CandleBuilder {
  readonly #timeframe: Timeframe
  start: number = Number.NaN
  open: number = Number.NaN
  high: number = Number.NaN
  low: number = Number.NaN
  close: number = Number.NaN
  volume = 0
  /** The instant at which the candle closes; minus infinity while there is none. */
  end: number = Number.NEGATIVE_INFINITY

  constructor(timeframe: Timeframe) {
    this.#timeframe = timeframe
  }

  /** Whether a candle is forming. */
  get isForming(): boolean {
    return this.end !== Number.NEGATIVE_INFINITY
  }

  /** Takes the bars from index `i` on that lie in the candle of the first, and gives the index after the last of them. */
  take(bars: BarSeries, i: number, to: number): number {
    const { time, open, high, low, close, volume } = bars
    if (!this.isForming) {
      const { start, end } = candlePeriod(this.#timeframe, time[i] as number)
      this.start = start
      this.end = end
      this.open = open[i] as number
      this.high = Number.NEGATIVE_INFINITY
      this.low = Number.POSITIVE_INFINITY
      this.volume = 0
    }
    const { end } = this
    let highest = this.high
    let lowest = this.low
    let sum = this.volume
    let next = i
    while (next < to && (time[next] as number) < end) {
      const h = high[next] as number
      const l = low[next] as number
      if (h > highest) highest = h
      if (l < lowest) lowest = l
      sum += volume[next] as number
      next++
    }
    this.high = highest
    this.low = lowest
    this.volume = sum
    this.close = close[next - 1] as number
    return next
  }

  /** The candle as it stands. */
  candle(): Bar {
    const { start: time, open, high, low, close, volume } = this
    return { time, open, high, low, close, volume }
  }

  /** Forgets the candle, which has closed. */
  finish(): void {
    this.end = Number.NEGATIVE_INFINITY
  }
}
