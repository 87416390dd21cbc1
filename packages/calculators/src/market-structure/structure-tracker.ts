import type { CandleBuilder } from '../candles/candle-builder.ts'
import { CandleReader } from '../candles/candle-reader.ts'
import { type Timeframe, TIMEFRAME_MS } from '../candles/timeframe.ts'
import { reaches } from '../internal/distances.ts'
import { MINUTE } from '../internal/periods.ts'
import { round } from '../internal/round.ts'
import { SwingDetector } from '../swings/swing-detector.ts'
import type { MarketStructureRow } from './row.ts'

/** How breaks are told and weighed, and where their rows go. */
export interface StructureRules {
  readonly breakBy: 'close' | 'wick'
  readonly swingLength: number
  /** Displacements of 15-minute candles, in points. */
  readonly strongDisplacement: number
  readonly moderateDisplacement: number
  readonly breakWeight: number
  readonly decimals: number
  readonly finish: (row: MarketStructureRow) => void
}

/** A swing that price can break. The price is NaN while there is none. */
class OpenSwing {
  price: number = Number.NaN
  time: number = Number.NaN

  /** The swing is spent. */
  clear(): void {
    this.price = Number.NaN
  }
}

/** Follows the trend of one timeframe from break to break. */
export class StructureTracker extends CandleReader {
  readonly #rules: StructureRules
  readonly #strong: number
  readonly #moderate: number
  readonly highs: SwingDetector
  readonly lows: SwingDetector
  /** The latest confirmed swings that are not broken. */
  readonly swingHigh: OpenSwing = new OpenSwing()
  readonly swingLow: OpenSwing = new OpenSwing()
  trend: MarketStructureRow['direction'] | null = null
  latest: MarketStructureRow | null = null

  constructor(timeframe: Timeframe, rules: StructureRules) {
    super(timeframe)
    this.#rules = rules
    const scale = Math.sqrt(TIMEFRAME_MS[timeframe] / TIMEFRAME_MS['15m'])
    this.#strong = rules.strongDisplacement * scale
    this.#moderate = rules.moderateDisplacement * scale
    this.highs = new SwingDetector(rules.swingLength)
    this.lows = new SwingDetector(rules.swingLength)
  }

  protected override candleClosed(candle: Readonly<CandleBuilder>): void {
    // Swings that earlier candles have confirmed can be broken; then those that this candle confirms are taken in.
    if (candle.close >= candle.open) {
      this.#breakDown(candle)
      this.#breakUp(candle)
    } else {
      this.#breakUp(candle)
      this.#breakDown(candle)
    }
    const { start, high, low } = candle
    if (this.highs.next(start, high)) {
      this.swingHigh.price = this.highs.price
      this.swingHigh.time = this.highs.time
    }
    if (this.lows.next(start, -low)) {
      this.swingLow.price = -this.lows.price
      this.swingLow.time = this.lows.time
    }
  }

  #breakUp(candle: Readonly<CandleBuilder>): void {
    const reached = this.#rules.breakBy === 'close' ? candle.close : candle.high
    if (reached > this.swingHigh.price) this.#break(candle, this.swingHigh, 'BULLISH')
  }

  #breakDown(candle: Readonly<CandleBuilder>): void {
    const reached = this.#rules.breakBy === 'close' ? candle.close : candle.low
    if (reached < this.swingLow.price) this.#break(candle, this.swingLow, 'BEARISH')
  }

  /** A break with the trend, or the first of all, is a break of structure; one against it is a change of character. */
  #break(candle: Readonly<CandleBuilder>, swing: OpenSwing, direction: MarketStructureRow['direction']): void {
    const { decimals, breakWeight, finish } = this.#rules
    const displacement = Math.abs(candle.close - candle.open)
    const row: MarketStructureRow = {
      timeframe: this.timeframe,
      timestamp: candle.start,
      break_type: this.trend === null || this.trend === direction ? 'BOS' : 'CHOCH',
      direction,
      level: round(swing.price, decimals),
      swing_timestamp: swing.time,
      displacement: round(displacement, decimals),
      displacement_speed: round(displacement / (TIMEFRAME_MS[this.timeframe] / MINUTE), 6),
      displacement_quality: this.#qualityOf(displacement),
      break_weight: breakWeight,
      confirmed_at: candle.end,
    }
    this.trend = direction
    swing.clear()
    this.latest = row
    finish({ ...row })
  }

  #qualityOf(displacement: number): MarketStructureRow['displacement_quality'] {
    if (reaches(displacement, this.#strong)) return 'STRONG'
    return reaches(displacement, this.#moderate) ? 'MODERATE' : 'WEAK'
  }
}
