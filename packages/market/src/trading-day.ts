import { newYorkDate, newYorkInstant, newYorkTimeOfDay } from './new-york-time.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
/** The wall-clock time in New York at which a trading day begins. */
const SESSION_START = 18 * HOUR

/** A half-open stretch of time `[start, end)`, epoch ms. */
export interface Period {
  readonly start: number
  readonly end: number
}

/**
 * The trading day that contains an instant: from 18:00 New York to the next 18:00.
 *
 * Trading days go by the clock: weekends and holidays have theirs, too. Throws a `MarketError` of kind `time-range`
 * when it begins or ends outside 1987–2199.
 *
 * @example
 * ```ts
 * const { start } = tradingDay(Date.UTC(2024, 6, 1, 12))
 * new Date(start).toISOString() // => '2024-06-30T22:00:00.000Z'
 * ```
 */
export function tradingDay(time: number): Period {
  const label = tradingDate(time)
  return { start: newYorkInstant(label - 1, SESSION_START), end: newYorkInstant(label, SESSION_START) }
}

/**
 * The date that labels the trading day of an instant (the date on which it ends), as days since 1970-01-01.
 *
 * Throws a `MarketError` of kind `time-range` outside 1987–2199.
 *
 * @example
 * ```ts
 * formatDate(tradingDate(Date.UTC(2024, 6, 1, 22))) // => '2024-07-02'
 * ```
 */
export function tradingDate(time: number): number {
  const date = newYorkDate(time)
  return newYorkTimeOfDay(time) >= SESSION_START ? date + 1 : date
}

/**
 * The trading week that contains an instant: from Sunday 18:00 New York to the next Sunday 18:00.
 *
 * Throws a `MarketError` of kind `time-range` when it begins or ends outside 1987–2199.
 *
 * @example
 * ```ts
 * const { start } = tradingWeek(Date.UTC(2024, 6, 3, 12))
 * new Date(start).toISOString() // => '2024-06-30T22:00:00.000Z'
 * ```
 */
export function tradingWeek(time: number): Period {
  const label = tradingDate(time)
  // 1970-01-01 was a Thursday. The day labelled Monday opens the week.
  const monday = label - ((label + 3) % 7)
  return { start: newYorkInstant(monday - 1, SESSION_START), end: newYorkInstant(monday + 6, SESSION_START) }
}

/**
 * A date given as days since 1970-01-01, written `YYYY-MM-DD`.
 *
 * @example
 * ```ts
 * formatDate(19_905) // => '2024-07-01'
 * ```
 */
export function formatDate(date: number): string {
  return new Date(date * DAY).toISOString().slice(0, 10)
}
