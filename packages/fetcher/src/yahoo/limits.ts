import { type Interval, intervalMs } from '@openpredict/market'

import { FetchError } from '../errors.ts'
import type { GridWindow } from '../internal/window.ts'

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE

interface Limit {
  /** Days of bars in one answer. */
  readonly request: number
  /** Days back from now that there are bars at all. */
  readonly reach: number
}

const TWO_MONTHS: Limit = { request: 60, reach: 60 }

/** What Yahoo gives at each interval it has (its own words when it refuses: "Only 7 days worth of 1m granularity data"). */
const LIMITS: Readonly<Partial<Record<Interval, Limit>>> = {
  '1m': { request: 7, reach: 30 },
  '2m': TWO_MONTHS,
  '5m': TWO_MONTHS,
  '15m': TWO_MONTHS,
  '30m': TWO_MONTHS,
  '1h': { request: 730, reach: 730 },
}

export type YahooInterval = '1m' | '2m' | '5m' | '15m' | '30m' | '1h'

const SUPPORTED = Object.keys(LIMITS) as readonly YahooInterval[]

/** Kept from the far end of Yahoo's reach, which moves on while a request is under way and by Yahoo's clock, not ours. */
const MARGIN = 5 * MINUTE

export function yahooInterval(interval: Interval, subject: string): YahooInterval {
  const found = SUPPORTED.find((supported) => supported === interval)
  if (found !== undefined) return found
  throw new FetchError({ kind: 'unsupported-interval', interval, supported: SUPPORTED }, { subject })
}

/** The part of the window that Yahoo still has at `now`. Throws when there is none. */
export function withinReach(window: GridWindow, interval: YahooInterval, now: number, subject: string): GridWindow {
  const step = intervalMs(interval)
  const earliest = Math.ceil((now - limit(interval).reach * DAY + MARGIN) / step) * step
  if (window.to <= earliest) throw new FetchError({ kind: 'out-of-reach', interval, earliest }, { subject })
  return { from: Math.max(window.from, earliest), to: window.to }
}

/** The window in parts of about equal length that Yahoo answers in one request each, the oldest first. */
export function requestWindows({ from, to }: GridWindow, interval: YahooInterval): readonly GridWindow[] {
  const step = intervalMs(interval)
  const count = Math.ceil((to - from) / (limit(interval).request * DAY))
  const length = Math.ceil((to - from) / count / step) * step
  return Array.from({ length: count }, (_, i) => ({
    from: from + i * length,
    to: Math.min(to, from + (i + 1) * length),
  }))
}

function limit(interval: YahooInterval): Limit {
  return LIMITS[interval] as Limit
}
