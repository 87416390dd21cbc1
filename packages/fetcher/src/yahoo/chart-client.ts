import type { Instrument } from '@openpredict/market'

import { FetchError } from '../errors.ts'
import { withDeadline } from '../internal/deadline.ts'
import type { GridWindow } from '../internal/window.ts'
import { type ChartAnswer, readChart, ShapeError } from './chart-answer.ts'
import { Exchange, type Line, NoData, type Tally } from './exchange.ts'
import type { YahooInterval } from './limits.ts'

/** The one call that is used of `yahoo-finance2`. */
interface YahooClient {
  chart(
    symbol: string,
    query: {
      readonly period1: number
      readonly period2: number
      readonly interval: YahooInterval
      readonly return: 'object'
    },
    options: { readonly fetch: typeof fetch; readonly validateResult: false },
  ): Promise<unknown>
}

/** What one request asks for. */
export interface ChartQuery extends GridWindow {
  readonly instrument: Instrument
  readonly interval: YahooInterval
}

/** The `yahoo-finance2` client behind deadlines, with typed failures, and silent. */
export class ChartClient {
  readonly #line: Line
  readonly #attemptTimeoutMs: number
  #client: Promise<YahooClient> | undefined

  constructor(line: Line, attemptTimeoutMs: number) {
    this.#line = line
    this.#attemptTimeoutMs = attemptTimeoutMs
  }

  /** One request. Rejects with a `FetchError`, or with the signal's reason. Adds what it spends to `tally`. */
  async chart(query: ChartQuery, tally: Tally, signal: AbortSignal | undefined): Promise<ChartAnswer> {
    const { instrument, interval } = query
    const { symbol } = instrument
    // Loaded before the deadline starts: reading the client from disk is none of Yahoo's time.
    this.#client ??= loadClient()
    const client = await this.#client
    const ms = this.#attemptTimeoutMs
    const subject = `Yahoo, ${symbol} ${interval}`
    const late = (): FetchError => {
      return new FetchError({ kind: 'timeout', afterMs: ms }, { subject, effort: tally })
    }
    try {
      // The client has no deadline of its own, and a queue in which a call may wait unseen.
      return await withDeadline({ timer: this.#line.timer, ms, signal, late }, async (running) => {
        const exchange = new Exchange(this.#line, { symbol, interval }, tally, running)
        const result = await client.chart(
          encodeURIComponent(symbol),
          { period1: query.from / 1_000, period2: query.to / 1_000, interval, return: 'object' },
          { fetch: exchange.fetch, validateResult: false },
        )
        return readChart(result, interval, exchange.answeredAt)
      })
    } catch (error) {
      signal?.throwIfAborted()
      if (error instanceof FetchError) throw error
      if (error instanceof NoData) return { symbol, answeredAt: error.answeredAt, rows: [] }
      const detail = error instanceof ShapeError ? error.message : 'the client could not make sense of it'
      throw new FetchError({ kind: 'malformed', detail }, { subject, cause: error, effort: tally })
    }
  }
}

/** Only the chart of the client is loaded, and only when it is first needed. */
async function loadClient(): Promise<YahooClient> {
  const [{ default: createYahooFinance }, { default: chart }] = await Promise.all([
    import('yahoo-finance2/createYahooFinance'),
    import('yahoo-finance2/modules/chart'),
  ])
  const YahooFinance = createYahooFinance({ modules: { chart } })
  return new YahooFinance({
    logger: { info: silent, warn: silent, error: silent, debug: silent, dir: silent },
    validation: { logErrors: false, logOptionsErrors: false },
    versionCheck: false,
    // Waiting in line is counted against the deadline, and a few symbols that hang would fill a short one and keep every
    // other symbol from being asked. How many ask at once is for the caller to say.
    queue: { concurrency: 1_000 },
  })
}

function silent(): void {
  // Whatever the client has to say is in the error that it throws.
}
