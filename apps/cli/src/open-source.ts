import type { FetchWindowOptions } from '@openpredict/collector'
import type * as Fetcher from '@openpredict/fetcher'
import type { BarSource, Retry, YahooSourceOptions } from '@openpredict/fetcher'
import { type Clock, createScaledClock } from '@openpredict/market'

import { configuredYahooUrl, withoutPassword } from './configuration.ts'
import type { Services } from './services.ts'
import { UsageError } from './usage-error.ts'

/** Where `openpredict simulate` listens when nothing else is said. */
export const SIMULATOR_PORT = 8_787

const MINUTE = 60_000
const DAY = 1_440 * MINUTE

/** A source and the clock that its market follows. */
export interface OpenedSource {
  readonly source: BarSource
  readonly clock: Clock
  /** For people: `Yahoo Finance`, `the simulator at …`. */
  readonly title: string
  /** How far back to ask, where that is not the usual. */
  readonly window: FetchWindowOptions
  /** How many times as fast as real time the clock runs. */
  readonly speed: number
}

/** Opens the source that `--source` names: `yahoo`, `sim[:URL]` or `csv:PATH`. `onRetry` is told of fetches made again. */
export async function openSource(
  text: string,
  services: Services,
  onRetry?: (retry: Retry) => void,
): Promise<OpenedSource> {
  const [kind = '', rest = ''] = split(text)
  const { clock, timer } = services
  const fetcher = await import('@openpredict/fetcher')
  switch (kind) {
    case 'yahoo': {
      if (rest !== '') throw unknownSource(text)
      const baseUrl = configuredYahooUrl(services.env)
      const source = yahooSource(fetcher, { clock, timer, ...(baseUrl === undefined ? {} : { baseUrl }) }, onRetry)
      return { source, clock, title: 'Yahoo Finance', window: {}, speed: 1 }
    }
    case 'sim': {
      const url = rest === '' ? `http://127.0.0.1:${SIMULATOR_PORT}` : rest
      const { clock: simulated, speed } = await simulatorClock(url, services)
      const source = yahooSource(fetcher, { clock: simulated, timer, baseUrl: url }, onRetry)
      return { source, clock: simulated, title: `the simulator at ${withoutPassword(url)}`, window: {}, speed }
    }
    case 'csv': {
      if (rest === '') throw unknownSource(text)
      const { time } = await fetcher.readBars(rest, { interval: '1m', signal: services.signal })
      // The market of a file stands still at the close of its last bar, and all of it is history.
      const end = (time.at(-1) ?? clock.now()) + MINUTE
      const window = { coldStartFrom: time[0] ?? end, reachDays: Number.POSITIVE_INFINITY }
      return {
        source: fetcher.createCsvSource({ path: rest }),
        clock: { ...clock, now: () => end },
        title: rest,
        window,
        speed: 1,
      }
    }
    default:
      throw unknownSource(text)
  }
}

/**
 * Yahoo with retries: within seconds for the bars of a cycle, with patience for the long windows of a cold start or a
 * long absence, which hold days of bars.
 */
function yahooSource(
  { createYahooSource, withRetries }: typeof Fetcher,
  options: YahooSourceOptions & { readonly timer: Clock },
  onRetry: (retry: Retry) => void = () => undefined,
): BarSource {
  const { timer } = options
  const common = { timer, random: Math.random, onRetry }
  const quick = withRetries(createYahooSource(options), common)
  const patient = withRetries(createYahooSource({ ...options, attemptTimeoutMs: 30_000 }), {
    ...common,
    budgetMs: 240_000,
  })
  return {
    name: quick.name,
    fetch: (request) => (request.to - request.from > DAY ? patient : quick).fetch(request),
  }
}

/** The simulator's market has a time of its own; the collector must follow it. */
async function simulatorClock(
  address: string,
  { timer, signal }: Services,
): Promise<{ readonly clock: Clock; readonly speed: number }> {
  const url = URL.parse('/simulator/clock', address)
  if (url === null) throw unknownSource(`sim:${address}`)
  try {
    const response = await fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(2_500)]) })
    const { now, speed } = (await response.json()) as { now: number; speed: number }
    return { clock: createScaledClock(timer, { start: now, speed }), speed }
  } catch (error) {
    signal.throwIfAborted()
    throw new SimulatorUnavailable(address, error)
  }
}

/** No simulator answers at an address. */
class SimulatorUnavailable extends Error {
  override readonly name = 'SimulatorUnavailable'
  readonly category = 'network'
  readonly code = 'simulator-unavailable'
  readonly hint = 'Start one in another terminal: openpredict simulate'

  constructor(url: string, cause: unknown) {
    super(`No simulator answers at ${withoutPassword(url)}.`, { cause })
  }
}

function split(text: string): readonly string[] {
  const colon = text.indexOf(':')
  return colon < 0 ? [text] : [text.slice(0, colon), text.slice(colon + 1)]
}

function unknownSource(text: string): UsageError {
  return new UsageError(
    `--source "${withoutPassword(text)}" is not a source: expected yahoo, sim, sim:URL or csv:PATH.`,
    'For example: openpredict collect --source csv:bars.csv.gz',
  )
}
