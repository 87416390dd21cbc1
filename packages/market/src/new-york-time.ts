import { MarketError } from './errors.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const STANDARD = -5 * HOUR
const DAYLIGHT = -4 * HOUR
const FIRST_YEAR = 1987
const LAST_YEAR = 2199
const FIRST_INSTANT = Date.UTC(FIRST_YEAR, 0, 1)
const END_INSTANT = Date.UTC(LAST_YEAR + 1, 0, 1)
const MEAN_YEAR = 365.2425 * DAY

/** Start and end of daylight saving time of each year from 1987, epoch ms. */
const TRANSITIONS = /* @__PURE__ */ daylightSavingTransitions()

/**
 * The offset of New York's wall clock from UTC at an instant, in milliseconds: −5 h, or −4 h while daylight saving
 * time is in force.
 *
 * The rules are those of the United States since 1987: first Sunday of April to last Sunday of October until 2006,
 * second Sunday of March to first Sunday of November since (Energy Policy Act of 2005), each at 02:00 local time.
 * Throws a `MarketError` of kind `time-range` outside 1987–2199.
 *
 * @example
 * ```ts
 * newYorkOffset(Date.UTC(2024, 6, 1)) / 3_600_000 // => -4
 * ```
 */
export function newYorkOffset(time: number): number {
  if (!isInKnownYears(time)) throw outOfRange(time)
  // May name the neighbouring year around New Year, when both years say standard time.
  const year = Math.floor((time - FIRST_INSTANT) / MEAN_YEAR)
  const start = TRANSITIONS[2 * year] as number
  const end = TRANSITIONS[2 * year + 1] as number
  return time >= start && time < end ? DAYLIGHT : STANDARD
}

/**
 * The instant (epoch ms) at which New York's wall clock shows a time of day.
 *
 * `date` is a calendar date as days since 1970-01-01, `timeOfDay` the milliseconds since midnight on the wall clock;
 * 24 h and more run on into the next dates. A time that the spring change skips means the instant of the change; one
 * that the autumn change repeats means its first occurrence. Throws a `MarketError` of kind `time-range` outside
 * 1987–2199.
 *
 * @example
 * ```ts
 * new Date(newYorkInstant(newYorkDate(Date.UTC(2024, 6, 1, 12)), 18 * 3_600_000)).toISOString()
 * // => '2024-07-01T22:00:00.000Z'
 * ```
 */
export function newYorkInstant(date: number, timeOfDay = 0): number {
  const wall = date * DAY + timeOfDay
  const daylight = wall - DAYLIGHT
  if (newYorkOffset(daylight) === DAYLIGHT) return daylight
  const standard = wall - STANDARD
  // Both readings disagree with their own offset only inside the skipped hour: the change itself is the answer.
  return newYorkOffset(standard) === STANDARD ? standard : Math.floor(standard / HOUR) * HOUR
}

/**
 * New York's calendar date at an instant, as days since 1970-01-01.
 *
 * Throws a `MarketError` of kind `time-range` outside 1987–2199.
 *
 * @example
 * ```ts
 * formatDate(newYorkDate(Date.UTC(2024, 6, 2, 3))) // => '2024-07-01'
 * ```
 */
export function newYorkDate(time: number): number {
  return Math.floor((time + newYorkOffset(time)) / DAY)
}

/**
 * The time on New York's wall clock at an instant, as milliseconds since midnight.
 *
 * Throws a `MarketError` of kind `time-range` outside 1987–2199.
 *
 * @example
 * ```ts
 * newYorkTimeOfDay(Date.UTC(2024, 6, 1, 13, 30)) / 3_600_000 // => 9.5
 * ```
 */
export function newYorkTimeOfDay(time: number): number {
  const wall = time + newYorkOffset(time)
  return wall - Math.floor(wall / DAY) * DAY
}

/** Whether an instant lies in the years whose daylight saving rules are known, 1987–2199. */
export function isInKnownYears(time: number): boolean {
  return time >= FIRST_INSTANT && time < END_INSTANT
}

function daylightSavingTransitions(): Float64Array {
  // One year more than is served: in the last hours of the last year, the mean year already names the next one.
  const transitions = new Float64Array(2 * (LAST_YEAR - FIRST_YEAR + 2))
  for (let year = FIRST_YEAR; year <= LAST_YEAR + 1; year++) {
    const start = year >= 2007 ? nthSunday(year, 2, 2) : nthSunday(year, 3, 1)
    const end = year >= 2007 ? nthSunday(year, 10, 1) : lastSundayOfOctober(year)
    const i = 2 * (year - FIRST_YEAR)
    transitions[i] = start + 2 * HOUR - STANDARD
    transitions[i + 1] = end + 2 * HOUR - DAYLIGHT
  }
  return transitions
}

function nthSunday(year: number, month: number, n: number): number {
  const first = Date.UTC(year, month, 1)
  return first + (((7 - new Date(first).getUTCDay()) % 7) + 7 * (n - 1)) * DAY
}

function lastSundayOfOctober(year: number): number {
  const last = Date.UTC(year, 9, 31)
  return last - new Date(last).getUTCDay() * DAY
}

function outOfRange(time: number): MarketError {
  return new MarketError(
    `time ${time} is outside ${FIRST_YEAR}–${LAST_YEAR}, the years whose New York daylight saving rules are known`,
    { kind: 'time-range', found: time },
  )
}
