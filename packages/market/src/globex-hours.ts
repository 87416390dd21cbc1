import { dateOf, SATURDAY, SUNDAY, weekdayOf } from './civil-date.ts'
import { globexHolidays } from './globex-holidays.ts'
import { newYorkInstant } from './new-york-time.ts'
import type { DayHours } from './session-calendar.ts'
import type { Period } from './trading-day.ts'

const HOUR = 3_600_000
const OPEN = 18 * HOUR
const CLOSE = 17 * HOUR
const HALT_START = 16.25 * HOUR
const HALT_END = 16.5 * HOUR
/** The last date with the afternoon halt, a Friday; CME Group dropped it for Monday 28 June 2021. */
const LAST_HALT = dateOf(2021, 6, 25)

/**
 * The hours of CME equity-index futures on every trading day of a year that has a session, in order.
 *
 * A session is open from 18:00 New York on the evening before the date that labels it until 17:00, from Sunday evening
 * to Friday; until June 2021 it was halted from 16:15 to 16:30. Holidays shorten it or leave it out.
 */
export function globexHours(year: number): DayHours[] {
  const holidays = globexHolidays(year)
  const days: DayHours[] = []
  for (let label = dateOf(year, 1, 1); label < dateOf(year + 1, 1, 1); label++) {
    const weekday = weekdayOf(label)
    if (weekday === SATURDAY || weekday === SUNDAY) continue
    const holiday = holidays.get(label)
    const close = holiday === undefined ? CLOSE : holiday.close
    if (close === undefined) continue
    const session = { start: newYorkInstant(label - 1, OPEN), end: newYorkInstant(label, close) }
    days.push({ label, session, open: holiday?.trades === false ? [] : openHours(label, session, close) })
  }
  return days
}

function openHours(label: number, { start, end }: Period, close: number): Period[] {
  if (close < CLOSE || label > LAST_HALT) return [{ start, end }]
  return [
    { start, end: newYorkInstant(label, HALT_START) },
    { start: newYorkInstant(label, HALT_END), end },
  ]
}
