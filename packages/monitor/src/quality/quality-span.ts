import type { Calendar, Instrument } from '@openpredict/market'
import type { StoreReader, WaitOptions } from '@openpredict/store'

import { targetOf } from '../targets/targets.ts'

const MINUTE = 60_000

/** How late the source shows a trade: what the last cycle before `now` took it to be, else what is declared. */
export async function delayOf(
  store: StoreReader,
  { symbol, delayMs }: Instrument,
  now: number,
  wait: WaitOptions,
): Promise<number> {
  const query = { instrument: symbol, to: now + 1, newestFirst: true, limit: 1 }
  const [last] = await store.readRows('collection_cycles', query, wait)
  const measures = last?.measures as Readonly<Record<string, unknown>> | null | undefined
  const measured = measures?.['delay_ms']
  return typeof measured === 'number' ? measured : delayMs
}

/** What is known of the bars that a window is judged by. Instants in epoch ms. */
export interface KnownBars {
  readonly from: number
  readonly to: number
  readonly now: number
  readonly delayMs: number
  /** The open times of the first and the newest bar; `undefined` when there is none. */
  readonly oldest: number | undefined
  readonly newest: number | undefined
  /** The newest minute known to be missing; `undefined` when there is none. */
  readonly newestMissing: number | undefined
}

/** Which minutes of a window are counted. */
export interface CountedSpan {
  /** Where counting begins: with the window, or with the first bar. */
  readonly from: number
  /** The end of the minutes that the source could have given, and had time to. */
  readonly to: number
  /** The end of the minutes of which something is known: what is newer is late, and no gap yet. */
  readonly knownTo: number
}

/**
 * The minutes of a window that are counted. What is newer than `now − delay` cannot be had yet. The last two minutes
 * before that count only when they are there: so much later a bar may be and is still fresh.
 */
export function countedSpan({ from, to, now, delayMs, oldest, newest, newestMissing }: KnownBars): CountedSpan {
  const had = Math.floor((now - delayMs) / MINUTE) * MINUTE
  const close = newest === undefined ? Number.NEGATIVE_INFINITY : newest + MINUTE
  const missing = newestMissing === undefined ? Number.NEGATIVE_INFINITY : newestMissing + MINUTE
  const begins = oldest === undefined || oldest >= to ? from : Math.max(from, oldest)
  return {
    from: Math.ceil(begins / MINUTE) * MINUTE,
    to: Math.min(to, Math.max(close, had - targetOf('freshness').target)),
    knownTo: Math.min(to, Math.max(close, missing)),
  }
}

/**
 * How much of open market lies between the newest bar and what the source can have by `now`, in ms, never below 0. A
 * closed market and the source's delay do not count.
 */
export function barLag(options: {
  readonly now: number
  /** The open time of the newest bar. */
  readonly newest: number
  readonly delayMs: number
  readonly calendar: Calendar
}): number {
  const { now, newest, delayMs, calendar } = options
  return calendar.openMinutes(newest + MINUTE, Math.max(newest + MINUTE, now - delayMs)) * MINUTE
}
