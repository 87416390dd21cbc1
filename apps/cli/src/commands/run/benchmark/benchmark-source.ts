import { canHaveNewBar, type FetchWindowOptions } from '@openpredict/collector'
import { type BarSource, createYahooSource, type Retry, withRetries } from '@openpredict/fetcher'
import { calendarOf, type Clock, createManualClock, type Instrument } from '@openpredict/market'
import { createMarket, startYahooServer } from '@openpredict/simulator'

import { openSource } from '../../../open-source.ts'
import type { Latency } from '../../../options.ts'
import type { Services } from '../../../services.ts'
import { latencyOf } from '../../../simulated-latency.ts'
import { UsageError } from '../../../usage-error.ts'
import type { BenchmarkFlags } from '../../benchmark.ts'

const MINUTE = 60_000
/** A Monday morning in New York, two seconds into a minute. */
const START = Date.UTC(2024, 5, 3, 14, 30, 2)
/** Yahoo refuses who asks more than about 2,000 times an hour. */
const YAHOO_PAUSE_MS = 2_000

/** Where a benchmark's bars come from. */
export interface BenchmarkSource extends AsyncDisposable {
  readonly source: BarSource
  readonly clock: Clock
  readonly title: string
  readonly window: FetchWindowOptions
  readonly latency: 'default' | number | null
  readonly seed: number | null
  readonly isInside: boolean
  /** Real time from the start of one round to that of the next, at least. */
  readonly pauseMs: number
  /** Moves the market's time on to the next minute in which a bar can be new; does nothing where time passes by itself. */
  readonly step: () => void
}

/** Opens what `--source` names: `sim` is a made-up market in this process, everything else as for `collect`. */
export async function openBenchmarkSource(
  { source: text, latency, seed }: BenchmarkFlags,
  instruments: readonly Instrument[],
  services: Services,
  onRetry: (retry: Retry) => void,
): Promise<BenchmarkSource> {
  if (text === 'sim') return await madeUpMarket({ latency, seed }, instruments, services, onRetry)
  for (const [flag, value] of Object.entries({ latency, seed })) {
    if (value === undefined) continue
    throw new UsageError(
      `--${flag} is for the made-up market of this process, found it with --source ${text.split(':', 1).join('')}.`,
      'Leave one of the two out.',
    )
  }
  const { source, clock, title, window } = await openSource(text, services, onRetry)
  return {
    source,
    clock,
    title,
    window,
    latency: null,
    seed: null,
    isInside: false,
    pauseMs: text === 'yahoo' ? YAHOO_PAUSE_MS : 0,
    step: () => undefined,
    [Symbol.asyncDispose]: () => Promise.resolve(),
  }
}

async function madeUpMarket(
  { latency = 'default', seed = 1 }: { readonly latency: Latency | undefined; readonly seed: number | undefined },
  instruments: readonly Instrument[],
  { timer }: Services,
  onRetry: (retry: Retry) => void,
): Promise<BenchmarkSource> {
  const clock = createManualClock(START)
  const markets = instruments.map((instrument) => createMarket({ seed, instrument }))
  const server = await startYahooServer({ markets, clock, timer, ...latencyOf(latency, seed) })
  const calendars = instruments.map((instrument) => ({ calendar: calendarOf(instrument), delayMs: instrument.delayMs }))
  const source = withRetries(createYahooSource({ clock, timer, baseUrl: server.url }), {
    timer,
    random: Math.random,
    onRetry,
  })
  return {
    source: { name: 'simulator', fetch: (request) => source.fetch(request) },
    clock,
    title: `a made-up market in this process (seed ${seed})`,
    window: {},
    latency,
    seed,
    isInside: true,
    pauseMs: 0,
    step() {
      do clock.advance(MINUTE)
      while (!calendars.some(({ calendar, delayMs }) => canHaveNewBar(clock.now(), calendar, delayMs)))
    },
    [Symbol.asyncDispose]: () => server.close(),
  }
}
