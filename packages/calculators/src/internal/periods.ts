import { newYorkDate, newYorkInstant, type Period } from '@openpredict/market'

export const MINUTE = 60_000
export const HOUR: number = 60 * MINUTE
export const DAY: number = 24 * HOUR
const WEEK = 7 * DAY
/** 1970-01-05, a Monday. */
const A_MONDAY = 4 * DAY

/** The UTC calendar day that contains an instant. */
export function utcDay(time: number): Period {
  const start = Math.floor(time / DAY) * DAY
  return { start, end: start + DAY }
}

/** The week from Monday 00:00 UTC that contains an instant. */
export function utcWeek(time: number): Period {
  const start = Math.floor((time - A_MONDAY) / WEEK) * WEEK + A_MONDAY
  return { start, end: start + WEEK }
}

/** The UTC calendar month that contains an instant. */
export function utcMonth(time: number): Period {
  const date = new Date(time)
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()]
  return { start: Date.UTC(year, month, 1), end: Date.UTC(year, month + 1, 1) }
}

/**
 * The stretch from `opens` to `closes` on New York's wall clock that started last at or before an instant; times of day in
 * milliseconds, those of the next day from 24 h on. The instant itself may lie after its end.
 */
export function lastNewYorkStretch(time: number, opens: number, closes: number): Period {
  let date = newYorkDate(time)
  if (newYorkInstant(date, opens) > time) date--
  return { start: newYorkInstant(date, opens), end: newYorkInstant(date, closes) }
}

/** The day on New York's wall clock, from `opens` to the next `opens`, that contains an instant. */
export function newYorkDay(time: number, opens: number): Period {
  return lastNewYorkStretch(time, opens, opens + DAY)
}
