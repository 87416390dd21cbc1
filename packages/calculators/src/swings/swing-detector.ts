import { requireOption } from '../internal/checked-options.ts'

/** The most candles that a swing can be asked to stand out from on each side. */
const LONGEST = 100

/** Throws a `CalculatorError` of kind `option` for a length that no swing can have. */
export function requireSwingLength(length: number): void {
  const holds = Number.isInteger(length) && length >= 1 && length <= LONGEST
  requireOption(holds, 'swingLength', length, `a whole number of candles from 1 to ${LONGEST}`)
}

/**
 * Finds swing highs: candles whose high is strictly above those of the `length` candles before and after. Swing lows are
 * the swing highs of the lows with their signs turned.
 */
export class SwingDetector {
  readonly #length: number
  /** The last `2 · length + 1` candles, oldest first from `count` on (a ring). */
  readonly times: number[]
  readonly highs: number[]
  count = 0
  /** The swing high that `next` found last. */
  time: number = Number.NaN
  price: number = Number.NaN

  constructor(length: number) {
    this.#length = length
    const size = 2 * length + 1
    this.times = Array.from({ length: size }, () => Number.NaN)
    this.highs = Array.from({ length: size }, () => Number.NaN)
  }

  /** Takes the next closed candle, and tells whether it confirms the one `length` candles ago as a swing high. */
  next(time: number, high: number): boolean {
    const size = this.highs.length
    const newest = this.count++ % size
    this.times[newest] = time
    this.highs[newest] = high
    const middle = (newest + size - this.#length) % size
    const price = this.highs[middle] as number
    for (let i = 0; i < size; i++) {
      // Written so that the holes before the first candles fail.
      if (i !== middle && !((this.highs[i] as number) < price)) return false
    }
    this.time = this.times[middle] as number
    this.price = price
    return true
  }
}
