import type { Instrument } from './instrument.ts'
import { newYorkDate, newYorkInstant, newYorkTimeOfDay } from './new-york-time.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const OPEN = 18 * HOUR
const CLOSE = 17 * HOUR

/** When an exchange trades. All instants are epoch ms UTC. */
export interface Calendar {
  /** Whether trades can happen at `time`. */
  isOpen(time: number): boolean
  /** The earliest instant at or after `time` at which the market is open. */
  nextOpen(time: number): number
  /** The earliest instant at or after `time` at which the market is closed. */
  nextClose(time: number): number
  /** The open stretches within `[from, to)`, cut to it, in order. */
  openPeriods(from: number, to: number): readonly { readonly start: number; readonly end: number }[]
  /** How many whole minutes of `[from, to)` are open. */
  openMinutes(from: number, to: number): number
}

/**
 * The calendar of an instrument.
 *
 * @example
 * ```ts
 * const calendar = calendarOf(instrumentOf('NQ=F'))
 * calendar.isOpen(Date.UTC(2024, 6, 6, 12)) // => false
 * ```
 */
export function calendarOf(instrument: Instrument): Calendar {
  return instrument.hours === 'always' ? always : globexEquity
}

const always: Calendar = {
  isOpen: () => true,
  nextOpen: (time) => time,
  nextClose: () => Number.POSITIVE_INFINITY,
  openPeriods: (from, to) => (from < to ? [{ start: from, end: to }] : []),
  openMinutes: (from, to) => Math.max(0, Math.floor((to - from) / MINUTE)),
}

/** CME Globex equity-index hours: Sunday 18:00 to Friday 17:00 New York, with a halt from 17:00 to 18:00 every day. */
const globexEquity: Calendar = {
  isOpen(time) {
    const session = sessionAt(time)
    return session !== undefined && time < session.end
  },
  nextOpen(time) {
    const session = sessionAt(time)
    return session !== undefined && time < session.end
      ? time
      : sessionFrom(newYorkDate(time) + (newYorkTimeOfDay(time) >= OPEN ? 1 : 0)).start
  },
  nextClose(time) {
    const session = sessionAt(time)
    return session !== undefined && time < session.end ? session.end : time
  },
  openPeriods(from, to) {
    const periods: { start: number; end: number }[] = []
    for (let date = newYorkDate(from) - 1; newYorkInstant(date, OPEN) < to; date++) {
      if (!opensOn(date)) continue
      const start = Math.max(from, newYorkInstant(date, OPEN))
      const end = Math.min(to, newYorkInstant(date + 1, CLOSE))
      if (start < end) periods.push({ start, end })
    }
    return periods
  },
  openMinutes(from, to) {
    return this.openPeriods(from, to).reduce((sum, { start, end }) => sum + Math.floor((end - start) / MINUTE), 0)
  },
}

/** The session that began at the last 18:00 New York at or before `time`, if one did. */
function sessionAt(time: number): { start: number; end: number } | undefined {
  const date = newYorkTimeOfDay(time) >= OPEN ? newYorkDate(time) : newYorkDate(time) - 1
  return opensOn(date) ? { start: newYorkInstant(date, OPEN), end: newYorkInstant(date + 1, CLOSE) } : undefined
}

/** The first session that opens on `date` or later. */
function sessionFrom(date: number): { start: number; end: number } {
  let day = date
  while (!opensOn(day)) day++
  return { start: newYorkInstant(day, OPEN), end: newYorkInstant(day + 1, CLOSE) }
}

/** Sessions open on the evenings of Sunday to Thursday. 1970-01-01 was a Thursday. */
function opensOn(date: number): boolean {
  const weekday = (((date + 4) % 7) + 7) % 7
  return weekday <= 4
}
