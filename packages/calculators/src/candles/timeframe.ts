import { type Period, tradingDay } from '@openpredict/market'

import { requireOption, requireSome } from '../internal/checked-options.ts'

/** Milliseconds of each timeframe that candles are drawn in. */
export const TIMEFRAME_MS = {
  '1m': 60_000,
  '5m': 300_000,
  '15m': 900_000,
  '1H': 3_600_000,
  '4H': 14_400_000,
} as const

/** The length of a candle. */
export type Timeframe = keyof typeof TIMEFRAME_MS

/**
 * The stretch of time of the candle that contains an instant (epoch ms).
 *
 * Candles up to one hour begin at whole multiples of their length in UTC. Those of four hours are counted from the start
 * of the trading day, as futures charts draw them: 18:00, 22:00, 02:00, 06:00, 10:00 and 14:00 New York; a trading day of
 * 23 or 25 hours ends with a shorter one.
 *
 * @example
 * ```ts
 * const { start, end } = candlePeriod('4H', parseInstant('2024-07-01T13:30:00Z'))
 * formatInstant(start) // => '2024-07-01T10:00:00.000Z'
 * formatInstant(end) // => '2024-07-01T14:00:00.000Z'
 * ```
 */
export function candlePeriod(timeframe: Timeframe, time: number): Period {
  const length = TIMEFRAME_MS[timeframe]
  if (timeframe !== '4H') {
    const start = Math.floor(time / length) * length
    return { start, end: start + length }
  }
  const day = tradingDay(time)
  const start = day.start + Math.floor((time - day.start) / length) * length
  return { start, end: Math.min(start + length, day.end) }
}

/** Whether bars of `interval` milliseconds make up whole candles: none is shorter than a bar, none ends inside one. */
export function hasCandles(timeframe: Timeframe, interval: number): boolean {
  return TIMEFRAME_MS[timeframe] % interval === 0
}

/** Throws a `CalculatorError` of kind `option` for anything that is not a timeframe. */
export function requireTimeframe(option: string, timeframe: Timeframe): void {
  requireOption(
    Object.hasOwn(TIMEFRAME_MS, timeframe),
    option,
    timeframe,
    `one of ${Object.keys(TIMEFRAME_MS).join(', ')}`,
  )
}

/**
 * The timeframes to work on: those that were asked for, or those of the usual ones that bars of `interval` milliseconds
 * make up. Throws a `CalculatorError` of kind `option` for one that was asked for and that they do not.
 */
export function chosenTimeframes(
  asked: readonly Timeframe[] | undefined,
  usual: readonly Timeframe[],
  interval: number,
): readonly Timeframe[] {
  if (asked === undefined) return usual.filter((timeframe) => hasCandles(timeframe, interval))
  requireSome('timeframes', asked, Object.keys(TIMEFRAME_MS) as Timeframe[])
  for (const timeframe of asked) requireCandles('timeframes', timeframe, interval)
  return asked
}

/** Throws a `CalculatorError` of kind `option` when bars of `interval` milliseconds do not make up whole candles. */
export function requireCandles(option: string, timeframe: Timeframe, interval: number): void {
  const expected = `a whole multiple of the ${interval / 1000} s that bars last`
  requireOption(hasCandles(timeframe, interval), option, timeframe, expected)
}
