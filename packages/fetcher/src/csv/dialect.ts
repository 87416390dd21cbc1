import { type Interval, intervalMs } from '@openpredict/market'

import { createLocalClock } from './time-zone.ts'

/** How a CSV file tells time. */
export interface CsvDialect {
  /** The length of the bars. When given, every open time must lie on its grid. */
  readonly interval?: Interval
  /** The IANA time zone of stamps that name none, such as `America/New_York`. @default 'UTC' */
  readonly timeZone?: string
  /** What a bar is stamped with: its open, or its close, which needs `interval`. @default 'open' */
  readonly stamp?: 'open' | 'close'
}

/** A dialect that can be read. */
export interface CheckedDialect {
  readonly interval: Interval | undefined
  readonly timeZone: string
  /** From the stamp back to the open, in milliseconds. */
  readonly backMs: number
}

/** Fills in the defaults. Throws a `RangeError` for a zone that is none, and for stamps at the close of unknown bars. */
export function checkDialect({ interval, timeZone = 'UTC', stamp = 'open' }: CsvDialect): CheckedDialect {
  try {
    createLocalClock(timeZone)
  } catch (cause) {
    throw new RangeError(`timeZone "${timeZone}": expected an IANA time zone such as America/New_York`, { cause })
  }
  if (stamp === 'open') return { interval, timeZone, backMs: 0 }
  if (interval === undefined) throw new RangeError("stamp 'close': expected an interval, the length of the bars")
  return { interval, timeZone, backMs: intervalMs(interval) }
}
