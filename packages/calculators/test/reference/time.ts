/**
 * New York time and the periods of docs/concepts, from `Intl.DateTimeFormat` alone.
 *
 * Nothing here uses the package's or the market's own time: what is proven with it is proven down to the clock.
 */

export const MINUTE = 60_000
export const HOUR = 3_600_000
export const DAY = 86_400_000

/** `[start, end)`, epoch ms. */
export interface Period {
  readonly start: number
  readonly end: number
}

const wallClock = new Intl.DateTimeFormat('en-US', {
  timeZone: 'America/New_York',
  hourCycle: 'h23',
  year: 'numeric',
  month: 'numeric',
  day: 'numeric',
  hour: 'numeric',
  minute: 'numeric',
})

/** What New York's clock reads at a full UTC hour, minus that hour. Intl takes microseconds a call: remembered. */
const offsets = new Map<number, number>()

function offsetInHour(hour: number): number {
  const known = offsets.get(hour)
  if (known !== undefined) return known
  const read: Record<string, number> = {}
  for (const { type, value } of wallClock.formatToParts(hour)) read[type] = Number(value)
  const { year = NaN, month = NaN, day = NaN, hour: hours = NaN, minute = NaN } = read
  const offset = Date.UTC(year, month - 1, day, hours, minute) - hour
  offsets.set(hour, offset)
  return offset
}

/**
 * What the clock on a New York wall reads at an instant, written as if it were UTC: date and time of day in one number.
 * The clock changes at full hours only, so the whole hour shares one offset.
 */
export function newYorkClock(instant: number): number {
  return instant + offsetInHour(Math.floor(instant / HOUR) * HOUR)
}

const instants = new Map<number, number>()

/** The first instant at which New York's clock has reached a reading (so a skipped 02:00 is the moment of the change). */
export function newYorkInstant(reading: number): number {
  const known = instants.get(reading)
  if (known !== undefined) return known
  // New York is never less than 4 hours behind UTC, so it cannot have got there earlier than this.
  let instant = reading + 4 * HOUR
  while (newYorkClock(instant) < reading) instant += MINUTE
  instants.set(reading, instant)
  return instant
}

function midnightBefore(reading: number): number {
  return Math.floor(reading / DAY) * DAY
}

/** The last stretch from `from` to `to` (times of day in New York; past 24 h is the next date) that started by `t`. */
function latestNewYorkPeriod(t: number, from: number, to: number): Period {
  let date = midnightBefore(newYorkClock(t))
  if (newYorkInstant(date + from) > t) date -= DAY
  return { start: newYorkInstant(date + from), end: newYorkInstant(date + to) }
}

/** From a time of day in New York to the same time on the next day. */
export function newYorkDay(t: number, from: number): Period {
  return latestNewYorkPeriod(t, from, from + DAY)
}

/** The session that `t` lies in, if it lies in one. */
export function newYorkSession(t: number, from: number, to: number): Period | undefined {
  const session = latestNewYorkPeriod(t, from, to)
  return t < session.end ? session : undefined
}

/** 18:00 New York to the next 18:00. */
export function tradingDay(t: number): Period {
  return newYorkDay(t, 18 * HOUR)
}

const SUNDAY = 0

/** Sunday 18:00 New York to the next Sunday 18:00. */
export function tradingWeek(t: number): Period {
  let date = midnightBefore(newYorkClock(tradingDay(t).start))
  while (new Date(date).getUTCDay() !== SUNDAY) date -= DAY
  return { start: newYorkInstant(date + 18 * HOUR), end: newYorkInstant(date + 7 * DAY + 18 * HOUR) }
}

export function utcHour(t: number): Period {
  const start = Math.floor(t / HOUR) * HOUR
  return { start, end: start + HOUR }
}

/** Four hours each, counted from the start of the trading day; the day's end cuts the last one off. */
export function fourHours(t: number): Period {
  const day = tradingDay(t)
  let start = day.start
  while (start + 4 * HOUR <= t) start += 4 * HOUR
  return { start, end: Math.min(start + 4 * HOUR, day.end) }
}

export function utcDay(t: number): Period {
  const start = Math.floor(t / DAY) * DAY
  return { start, end: start + DAY }
}

const MONDAY = 1

/** Monday 00:00 UTC to the next. */
export function utcWeek(t: number): Period {
  let { start } = utcDay(t)
  while (new Date(start).getUTCDay() !== MONDAY) start -= DAY
  return { start, end: start + 7 * DAY }
}

export function utcMonth(t: number): Period {
  const date = new Date(t)
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()]
  return { start: Date.UTC(year, month), end: Date.UTC(year, month + 1) }
}
