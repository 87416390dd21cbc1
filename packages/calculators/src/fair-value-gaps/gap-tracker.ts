import type { BarSeries } from '@openpredict/market'

import type { CandleBuilder } from '../candles/candle-builder.ts'
import { type CandleContext, CandleReader } from '../candles/candle-reader.ts'
import type { Timeframe } from '../candles/timeframe.ts'
import { exceeds, reaches } from '../internal/distances.ts'
import { GapSide } from './gap-side.ts'
import type { FairValueGapRow } from './row.ts'

/** What makes three candles a fair value gap, and where rows that are final go. */
export interface GapRules {
  readonly minGap: number
  readonly adjacent: boolean
  readonly bodyDirection: boolean
  readonly decimals: number
  readonly finish: (row: FairValueGapRow) => void
}

/** A candle that has closed. */
class ClosedCandle {
  start: number = Number.NaN
  end: number = Number.NaN
  open: number = Number.NaN
  high: number = Number.NaN
  low: number = Number.NaN
  close: number = Number.NaN

  set({
    start,
    end,
    open,
    high,
    low,
    close,
  }: Pick<CandleBuilder, 'start' | 'end' | 'open' | 'high' | 'low' | 'close'>): void {
    this.start = start
    this.end = end
    this.open = open
    this.high = high
    this.low = low
    this.close = close
  }
}

/** Finds the fair value gaps of one timeframe and follows them until they are inverted. */
export class GapTracker extends CandleReader {
  readonly #rules: GapRules
  readonly bullish: GapSide
  readonly bearish: GapSide
  /** The two candles before the one that closes: c1 and c2, when that one is c3. */
  readonly first: ClosedCandle = new ClosedCandle()
  readonly second: ClosedCandle = new ClosedCandle()

  constructor(timeframe: Timeframe, rules: GapRules) {
    super(timeframe)
    this.#rules = rules
    this.bullish = new GapSide(1, timeframe, rules.decimals)
    this.bearish = new GapSide(-1, timeframe, rules.decimals)
  }

  override take(bars: BarSeries, i: number, to: number, context: CandleContext): number {
    const end = super.take(bars, i, to, context)
    this.bullish.take(bars, i, end, this.builder, context.interval)
    this.bearish.take(bars, i, end, this.builder, context.interval)
    return end
  }

  protected override candleClosed(third: Readonly<CandleBuilder>): void {
    const { finish } = this.#rules
    for (const row of this.bullish.invertedBy(third.close, third.end)) finish(row)
    for (const row of this.bearish.invertedBy(third.close, third.end)) finish(row)
    this.#find(third)
    this.first.set(this.second)
    this.second.set(third)
  }

  #find(third: Readonly<CandleBuilder>): void {
    const { first, second } = this
    const { adjacent, bodyDirection } = this.#rules
    if (adjacent && (first.end !== second.start || second.end !== third.start)) return
    const { open, close } = second
    if (this.#isGap(third.low - first.high) && (!bodyDirection || close > open)) {
      this.bullish.add(second.start, third.end, third.low, first.high)
    }
    if (this.#isGap(first.low - third.high) && (!bodyDirection || close < open)) {
      this.bearish.add(second.start, third.end, -third.high, -first.low)
    }
  }

  /** Whether so much room between the first and the third candle is a gap; none at all never is. */
  #isGap(size: number): boolean {
    return exceeds(size, 0) && reaches(size, this.#rules.minGap)
  }
}
