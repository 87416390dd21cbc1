import { type Clock, type Interval, intervalMs } from '@openpredict/market'

import type { BarBatch, BarRequest, BarSource } from './bar-source.ts'
import { abortable } from './internal/abortable.ts'

const MINUTE = 60_000

/** How long answers are kept, and which. All lengths in milliseconds of the clock. */
export interface CacheOptions {
  /** Market time, as the source's: answers age with it. */
  readonly clock: Clock
  /** How long an answer about the past may be given again. @default 50_000 */
  readonly ttlMs?: number
  /** How far before the watermark the past begins: what is later may still be corrected. @default 1_800_000 */
  readonly overlapMs?: number
  /** How old a request under way may be for another caller to share it. @default 50 */
  readonly shareMs?: number
  /** Answers kept at the most; the ones used longest ago go first. @default 32 */
  readonly maxEntries?: number
}

/** A request under way, and who waits for it. */
interface Flight {
  readonly startedAt: number
  readonly answer: Promise<BarBatch>
  readonly stop: AbortController
  callers: number
}

interface Kept {
  readonly askedAt: number
  readonly batch: BarBatch
}

/**
 * A source that remembers answers about the past for a short while, and asks once for callers that ask for the same
 * thing together.
 *
 * - An answer is given again for `ttlMs`, counted from when it was asked for, if its window ends at least `overlapMs`
 *   before its watermark. A window that reaches nearer to the live edge is asked for anew each time, since the source
 *   could have a newer closed bar, or a correction, at any moment: there is no old "latest".
 * - Callers that ask within `shareMs` of the start of a request for the same window share it, at the live edge, too. One
 *   that is aborted leaves the others waiting; the request is aborted when the last one has left.
 * - Failures are not kept. Who shares a request shares its failure.
 *
 * Windows are the same when the bars of their grid are. What is given again, or was shared, has cost nothing: `requests`
 * and `waitingMs` are 0. Its `watermark` and `answeredAt` are those of the answer, so they may be `ttlMs` old, never ahead.
 *
 * Whoever asks for the newest bars once a minute gains nothing by it. It is for several readers of one source: charts,
 * reports, back-fills that overlap.
 *
 * @example
 * ```ts
 * let fetches = 0
 * const slow = {
 *   name: 'slow',
 *   fetch: async ({ to }) => {
 *     fetches += 1
 *     return { to, bars: BarSeries.from([]), watermark: 7_200_000, requests: 1, waitingMs: 900 }
 *   },
 * }
 * const clock = createManualClock(7_800_000)
 * const source = withCache(slow, { clock })
 * const past = { instrument: instrumentOf('NQ=F'), from: 0, to: 3_600_000 }
 * await source.fetch(past)
 * clock.advance(49_000)
 * const again = await source.fetch(past)
 * again.requests // => 0
 * fetches // => 1
 * const live = { ...past, to: 7_800_000 }
 * await source.fetch(live)
 * clock.advance(1_000)
 * await source.fetch(live)
 * fetches // => 3
 * ```
 */
export function withCache(source: BarSource, options: CacheOptions): BarSource {
  const { clock, ttlMs = 50_000, overlapMs = 30 * MINUTE, shareMs = 50, maxEntries = 32 } = options
  const flights = new Map<string, Flight>()
  // In the order of their last use.
  const kept = new Map<string, Kept>()

  const keptAnswer = (key: string, now: number): BarBatch | undefined => {
    for (const [old, { askedAt }] of kept) if (!isWithin(askedAt, now, ttlMs)) kept.delete(old)
    const known = kept.get(key)
    if (known === undefined) return undefined
    kept.delete(key)
    kept.set(key, known)
    return known.batch
  }

  const keep = (key: string, entry: Kept): void => {
    const { to, watermark } = entry.batch
    if (to > watermark - overlapMs) return
    kept.delete(key)
    kept.set(key, entry)
    for (const oldest of kept.keys()) {
      if (kept.size <= maxEntries) break
      kept.delete(oldest)
    }
  }

  const start = (key: string, request: BarRequest, now: number): Flight => {
    const stop = new AbortController()
    const answer = source.fetch({ ...request, signal: stop.signal })
    const flight: Flight = { startedAt: now, answer, stop, callers: 0 }
    flights.set(key, flight)
    answer.then(
      (batch) => keep(key, { askedAt: now, batch }),
      () => {
        // Those who wait for it are told.
      },
    )
    return flight
  }

  return {
    name: source.name,
    async fetch(request) {
      const { signal } = request
      signal?.throwIfAborted()
      const key = keyOf(request)
      const now = clock.now()
      const known = keptAnswer(key, now)
      if (known !== undefined) return free(known)
      const found = flights.get(key)
      const shared = found !== undefined && isWithin(found.startedAt, now, shareMs + 1) ? found : undefined
      const flight = shared ?? start(key, request, now)
      flight.callers += 1
      try {
        const batch = await abortable(flight.answer, signal)
        return shared === undefined ? batch : free(batch)
      } finally {
        flight.callers -= 1
        if (flight.callers === 0) {
          if (flights.get(key) === flight) flights.delete(key)
          // Harms no answer that has come already.
          flight.stop.abort(signal?.reason)
        }
      }
    },
  }
}

/** Whether less than `ms` have passed since; a clock that was set back proves nothing. */
function isWithin(since: number, now: number, ms: number): boolean {
  return now >= since && now - since < ms
}

/** The same for windows with the same bars. */
function keyOf({ instrument, interval = '1m', from, to }: BarRequest): string {
  return JSON.stringify([instrument, interval, gridEnd(from, interval), gridEnd(to, interval)])
}

function gridEnd(time: number, interval: Interval): string {
  const step = intervalMs(interval)
  // As text, since ends that are no numbers are all the same in JSON.
  return String(Math.ceil(time / step) * step)
}

function free(batch: BarBatch): BarBatch {
  return { ...batch, requests: 0, waitingMs: 0 }
}
