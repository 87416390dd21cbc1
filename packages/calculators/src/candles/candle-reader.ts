import type { BarSeries } from '@openpredict/market'

import { CandleBuilder } from './candle-builder.ts'
import { hasCandles, type Timeframe } from './timeframe.ts'

/** What a candle needs to be known: how long the bars are, and from when on none is missing. */
export interface CandleContext {
  readonly interval: number
  readonly historyStart: number
}

/** Reads bars as the candles of one timeframe, and is told of each that has closed, in order. */
export abstract class CandleReader {
  readonly #timeframe: Timeframe
  readonly builder: CandleBuilder
  /** The close of the last bar that was too long for the timeframe: candles are known from there on. */
  knownFrom: number = Number.NEGATIVE_INFINITY

  constructor(timeframe: Timeframe) {
    this.#timeframe = timeframe
    this.builder = new CandleBuilder(timeframe)
  }

  get timeframe(): Timeframe {
    return this.#timeframe
  }

  /** Takes checked bars, candle by candle. */
  read(bars: BarSeries, from: number, to: number, context: CandleContext): void {
    let i = from
    while (i < to) i = this.take(bars, i, to, context)
    this.closeBy((bars.time[to - 1] as number) + context.interval, context)
  }

  /** Takes the bars from index `i` on that lie in one candle, and gives the index after the last of them. */
  take(bars: BarSeries, i: number, to: number, context: CandleContext): number {
    this.closeBy(bars.time[i] as number, context)
    const next = this.builder.take(bars, i, to)
    if (!hasCandles(this.#timeframe, context.interval)) {
      this.knownFrom = (bars.time[next - 1] as number) + context.interval
    }
    return next
  }

  /** Closes the candle that ends by an instant; one that began before it could be known whole is left out. */
  closeBy(time: number, { historyStart }: CandleContext): void {
    const { builder } = this
    if (!builder.isForming || builder.end > time) return
    if (builder.start >= historyStart && builder.start >= this.knownFrom) this.candleClosed(builder)
    builder.finish()
  }

  /** Is told of a candle that has closed; `candle` is used again for the next one. */
  protected abstract candleClosed(candle: Readonly<CandleBuilder>): void
}
