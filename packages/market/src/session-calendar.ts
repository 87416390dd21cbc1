import type { Calendar, Session } from './calendar.ts'
import { yearOf } from './civil-date.ts'
import { joined, overlap } from './period.ts'
import { type Period, tradingDate } from './trading-day.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

/** What an exchange does on one trading day. */
export interface DayHours {
  /** The date that labels the trading day, as days since 1970-01-01. */
  readonly label: number
  /** From the open to the close, halts included. */
  readonly session: Period
  /** When trades can happen, in order and apart from each other. */
  readonly open: readonly Period[]
}

/**
 * A calendar over trading days that are made year by year, when first asked for, and kept.
 *
 * `daysOf` gives the trading days of a year that have a session, in order, on whole minutes.
 */
export class SessionCalendar implements Calendar {
  readonly #daysOf: (year: number) => readonly DayHours[]
  readonly #years = new Map<number, YearHours>()
  #latest: YearHours | undefined

  constructor(daysOf: (year: number) => readonly DayHours[]) {
    this.#daysOf = daysOf
  }

  isOpen(time: number): boolean {
    return this.#yearAt(time).periodAt(time) !== undefined
  }

  nextOpen(time: number): number {
    let year = this.#yearAt(time)
    if (year.periodAt(time) !== undefined) return time
    let next = year.firstOpenAfter(time)
    while (next === undefined) {
      year = this.#year(year.year + 1)
      next = year.firstOpenAfter(time)
    }
    return next
  }

  nextClose(time: number): number {
    let close = time
    // An opening by exception may run on into the next year.
    for (;;) {
      const period = this.#yearAt(close).periodAt(close)
      if (period === undefined) return close
      close = period.end
    }
  }

  openPeriods(from: number, to: number): readonly Period[] {
    const last = this.#yearAt(to).year
    const periods: Period[] = []
    for (let { year } = this.#yearAt(from); year <= last; year++) {
      periods.push(...this.#year(year).periodsWithin({ start: from, end: to }))
    }
    return joined(periods)
  }

  openMinutes(from: number, to: number): number {
    // Minutes that lie wholly in [from, to): from the first that begins there to the last that ends there.
    const start = Math.ceil(from / MINUTE) * MINUTE
    const end = Math.floor(to / MINUTE) * MINUTE
    if (start >= end) return 0
    const first = this.#yearAt(start)
    const last = this.#yearAt(end)
    let minutes = last.minutesBefore(end) - first.minutesBefore(start)
    for (let { year } = first; year < last.year; year++) minutes += this.#year(year).minutes
    return minutes
  }

  sessionOf(time: number): Session | undefined {
    return this.#yearAt(time).sessionAt(time)
  }

  #yearAt(time: number): YearHours {
    if (this.#latest?.contains(time)) return this.#latest
    this.#latest = this.#year(yearOf(tradingDate(time)))
    return this.#latest
  }

  #year(year: number): YearHours {
    let hours = this.#years.get(year)
    if (hours === undefined) {
      hours = new YearHours(year, this.#daysOf(year))
      this.#years.set(year, hours)
    }
    return hours
  }
}

/** The hours of the trading days of one year, laid out for binary search. */
class YearHours {
  readonly year: number
  /** All open minutes of the year. */
  readonly minutes: number
  readonly #start: number
  readonly #end: number
  readonly #open: readonly Period[]
  readonly #openStarts: Float64Array
  /** The open minutes of the year before each open period. */
  readonly #minutesBefore: Float64Array
  readonly #sessions: readonly Session[]
  readonly #sessionStarts: Float64Array

  constructor(year: number, days: readonly DayHours[]) {
    this.year = year
    // Trading days turn at 18:00 New York, which is 23:00 UTC at New Year.
    this.#start = Date.UTC(year, 0, 1) - HOUR
    this.#end = Date.UTC(year + 1, 0, 1) - HOUR
    this.#open = joined(days.flatMap(({ open }) => open))
    this.#openStarts = Float64Array.from(this.#open, ({ start }) => start)
    this.#minutesBefore = new Float64Array(this.#open.length)
    let minutes = 0
    for (const [i, { start, end }] of this.#open.entries()) {
      this.#minutesBefore[i] = minutes
      minutes += (end - start) / MINUTE
    }
    this.minutes = minutes
    this.#sessions = days.map(({ label, session }) => ({ label, ...session }))
    this.#sessionStarts = Float64Array.from(this.#sessions, ({ start }) => start)
  }

  contains(time: number): boolean {
    return time >= this.#start && time < this.#end
  }

  periodAt(time: number): Period | undefined {
    const period = this.#open[lastUpTo(this.#openStarts, time)]
    return period !== undefined && time < period.end ? period : undefined
  }

  periodsWithin(bounds: Period): Period[] {
    const first = Math.max(0, lastUpTo(this.#openStarts, bounds.start))
    const last = lastUpTo(this.#openStarts, bounds.end)
    return this.#open.slice(first, last + 1).flatMap((period) => overlap(period, bounds) ?? [])
  }

  firstOpenAfter(time: number): number | undefined {
    return this.#openStarts[lastUpTo(this.#openStarts, time) + 1]
  }

  minutesBefore(time: number): number {
    const i = lastUpTo(this.#openStarts, time)
    const period = this.#open[i]
    if (period === undefined) return 0
    return (this.#minutesBefore[i] as number) + (Math.min(time, period.end) - period.start) / MINUTE
  }

  sessionAt(time: number): Session | undefined {
    const session = this.#sessions[lastUpTo(this.#sessionStarts, time)]
    return session !== undefined && time < session.end ? session : undefined
  }
}

/** The index of the last value not above `value` in ascending values; −1 when there is none. */
function lastUpTo(values: Float64Array, value: number): number {
  let low = 0
  let high = values.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((values[middle] as number) <= value) low = middle + 1
    else high = middle
  }
  return low - 1
}
