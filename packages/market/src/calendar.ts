import type { Period } from './trading-day.ts'

/** A session of an exchange, from its open to its close `[start, end)`, epoch ms; halts within it belong to it. */
export interface Session extends Period {
  /** The date that calendars list it under, as days since 1970-01-01: the one on which its trading day ends. */
  readonly label: number
}

/**
 * When an exchange trades. All instants are epoch ms UTC.
 *
 * Calendars of an exchange throw a `MarketError` of kind `time-range` outside 1987–2199.
 */
export interface Calendar {
  /** Whether trades can happen at `time`. */
  isOpen(time: number): boolean
  /** The earliest instant at or after `time` at which the market is open. */
  nextOpen(time: number): number
  /** The earliest instant at or after `time` at which the market is closed or halted; infinite when there is none. */
  nextClose(time: number): number
  /** The open stretches within `[from, to)`, cut to it, in order. */
  openPeriods(from: number, to: number): readonly Period[]
  /** How many minutes of the clock lie wholly in `[from, to)` and are open: the bars of 1 minute to expect there. */
  openMinutes(from: number, to: number): number
  /**
   * The session that `time` lies in, as calendars list it; `undefined` between sessions.
   *
   * A listed session is no promise of trading: halts and outages lie within sessions, and a Good Friday may be listed
   * and not traded. Ask `isOpen` for that.
   */
  sessionOf(time: number): Session | undefined
}
