import type { Calendar } from '@openpredict/market'

const MINUTE = 60_000

/** How often a collector is expected to run. Times in milliseconds. */
export interface Pace {
  readonly calendar: Calendar
  /** How late the source shows a trade: cycles follow the market by so much. */
  readonly delayMs: number
  /** Between cycles while the market is open. @default 60_000 */
  readonly intervalMs?: number
  /** Between cycles while it is closed; `intervalMs` where that is longer. @default 900_000 */
  readonly idleIntervalMs?: number
}

/**
 * How many cycles a collector makes from one instant to another (epoch ms): one an interval while the source can have a
 * new bar, one an idle interval while it cannot. A fraction where the stretch is no multiple of them.
 *
 * @example
 * ```ts
 * const pace = { calendar: calendarOf(instrumentOf('NQ=F')), delayMs: 600_000 }
 * const open = Date.UTC(2024, 5, 5, 15)
 * expectedCycles(pace, open, open + 150_000) // => 2.5
 * const weekend = Date.UTC(2024, 5, 8, 15)
 * expectedCycles(pace, weekend, weekend + 1_800_000) // => 2
 * ```
 */
export function expectedCycles(pace: Pace, from: number, to: number): number {
  if (!(to > from)) return 0
  const { calendar, delayMs, intervalMs = MINUTE, idleIntervalMs = 15 * MINUTE } = pace
  // The first bar after an open has closed a minute later, and is shown after the delay.
  const shift = delayMs + MINUTE
  const open = calendar
    .openPeriods(from - shift, to - shift)
    .reduce((sum, period) => sum + period.end - period.start, 0)
  return open / intervalMs + (to - from - open) / Math.max(idleIntervalMs, intervalMs)
}
