import type { Clock } from '@openpredict/market'

import { ChannelError } from './channel.ts'

/** Pauses before the second and the third attempt, before jitter. */
const PAUSES_MS = [1_000, 4_000]
/** A receiver that asks for a longer pause is taken to have failed. */
const LONGEST_PAUSE_MS = 30_000
const DEFAULT_TIMEOUT_MS = 5_000

/** What deliveries need of the world. */
export interface DeliveryOptions {
  readonly fetch: typeof fetch
  /** Real time, for pauses and time-outs. */
  readonly timer: Clock
  /** From 0 to 1, for jitter. */
  readonly random: () => number
  /** How long an attempt may take, ms. @default 5_000 */
  readonly timeoutMs?: number
}

/** Does `attempt` up to three times, as long as trying again can help. */
export async function withRetries(
  attempt: (signal: AbortSignal) => Promise<void>,
  { timer, random, timeoutMs = DEFAULT_TIMEOUT_MS }: DeliveryOptions,
  signal?: AbortSignal,
): Promise<void> {
  for (let tried = 0; ; tried++) {
    try {
      await withTimeout(attempt, { timer, timeoutMs }, signal)
      return
    } catch (error) {
      signal?.throwIfAborted()
      const pause = PAUSES_MS[tried]
      if (!(error instanceof ChannelError) || !error.isRetryable || pause === undefined) throw error
      const wanted = Math.max(error.retryAfterMs ?? 0, pause * (0.5 + random() / 2))
      if (wanted > LONGEST_PAUSE_MS) throw error
      await timer.sleep(wanted, signal)
    }
  }
}

/** Posts JSON and wants a status of the 200s. */
export async function postJson(
  url: string,
  body: unknown,
  options: DeliveryOptions,
  signal?: AbortSignal,
): Promise<void> {
  await withRetries(
    (stop) => request(url, { method: 'POST', body: JSON.stringify(body) }, options, stop),
    options,
    signal,
  )
}

/** One request; its answer's body is not read. */
export async function request(
  url: string,
  { method, body }: { readonly method: 'GET' | 'POST'; readonly body?: string },
  { fetch }: Pick<DeliveryOptions, 'fetch'>,
  signal: AbortSignal,
): Promise<void> {
  let response: Response
  try {
    response = await fetch(url, {
      method,
      ...(body === undefined ? {} : { body, headers: { 'content-type': 'application/json' } }),
      // What is sent there is meant for nobody else.
      redirect: 'manual',
      signal,
    })
  } catch (error) {
    signal.throwIfAborted()
    throw new ChannelError(`the receiver could not be reached (${networkCode(error)})`, { isRetryable: true })
  }
  const { status, ok, headers } = response
  await response.body?.cancel()
  if (ok) return
  const isRetryable = status === 429 || status === 408 || status >= 500
  throw new ChannelError(`the receiver answered ${status}`, { isRetryable, retryAfterMs: retryAfter(headers) })
}

/** `Retry-After` in seconds; a date there is left alone, for the clocks may differ. */
function retryAfter(headers: Headers): number | undefined {
  const seconds = headers.get('retry-after')
  return seconds !== null && /^\d+$/.test(seconds) ? Number(seconds) * 1_000 : undefined
}

/** A short code, such as ECONNREFUSED; the messages of fetch may have the address. */
function networkCode(error: unknown): string {
  const { code, cause } = error as { readonly code?: unknown; readonly cause?: { readonly code?: unknown } }
  const found = cause?.code ?? code
  return typeof found === 'string' && /^[A-Z_]+$/.test(found) ? found : 'network'
}

async function withTimeout(
  attempt: (signal: AbortSignal) => Promise<void>,
  { timer, timeoutMs }: { readonly timer: Clock; readonly timeoutMs: number },
  outer?: AbortSignal,
): Promise<void> {
  const stop = new AbortController()
  const done = new AbortController()
  const end = (): void => stop.abort(outer?.reason)
  outer?.addEventListener('abort', end, { once: true })
  if (outer?.aborted) end()
  timer.sleep(timeoutMs, done.signal).then(
    () =>
      stop.abort(new ChannelError(`the receiver did not answer within ${timeoutMs / 1_000} s`, { isRetryable: true })),
    () => undefined,
  )
  try {
    await attempt(stop.signal)
  } catch (error) {
    stop.signal.throwIfAborted()
    throw error
  } finally {
    done.abort()
    outer?.removeEventListener('abort', end)
  }
}
