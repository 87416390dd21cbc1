import type { CandleBuilder } from '../candles/candle-builder.ts'
import { CandleReader } from '../candles/candle-reader.ts'
import type { Timeframe } from '../candles/timeframe.ts'
import { EqualSwings } from './equal-swings.ts'
import type { PoolSide } from './pool-side.ts'

/** What makes equal highs and lows, and for how long their pools last. */
export interface EqualRules {
  readonly swingLength: number
  readonly equalTolerance: number
  readonly apartMs: number
  readonly expiryMs: number
}

/** Makes pools of equal highs and equal lows, from candles. */
export class SwingPools extends CandleReader {
  readonly #above: PoolSide
  readonly #below: PoolSide
  readonly #expiryMs: number
  readonly highs: EqualSwings
  readonly lows: EqualSwings

  constructor(timeframe: Timeframe, rules: EqualRules, above: PoolSide, below: PoolSide) {
    super(timeframe)
    const { swingLength, equalTolerance, apartMs, expiryMs } = rules
    this.#above = above
    this.#below = below
    this.#expiryMs = expiryMs
    this.highs = new EqualSwings(swingLength, equalTolerance, apartMs)
    this.lows = new EqualSwings(swingLength, equalTolerance, apartMs)
  }

  protected override candleClosed({ start, end, high, low }: Readonly<CandleBuilder>): void {
    const expiresAt = end + this.#expiryMs
    if (this.highs.next(start, high)) {
      this.#above.activate('EQUAL_HIGH', this.highs.time, this.highs.price, end, expiresAt)
    }
    if (this.lows.next(start, -low)) {
      this.#below.activate('EQUAL_LOW', this.lows.time, -this.lows.price, end, expiresAt)
    }
  }
}
