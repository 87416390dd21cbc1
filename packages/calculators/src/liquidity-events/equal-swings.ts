import { reaches } from '../internal/distances.ts'
import { SwingDetector } from '../swings/swing-detector.ts'

/** A swing high that later ones may equal. */
interface EarlierSwing {
  readonly time: number
  readonly price: number
  /** The highest high of the candles after it, up to those that confirm the next swing in the list: that swing included. */
  highAfter: number
}

/**
 * Finds equal highs among the swing highs of one timeframe. Equal lows are those of the lows with their signs turned.
 *
 * Two swings are equal when they differ by at most the tolerance, lie near enough in time, and no candle between them is
 * above the higher. Each pairs with the nearest earlier one that qualifies.
 */
export class EqualSwings {
  readonly #tolerance: number
  readonly #apartMs: number
  readonly swings: SwingDetector
  /** Earlier swings, oldest first, without those that a later candle has put out of reach. */
  readonly earlier: EarlierSwing[] = []
  /** The pair that `next` found last: the time of its later swing, and the price of the higher. */
  time: number = Number.NaN
  price: number = Number.NaN

  /** `tolerance` in points; `apartMs`: how far apart the times of the two candles may lie. */
  constructor(swingLength: number, tolerance: number, apartMs: number) {
    this.#tolerance = tolerance
    this.#apartMs = apartMs
    this.swings = new SwingDetector(swingLength)
  }

  /** Takes the next closed candle, and tells whether it confirms a swing that equals an earlier one. */
  next(time: number, high: number): boolean {
    const last = this.earlier.at(-1)
    if (last !== undefined && high > last.highAfter) last.highAfter = high
    if (!this.swings.next(time, high)) return false
    const swing = { time: this.swings.time, price: this.swings.price, highAfter: Number.NEGATIVE_INFINITY }
    const equal = this.#equalTo(swing)
    this.#forget(swing)
    this.earlier.push(swing)
    if (equal === undefined) return false
    this.time = swing.time
    this.price = Math.max(swing.price, equal.price)
    return true
  }

  #equalTo({ time, price }: EarlierSwing): EarlierSwing | undefined {
    let between = Number.NEGATIVE_INFINITY
    for (let i = this.earlier.length - 1; i >= 0; i--) {
      const swing = this.earlier[i] as EarlierSwing
      if (time - swing.time > this.#apartMs) return undefined
      // Includes the later swing itself and the candles that confirm it: none is above it.
      between = Math.max(between, swing.highAfter)
      if (this.#isBelow(price, between)) return undefined
      const isNear = reaches(this.#tolerance, Math.abs(price - swing.price))
      if (isNear && between <= Math.max(price, swing.price)) return swing
    }
    return undefined
  }

  /** Forgets what no swing after `latest` can pair with: it is too old, or `latest` stands above it. */
  #forget({ time, price }: EarlierSwing): void {
    const { earlier } = this
    let last = earlier.at(-1)
    while (last !== undefined && this.#isBelow(last.price, price)) {
      earlier.pop()
      const before = earlier.at(-1)
      if (before !== undefined) before.highAfter = Math.max(before.highAfter, last.highAfter)
      last = before
    }
    const firstKept = earlier.findIndex((swing) => time - swing.time <= this.#apartMs)
    earlier.splice(0, firstKept === -1 ? earlier.length : firstKept)
  }

  /** Whether a price is so far below another that no swing equal to it could reach that one. */
  #isBelow(price: number, other: number): boolean {
    return !reaches(this.#tolerance, other - price)
  }
}
