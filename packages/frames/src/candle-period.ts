import { INTERVAL_MS, type Interval, type Period, tradingDay, tradingWeek } from '@openpredict/market'

import { FramesError } from './errors.ts'

/** The length of a candle: an interval of bars, or four hours, a trading day or a trading week of New York. */
export type CandleLength = Interval | '4h' | '1d' | '1w'

const FOUR_HOURS = 14_400_000

/** The lengths that follow New York's clock. */
const BY_NEW_YORK: readonly string[] = ['4h', '1d', '1w'] satisfies readonly CandleLength[]

/**
 * The stretch of time of the candle that contains an instant. Up to an hour it begins at a whole multiple of its length in
 * UTC; days and weeks are trading days and weeks, from 18:00 New York; four hours are counted from the start of the
 * trading day, whose last candle ends with it.
 */
export function candlePeriod(length: CandleLength, time: number): Period {
  if (length === '1d') return tradingDay(time)
  if (length === '1w') return tradingWeek(time)
  if (length === '4h') {
    const day = tradingDay(time)
    const start = day.start + Math.floor((time - day.start) / FOUR_HOURS) * FOUR_HOURS
    return { start, end: Math.min(start + FOUR_HOURS, day.end) }
  }
  const ms = INTERVAL_MS[length]
  const start = Math.floor(time / ms) * ms
  return { start, end: start + ms }
}

/** Throws a `FramesError` of kind `interval` when bars of one length do not make up whole candles of the other. */
export function requireWholeCandles(from: Interval, to: CandleLength): void {
  const isKnown = Object.hasOwn(INTERVAL_MS, from) && (Object.hasOwn(INTERVAL_MS, to) || BY_NEW_YORK.includes(to))
  if (isKnown && (BY_NEW_YORK.includes(to) || INTERVAL_MS[to as Interval] % INTERVAL_MS[from] === 0)) return
  const known = [...Object.keys(INTERVAL_MS), ...BY_NEW_YORK].join(', ')
  throw new FramesError(
    isKnown
      ? `bars of ${from} do not make up whole candles of ${to}: expected a multiple of ${from}`
      : `candles of "${to}" from bars of "${from}": expected lengths among ${known}`,
    { kind: 'interval', from, to },
  )
}
