import type { Clock } from '@openpredict/market'

import { failureOf, type FailurePlace, isRetryable, networkFailureOf, RestFailure, storeErrorOf } from './failures.ts'

/** How requests are sent, and sent again. */
export interface TransportOptions extends FailurePlace {
  readonly fetch: typeof fetch
  /** Paces what is sent again. */
  readonly clock: Clock
  /** Of 0 to 1, 1 not included. */
  readonly random: () => number
  /** How long one request may take, ms; its answer included. */
  readonly requestTimeoutMs: number
  /** How often a request that failed is sent again. */
  readonly retries: number
  /** The longest pause before the first time, ms; it doubles from time to time. */
  readonly retryBaseMs: number
  /** The longest pause of all, ms. */
  readonly retryMaxMs: number
  /** The longest pause that the server may ask for (`Retry-After`), ms; for longer ones nobody waits. */
  readonly retryAfterMaxMs: number
}

/** Options of one request beside those of `fetch`. */
interface RequestLimits {
  /** How long it may take, ms. */
  readonly timeoutMs: number
}

/** Sends requests. */
export type Transport = (input: string | URL | Request, init?: RequestInit, limits?: RequestLimits) => Promise<Response>

interface Attempt {
  readonly failure: RestFailure
  /** What the server asked for, ms. */
  readonly retryAfterMs: number
}

/**
 * A `fetch` that answers with success or throws a `StoreError`; when its signal aborts, with the signal's reason. Sends
 * a request again after a pause of random length (exponential backoff with full jitter) where that could help: so it
 * takes only requests that may be sent twice.
 */
export function createTransport(options: TransportOptions): Transport {
  const { clock, random, requestTimeoutMs, retries, retryBaseMs, retryMaxMs, retryAfterMaxMs } = options
  return async (input, init = {}, { timeoutMs } = { timeoutMs: requestTimeoutMs }) => {
    const signal = init.signal ?? undefined
    for (let attempt = 0; ; attempt++) {
      signal?.throwIfAborted()
      const answer = await once(options.fetch, input, init, timeoutMs)
      if (answer instanceof Response) return answer
      signal?.throwIfAborted()
      const { failure, retryAfterMs } = answer
      const pause = Math.max(random() * Math.min(retryMaxMs, retryBaseMs * 2 ** attempt), retryAfterMs)
      if (attempt === retries || !isRetryable(failure) || retryAfterMs > retryAfterMaxMs) {
        throw storeErrorOf(failure, options)
      }
      await clock.sleep(pause, signal)
    }
  }
}

/** One attempt: the whole answer, or why there is none. */
async function once(
  send: typeof fetch,
  input: string | URL | Request,
  init: RequestInit,
  timeoutMs: number,
): Promise<Response | Attempt> {
  const timeout = new AbortController()
  const timer = setTimeout(() => timeout.abort(), timeoutMs)
  const signals = init.signal === null || init.signal === undefined ? [] : [init.signal]
  const signal = AbortSignal.any([...signals, timeout.signal])
  try {
    // Not followed elsewhere: the key goes with every request.
    const response = await send(input, { ...init, signal, redirect: 'manual' })
    const { status, statusText, headers } = response
    const body = await response.text()
    if (response.ok && (body === '' || headers.get('content-type')?.includes('json') === true)) {
      return new Response(body === '' ? null : body, { status, statusText, headers })
    }
    return { failure: failureOf(status, body), retryAfterMs: retryAfterOf(headers) }
  } catch (error) {
    const failure = timeout.signal.aborted ? new RestFailure(0, 'TIMEOUT', 'no answer') : networkFailureOf(error)
    return { failure, retryAfterMs: 0 }
  } finally {
    clearTimeout(timer)
  }
}

/** `Retry-After` as ms: seconds, or a date, which goes by the server's own clock. */
function retryAfterOf(headers: Headers): number {
  const text = headers.get('retry-after') ?? ''
  if (/^\d+$/.test(text)) return Number(text) * 1_000
  const pause = Date.parse(text) - Date.parse(headers.get('date') ?? '')
  return Number.isNaN(pause) ? 0 : Math.max(0, pause)
}
