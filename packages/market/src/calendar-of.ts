import { alwaysOpenBut } from './always-calendar.ts'
import type { Calendar } from './calendar.ts'
import { type CalendarException, checkExceptions, withExceptions } from './calendar-exceptions.ts'
import { globexHours } from './globex-hours.ts'
import type { Instrument } from './instrument.ts'
import { SessionCalendar } from './session-calendar.ts'

/** What to know about an exchange beyond its rules. */
export interface CalendarOptions {
  /**
   * Unscheduled closes, outages and extra openings.
   *
   * @default []
   */
  readonly exceptions?: readonly CalendarException[]
}

/** The calendar by the rules alone: one for all contracts, so that its years are made once. */
const globexEquity = new SessionCalendar(globexHours)

/**
 * The calendar of an instrument: the hours, halts, holidays and early closes of CME Globex for its equity-index futures,
 * around the clock for any other instrument.
 *
 * The rules are those in force since 21 September 2015; earlier years get the same. What no rule foresees comes in as
 * exceptions. Throws a `MarketError` of kind `calendar-exception` for one that cannot be meant.
 *
 * @example
 * ```ts
 * const calendar = calendarOf(instrumentOf('NQ=F'))
 * calendar.isOpen(Date.UTC(2024, 6, 6, 12)) // => false
 * formatInstant(calendar.nextClose(Date.UTC(2024, 10, 28, 12))) // => '2024-11-28T18:00:00.000Z'
 * ```
 *
 * @example
 * ```ts
 * // No trading for three hours of 26 February 2019.
 * const outage = { kind: 'outage', start: Date.UTC(2019, 1, 27, 0, 45), end: Date.UTC(2019, 1, 27, 3, 45) } as const
 * const calendar = calendarOf(instrumentOf('NQ=F'), { exceptions: [outage] })
 * calendar.openMinutes(Date.UTC(2019, 1, 27, 0), Date.UTC(2019, 1, 27, 4)) // => 60
 * ```
 */
export function calendarOf(instrument: Instrument, options: CalendarOptions = {}): Calendar {
  const { exceptions = [] } = options
  checkExceptions(exceptions, instrument.hours)
  if (instrument.hours === 'always') return alwaysOpenBut(exceptions)
  if (exceptions.length === 0) return globexEquity
  return new SessionCalendar((year) => withExceptions(year, globexHours(year), exceptions))
}
