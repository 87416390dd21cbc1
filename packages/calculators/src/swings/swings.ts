import type { Bar, BarSeries } from '@openpredict/market'

import { requireSwingLength, SwingDetector } from './swing-detector.ts'

/** A candle that stands out from its neighbours. */
export interface Swing {
  readonly type: 'HIGH' | 'LOW'
  /** The candle's time, epoch ms. */
  readonly time: number
  /** The candle's high or low, in points. */
  readonly price: number
  /** The time (its open, epoch ms) of the candle whose close confirms the swing. */
  readonly confirmed_by: number
}

/** How to find swings. */
export interface SwingsOptions {
  /**
   * How many candles on each side a swing stands out from.
   *
   * @default 2
   */
  readonly swingLength?: number
}

/**
 * The swing highs and lows of closed candles of any length, in the order in which they are confirmed (a high before a low
 * that the same candle confirms).
 *
 * A swing high is strictly above the highs of the two candles before and the two after (Bill Williams' fractal, with
 * `swingLength` for two), a swing low strictly below the lows; so it is known two candles later. Candles come in order;
 * what is missing between them is not filled in.
 *
 * Throws a `CalculatorError` of kind `option` for a length that is no whole number from 1 to 100.
 *
 * @example
 * ```ts
 * const candles = [10, 11, 13, 12, 11, 9].map((price, i) => {
 *   return { time: i * 900_000, open: price, high: price + 1, low: price - 1, close: price, volume: 1 }
 * })
 * swings(candles) // => [{ type: 'HIGH', time: 1_800_000, price: 14, confirmed_by: 3_600_000 }]
 * ```
 */
export function swings(candles: BarSeries | readonly Bar[], { swingLength = 2 }: SwingsOptions = {}): Swing[] {
  requireSwingLength(swingLength)
  const highs = new SwingDetector(swingLength)
  const lows = new SwingDetector(swingLength)
  const found: Swing[] = []
  for (const { time, high, low } of candles) {
    if (highs.next(time, high)) {
      found.push({ type: 'HIGH', time: highs.time, price: highs.price, confirmed_by: time })
    }
    if (lows.next(time, -low)) {
      found.push({ type: 'LOW', time: lows.time, price: -lows.price, confirmed_by: time })
    }
  }
  return found
}
