import type { Calendar } from '@openpredict/market'

const MINUTE = 60_000
const LONGEST_CLOSE = 14 * 24 * 60

/**
 * How far the newest stored bar lies behind the newest that the source can have: the time of open market between that
 * bar and the last minute before `now − delay`, in milliseconds, never below 0. A delayed feed and a closed market do not
 * count, so that a weekend is no lag when its first bar is a moment late.
 *
 * `undefined` when nothing is stored or no open minute lies in the last two weeks.
 *
 * @example
 * ```ts
 * const calendar = calendarOf(instrumentOf('BTC-USD'))
 * lagOf({ now: 600_000, newestBar: 360_000, calendar, delayMs: 0 }) // => 180000
 * ```
 */
export function lagOf(options: {
  readonly now: number
  readonly newestBar: number | undefined
  readonly calendar: Calendar
  readonly delayMs: number
}): number | undefined {
  const { now, newestBar, calendar, delayMs } = options
  if (newestBar === undefined) return undefined
  const newest = lastOpenMinute(now - delayMs, calendar)
  return newest === undefined ? undefined : calendar.openMinutes(newestBar + MINUTE, newest + MINUTE) * MINUTE
}

/** The last whole minute of open market that has ended by `time`. */
function lastOpenMinute(time: number, calendar: Calendar): number | undefined {
  const last = Math.floor(time / MINUTE) * MINUTE - MINUTE
  if (calendar.isOpen(last)) return last
  const periods = calendar.openPeriods(last - LONGEST_CLOSE * MINUTE, last)
  const end = periods.at(-1)?.end
  return end === undefined ? undefined : end - MINUTE
}
