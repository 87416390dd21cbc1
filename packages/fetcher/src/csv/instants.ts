import { parseInstant } from '@openpredict/market'

import { createLocalClock, type LocalInstants } from './time-zone.ts'

/** Epoch numbers below this are seconds (until the year 5138), from it on milliseconds (since March 1973). */
const MILLISECONDS_FROM = 1e11
const EPOCH = /^\d{1,15}$/
const COMPACT_DATE = /^\d{8}$/
const TIME_OF_DAY = /^[T ]([01]\d|2[0-3]):([0-5]\d):([0-5]\d)(Z?)$/
const ZONED = /:\d{2}(\.\d+)?(Z|[+-]\d{2}:?\d{2})$/
/** `2023-11-19`, `2023.11.19`, `2023/11/19` or `20231119`, and what follows. */
const YEAR_FIRST = /^(\d{4})([-./]?)(\d{2})\2(\d{2})(?:[T ] *(.*))?$/
/** `11/19/2023`, and what follows. */
const MONTH_FIRST = /^(\d{1,2})\/(\d{1,2})\/(\d{4})(?:[T ] *(.*))?$/
const CLOCK_TIME = /^(\d{1,2}):([0-5]\d)(?::([0-5]\d)(?:\.(\d{1,9}))?)?(?: ?([AP])M)?$/i
const COMPACT_TIME = /^(\d{2})([0-5]\d)([0-5]\d)?$/

export interface InstantReaderOptions {
  /** The IANA time zone of stamps that name none. */
  readonly timeZone: string
  /** Whether eight digits are a date, not epoch seconds. */
  readonly compactDates: boolean
}

/**
 * A reader of stamps: dates in several spellings, local in the zone unless they name their own, or epoch seconds or
 * milliseconds. It gives the instant in epoch ms; all instants there are, as a list, of a local time that clocks show
 * twice or never; and `undefined` for what is no stamp.
 *
 * Rows of one day follow each other, so the last date is kept: only the time of day of the next row has to be read.
 */
export function createInstantReader({
  timeZone,
  compactDates,
}: InstantReaderOptions): (text: string) => number | LocalInstants | undefined {
  const isUtc = timeZone === 'UTC'
  const instantsOf = createLocalClock(timeZone)
  let date = ''
  let midnight = 0
  return (text) => {
    if (EPOCH.test(text) && !(compactDates && COMPACT_DATE.test(text))) {
      return Number(text) < MILLISECONDS_FROM ? Number(text) * 1_000 : Number(text)
    }
    const match = TIME_OF_DAY.exec(text.slice(10))
    if (match !== null && text[4] === '-' && (isUtc || match[4] === 'Z')) {
      if (!text.startsWith(date) || date === '') {
        const start = instant(text.slice(0, 10))
        if (start === undefined) return undefined
        date = text.slice(0, 10)
        midnight = start
      }
      return midnight + (Number(match[1]) * 3_600 + Number(match[2]) * 60 + Number(match[3])) * 1_000
    }
    if (ZONED.test(text)) return instant(text)
    const local = localTime(text)
    if (local === undefined || isUtc) return local
    const instants = instantsOf(local)
    return instants.length === 1 ? instants[0] : instants
  }
}

function instant(text: string): number | undefined {
  try {
    return parseInstant(text)
  } catch {
    return undefined
  }
}

/** A wall clock's date and time, as if it were UTC; midnight where no time is given. */
function localTime(text: string): number | undefined {
  const yearFirst = YEAR_FIRST.exec(text)
  if (yearFirst !== null) {
    const [, year, , month, day, time] = yearFirst
    return sum(dateOf(Number(year), Number(month), Number(day)), timeOfDay(time))
  }
  const [, month, day, year, time] = MONTH_FIRST.exec(text) ?? []
  return sum(dateOf(Number(year), Number(month), Number(day)), timeOfDay(time))
}

function sum(date: number | undefined, time: number | undefined): number | undefined {
  return date === undefined || time === undefined ? undefined : date + time
}

/** Midnight of a date that exists. */
function dateOf(year: number, month: number, day: number): number | undefined {
  const time = Date.UTC(year, month - 1, day)
  const date = new Date(time)
  // A day that a month does not have runs over into the next one, and a year below 100 into the last century.
  const exists = date.getUTCFullYear() === year && date.getUTCMonth() === month - 1
  return exists ? time : undefined
}

function timeOfDay(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return 0
  const match = CLOCK_TIME.exec(text) ?? COMPACT_TIME.exec(text)
  if (match === null) return undefined
  const [, hours, minutes, seconds = 0, fraction = '', half] = match
  const hour = half === undefined ? Number(hours) : hourOf(Number(hours), half)
  if (hour === undefined || hour > 23) return undefined
  return (hour * 3_600 + Number(minutes) * 60 + Number(seconds)) * 1_000 + Number(fraction.padEnd(3, '0').slice(0, 3))
}

/** The hour of the day of one on a twelve-hour clock, on which 12 comes before 1. */
function hourOf(hour: number, half: string): number | undefined {
  if (hour < 1 || hour > 12) return undefined
  return (hour % 12) + (half.toUpperCase() === 'P' ? 12 : 0)
}
