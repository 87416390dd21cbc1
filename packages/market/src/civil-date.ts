const DAY = 86_400_000

/** Days of the week as `weekdayOf` numbers them. */
export const SUNDAY = 0
export const MONDAY = 1
export const THURSDAY = 4
export const FRIDAY = 5
export const SATURDAY = 6

/** A date of the Gregorian calendar as days since 1970-01-01; `month` counts from 1. */
export function dateOf(year: number, month: number, day: number): number {
  return Date.UTC(year, month - 1, day) / DAY
}

/** The year of a date given as days since 1970-01-01. */
export function yearOf(date: number): number {
  return new Date(date * DAY).getUTCFullYear()
}

/** The day of the week of a date, 0 for Sunday to 6 for Saturday. */
export function weekdayOf(date: number): number {
  // 1970-01-01 was a Thursday.
  return (((date + THURSDAY) % 7) + 7) % 7
}

/** The `n`th such weekday of a month, counting from 1. */
export function nthWeekday(year: number, month: number, weekday: number, n: number): number {
  const first = dateOf(year, month, 1)
  return first + ((weekday - weekdayOf(first) + 7) % 7) + 7 * (n - 1)
}

/** The last such weekday of a month. */
export function lastWeekday(year: number, month: number, weekday: number): number {
  const last = dateOf(year, month + 1, 1) - 1
  return last - ((weekdayOf(last) - weekday + 7) % 7)
}

/**
 * Easter Sunday in the Gregorian calendar.
 *
 * The Sunday after the ecclesiastical full moon on or after 21 March. The full moon is found as by Meeus, Jones and
 * Butcher (J. Meeus, Astronomical Algorithms, chapter 8); the Sunday after it is read off the date.
 */
export function easterSunday(year: number): number {
  const golden = year % 19
  const century = Math.floor(year / 100)
  const skippedLeapDays = century - Math.floor(century / 4)
  const moonCorrection = Math.floor((century - Math.floor((century + 8) / 25) + 1) / 3)
  const epact = (19 * golden + skippedLeapDays - moonCorrection + 15) % 30
  // Some full moons are moved forward by a day, so that the full moon never falls after 18 April.
  const shortened = Math.floor((golden + 11 * epact) / 319)
  const fullMoon = dateOf(year, 3, 21) + epact - shortened
  return fullMoon + 7 - weekdayOf(fullMoon)
}
