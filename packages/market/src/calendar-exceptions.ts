import { yearOf } from './civil-date.ts'
import { MarketError } from './errors.ts'
import type { Instrument } from './instrument.ts'
import { isInKnownYears, newYorkInstant } from './new-york-time.ts'
import { joined, overlap, without } from './period.ts'
import type { DayHours } from './session-calendar.ts'
import { type Period, tradingDate } from './trading-day.ts'

const MINUTE = 60_000
const DAY_TURN = 18 * 60 * MINUTE

/**
 * A stretch of time `[start, end)` in which the exchange does not keep its regular hours; whole minutes, epoch ms UTC.
 *
 * - `close`: it is closed although its rules say open. Sessions end (or begin) there, or fall away.
 * - `outage`: trading is interrupted. The session goes on around it.
 * - `open`: it trades although its rules say closed. The session of that trading day reaches so far.
 */
export interface CalendarException extends Period {
  readonly kind: 'close' | 'outage' | 'open'
}

/**
 * Refuses exceptions that cannot be meant: an unknown kind, times that are not whole minutes of 1987–2199, an end that
 * is not after its start, an opening during a closing, an opening of what is always open.
 */
export function checkExceptions(exceptions: readonly CalendarException[], hours: Instrument['hours']): void {
  for (const [index, exception] of exceptions.entries()) {
    const problem = problemOf(exception, hours) ?? contradiction(exception, exceptions)
    if (problem !== undefined) {
      throw new MarketError(`calendar exception ${index}: ${problem}`, { kind: 'calendar-exception', index, problem })
    }
  }
}

function problemOf({ kind, start, end }: CalendarException, hours: Instrument['hours']): string | undefined {
  if (!['close', 'outage', 'open'].includes(kind)) return `kind "${kind}": expected close, outage or open`
  for (const [name, time] of Object.entries({ start, end })) {
    if (time % MINUTE !== 0) return `${name} ${time}: expected a whole minute as epoch milliseconds`
    if (!isInKnownYears(time))
      return `${name} ${time}: expected an instant of the years 1987–2199 as epoch milliseconds`
  }
  if (start >= end) return `end ${end}: expected an instant after start ${start}`
  if (kind === 'open' && hours === 'always') return 'kind "open": the instrument is always open'
  return undefined
}

function contradiction(exception: CalendarException, all: readonly CalendarException[]): string | undefined {
  if (exception.kind !== 'open') return undefined
  const index = all.findIndex((other) => other.kind !== 'open' && overlap(exception, other) !== undefined)
  return index === -1 ? undefined : `kind "open": exception ${index} says ${all[index]?.kind} for a part of that time`
}

/** The trading days of a year as the exceptions leave them; `days` are those of the rules. */
export function withExceptions(
  year: number,
  days: readonly DayHours[],
  exceptions: readonly CalendarException[],
): readonly DayHours[] {
  const labels = new Set(exceptions.flatMap((exception) => labelsOf(exception, year)))
  if (labels.size === 0) return days
  const byLabel = new Map(days.map((day) => [day.label, day]))
  for (const label of labels) {
    const day = changed(label, byLabel.get(label), exceptions)
    if (day === undefined) byLabel.delete(label)
    else byLabel.set(label, day)
  }
  return [...byLabel.values()].toSorted((a, b) => a.label - b.label)
}

/** The trading days of the year that a period touches. */
function labelsOf({ start, end }: Period, year: number): number[] {
  const first = tradingDate(start)
  return Array.from({ length: tradingDate(end - 1) - first + 1 }, (_, i) => first + i).filter(
    (label) => yearOf(label) === year,
  )
}

function changed(
  label: number,
  day: DayHours | undefined,
  exceptions: readonly CalendarException[],
): DayHours | undefined {
  const bounds = { start: newYorkInstant(label - 1, DAY_TURN), end: newYorkInstant(label, DAY_TURN) }
  const parts = (kind: CalendarException['kind']): Period[] =>
    exceptions.filter((exception) => exception.kind === kind).flatMap((exception) => overlap(exception, bounds) ?? [])

  const opened = parts('open')
  let open = joined([...(day?.open ?? []), ...opened])
  let session = hull([...(day ? [day.session] : []), ...opened])
  for (const close of parts('close')) {
    if (session === undefined || overlap(session, close) === undefined) continue
    open = without(open, close)
    session = hull(open)
  }
  for (const outage of parts('outage')) open = without(open, outage)
  return session && { label, session, open }
}

/** From the start of the first to the end of the last. */
function hull(periods: readonly Period[]): Period | undefined {
  if (periods.length === 0) return undefined
  return {
    start: Math.min(...periods.map(({ start }) => start)),
    end: Math.max(...periods.map(({ end }) => end)),
  }
}
