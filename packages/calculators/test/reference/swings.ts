import type { NaiveCandle } from './candles.ts'

/** A candle that stands out from its neighbours. */
export interface Swing {
  readonly candle: NaiveCandle
  /** Where the candle is among the candles. */
  readonly index: number
  readonly price: number
  /** Which candle confirms it by closing. */
  readonly confirmedBy: number
}

/** Whether one price stands out from another on its side. */
const SIDES = {
  high: (price: number, neighbour: number): boolean => price > neighbour,
  low: (price: number, neighbour: number): boolean => price < neighbour,
}

/** The swing highs or lows among candles, `length` candles on each side of them, in order. */
export function swings(candles: readonly NaiveCandle[], side: 'high' | 'low', length: number): Swing[] {
  const standsOut = SIDES[side]
  return candles.flatMap((candle, index) => {
    if (index < length || index + length >= candles.length) return []
    const before = candles.slice(index - length, index)
    const after = candles.slice(index + 1, index + length + 1)
    const price = candle[side]
    return [...before, ...after].every((neighbour) => standsOut(price, neighbour[side]))
      ? [{ candle, index, price, confirmedBy: index + length }]
      : []
  })
}
