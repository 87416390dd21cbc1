import type { Clock, Interval } from '@openpredict/market'

import { FetchError, type FetchFailure } from '../errors.ts'
import { abortable } from '../internal/abortable.ts'
import { oddPart } from './chart-answer.ts'
import { isHtml, meaningOf, type Refusal, yahooError } from './refusal.ts'
import { retryAfterMs } from './retry-after.ts'

/** What it takes to talk to Yahoo's service, or to a server that stands in for it. */
export interface Line {
  readonly fetch: typeof fetch
  /** Origin, and path prefix if any, in place of Yahoo's own. */
  readonly baseUrl: string | undefined
  readonly clock: Clock
  readonly timer: Clock
}

/** Counts what a fetch spends. */
export interface Tally {
  requests: number
  waitingMs: number
}

/** The answer was "nothing there", with no chart around it. */
export class NoData extends Error {
  override readonly name = 'NoData'
  readonly answeredAt: number

  constructor(answeredAt: number) {
    super('no data in this window')
    this.answeredAt = answeredAt
  }
}

/** One exchange with Yahoo: what is asked, and what is learned on the way that the client keeps to itself. */
export class Exchange {
  readonly #line: Line
  readonly #asked: { readonly symbol: string; readonly interval: Interval }
  readonly #tally: Tally
  readonly #signal: AbortSignal
  /** Yahoo's clock at the answer, epoch ms; ours until there is one. */
  answeredAt: number

  constructor(
    line: Line,
    asked: { readonly symbol: string; readonly interval: Interval },
    tally: Tally,
    signal: AbortSignal,
  ) {
    this.#line = line
    this.#asked = asked
    this.#tally = tally
    this.#signal = signal
    this.answeredAt = line.clock.now()
  }

  /**
   * The `fetch` that the client is given. Only a chart gets past it: the client prints the URL of whatever has another
   * status than success, hides headers, and puts whole pages into messages. Everything else is thrown from here, with
   * its type, right through the client.
   */
  readonly fetch: typeof fetch = async (input, init) => {
    // The client may have kept this call in its queue until nobody waited for it any more.
    this.#signal.throwIfAborted()
    const { status, headers, body } = await this.#send(input, init)
    this.answeredAt = answerTime(headers.get('date')) ?? this.#line.clock.now()
    const json = parsed(body)
    if (status < 200 || status > 299 || yahooError(json) !== undefined) {
      const wait = retryAfterMs(headers.get('retry-after'), this.answeredAt)
      throw this.#refused({ status, body, json, ...(wait === undefined ? {} : { retryAfterMs: wait }) })
    }
    if (json === undefined) throw this.error({ kind: 'malformed', detail: unreadable(body) })
    const odd = oddPart(json)
    if (odd !== undefined) throw this.error({ kind: 'malformed', detail: odd })
    // Without headers: charts need no cookies, and one that does not fit its site would end the process from within the
    // client, which does not wait for it to be taken.
    return new Response(body)
  }

  /** The typed error for whatever came out of the client. */
  error(failure: FetchFailure, cause?: unknown): FetchError {
    const { symbol, interval } = this.#asked
    return new FetchError(failure, { subject: `Yahoo, ${symbol} ${interval}`, cause, effort: this.#tally })
  }

  async #send(
    input: string | URL | Request,
    init: RequestInit | undefined,
  ): Promise<{ readonly status: number; readonly headers: Headers; readonly body: string }> {
    const { timer } = this.#line
    const startedAt = timer.now()
    this.#tally.requests += 1
    try {
      const work = this.#line.fetch(rebased(input, this.#line.baseUrl), {
        ...init,
        // A redirect leads away from charts: to consent pages and to "will be right back".
        redirect: 'manual',
        signal: this.#signal,
      })
      const response = await abortable(work, this.#signal)
      const body = await abortable(response.text(), this.#signal)
      return { status: response.status, headers: response.headers, body }
    } catch (error) {
      const reason = systemCode(error)
      throw this.error({ kind: 'network', ...(reason === undefined ? {} : { reason }) }, error)
    } finally {
      this.#tally.waitingMs += timer.now() - startedAt
    }
  }

  #refused(refusal: Refusal): Error {
    const { symbol, interval } = this.#asked
    const meaning = meaningOf(refusal, symbol, interval)
    return meaning === 'no-data' ? new NoData(this.answeredAt) : this.error(meaning)
  }
}

/** The value of a JSON text; `undefined`, which no JSON stands for, when it is none. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

function unreadable(body: string): string {
  return isHtml(body) ? 'a web page instead of a chart' : `JSON that cannot be read, ${body.length} characters`
}

function rebased(input: string | URL | Request, baseUrl: string | undefined): string {
  const asked = input instanceof Request ? input.url : String(input)
  if (baseUrl === undefined) return asked
  const { pathname, search } = new URL(asked)
  return `${baseUrl.replace(/\/+$/, '')}${pathname}${search}`
}

/** Epoch ms of a `Date` header; `undefined` when it is missing or out of this world. */
function answerTime(header: string | null): number | undefined {
  const time = header === null ? Number.NaN : Date.parse(header)
  return time >= Date.UTC(2000, 0, 1) && time < Date.UTC(2200, 0, 1) ? time : undefined
}

/** The system's code somewhere down the causes of an error, such as `ECONNRESET`. */
function systemCode(error: unknown): string | undefined {
  let cause: unknown = error
  for (let depth = 0; depth < 5 && cause instanceof Error; depth++) {
    const { code, errors } = cause as { readonly code?: unknown; readonly errors?: readonly unknown[] }
    if (typeof code === 'string') return code
    cause = cause.cause ?? errors?.[0]
  }
  return undefined
}
