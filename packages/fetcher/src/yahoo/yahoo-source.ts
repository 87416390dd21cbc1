import { type Bar, type BarSeries, BarSeriesBuilder, type Clock } from '@openpredict/market'

import type { BarBatch, BarRequest, BarSource } from '../bar-source.ts'
import { cleanRows, DROP_REASONS, noDrops } from '../clean-rows.ts'
import { FetchError } from '../errors.ts'
import { gridWindow } from '../internal/window.ts'
import { ShownDelays, watermarkOf } from '../watermark.ts'
import { ChartClient } from './chart-client.ts'
import type { Tally } from './exchange.ts'
import { requestWindows, withinReach, yahooInterval } from './limits.ts'

export interface YahooSourceOptions {
  /** Market time: what Yahoo still has, and the answer's time where Yahoo does not give it. */
  readonly clock: Clock
  /** The clock of deadlines and waiting times. Give the real one when `clock` is scaled. @default clock */
  readonly timer?: Clock
  /** @default the platform's own */
  readonly fetch?: typeof fetch
  /** Where to ask in place of Yahoo: `http://127.0.0.1:8080`. @default Yahoo's own address */
  readonly baseUrl?: string
  /** How long one request may take, its body included, in milliseconds of the timer. @default 2500 */
  readonly attemptTimeoutMs?: number
}

/**
 * Bars from Yahoo Finance's chart service through the `yahoo-finance2` client.
 *
 * Gives `1m` bars of the last 30 days, `2m` to `30m` of 60 days and `1h` of 730; the part of a window before that is
 * left out, and a longer window than Yahoo answers at once is asked for in parts. An answer that there is no data in the
 * window is an empty batch. One fetch sends one request for each part and tries once: see `withRetries`. Nothing is
 * printed, and no socket keeps the process alive.
 *
 * The watermark is that of the last part (`watermarkOf`), with the delay of the instrument, raised while answers show a
 * longer one (`ShownDelays`, kept for each symbol as long as the source lives).
 *
 * @example
 * ```ts
 * const clock = createManualClock(parseInstant('2023-11-20T15:00:30Z'))
 * // In place of Yahoo: one closed minute, 14:49, and the live row of 14:50:28.
 * const meta = { symbol: 'NQ=F', regularMarketTime: 1_700_491_828 }
 * const quote = { open: [15_900, 15_901], high: [15_903, 15_902], low: [15_899, 15_901], close: [15_901, 15_902], volume: [90, 41] }
 * const chart = { meta, timestamp: [1_700_491_740, 1_700_491_828], indicators: { quote: [quote] } }
 * const fetch = async () => new Response(JSON.stringify({ chart: { result: [chart], error: null } }))
 *
 * const source = createYahooSource({ clock, fetch })
 * const { bars, forming, watermark } = await source.fetch({
 *   instrument: instrumentOf('NQ=F'),
 *   from: clock.now() - 1_800_000,
 *   to: clock.now(),
 * })
 * bars.toArray() // => [{ time: 1_700_491_740_000, open: 15_900, high: 15_903, low: 15_899, close: 15_901, volume: 90 }]
 * formatInstant(forming.time) // => '2023-11-20T14:50:00.000Z'
 * formatInstant(watermark) // => '2023-11-20T14:50:28.000Z'
 * ```
 */
export function createYahooSource(options: YahooSourceOptions): BarSource {
  const { clock, timer = clock, baseUrl, attemptTimeoutMs = 2_500 } = options
  const { fetch = (...args: Parameters<typeof globalThis.fetch>) => globalThis.fetch(...args) } = options
  const client = new ChartClient({ fetch, baseUrl, clock, timer }, attemptTimeoutMs)
  const delays = new ShownDelays()
  return {
    name: 'Yahoo',
    async fetch(request) {
      request.signal?.throwIfAborted()
      return await fetchParts(request, client, delays, clock.now())
    },
  }
}

async function fetchParts(
  request: BarRequest,
  client: ChartClient,
  delays: ShownDelays,
  now: number,
): Promise<BarBatch> {
  const { instrument, signal } = request
  const subject = `Yahoo, ${instrument.symbol} ${request.interval ?? '1m'}`
  const interval = yahooInterval(request.interval ?? '1m', subject)
  const window = withinReach(gridWindow(request.from, request.to, interval, subject), interval, now, subject)
  const tally: Tally = { requests: 0, waitingMs: 0 }
  const dropped = noDrops()
  const parts: BarSeries[] = []
  let received = 0
  let forming: Bar | undefined
  let watermark = 0
  let answeredAt = 0
  let delayMs = instrument.delayMs
  for (const part of requestWindows(window, interval)) {
    const answer = await client.chart({ instrument, interval, ...part }, tally, signal)
    const { rows, symbol } = answer
    if (symbol.toUpperCase() !== instrument.symbol.toUpperCase()) {
      const failure = { kind: 'wrong-symbol', asked: instrument.symbol, found: symbol, rows: rows.length } as const
      throw new FetchError(failure, { subject, effort: tally })
    }
    delayMs = delays.observe(instrument, answer)
    answeredAt = answer.answeredAt
    watermark = watermarkOf(answer, delayMs)
    const { lastTrade } = answer
    const context = { instrument, interval, ...part, watermark, ...(lastTrade === undefined ? {} : { lastTrade }) }
    const cleaned = cleanRows(rows, context)
    parts.push(cleaned.bars)
    forming = cleaned.forming
    received += cleaned.received
    for (const reason of DROP_REASONS) dropped[reason] += cleaned.dropped[reason]
  }
  return {
    instrument,
    interval,
    ...window,
    bars: joined(parts),
    forming,
    watermark,
    answeredAt,
    delayMs,
    received,
    dropped,
    ...tally,
  }
}

function joined(parts: readonly BarSeries[]): BarSeries {
  const [only] = parts
  if (only !== undefined && parts.length === 1) return only
  const builder = new BarSeriesBuilder()
  for (const part of parts) for (const bar of part) builder.push(bar)
  return builder.build()
}
