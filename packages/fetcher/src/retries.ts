import type { Clock } from '@openpredict/market'

import type { BarBatch, BarRequest, BarSource } from './bar-source.ts'
import { type Effort, FetchError, isRetryable } from './errors.ts'
import { withDeadline } from './internal/deadline.ts'

/** How often and how long to try. */
export interface RetryOptions {
  /** Fetches at the most, the first one included. @default 3 */
  readonly attempts?: number
  /** Time for all of them and the pauses between, in milliseconds of the timer. @default 6000 */
  readonly budgetMs?: number
  /** The longest first pause; it doubles with each further one. @default 250 */
  readonly baseDelayMs?: number
  /** The longest pause of all, unless the source itself asks for a longer one. @default 2000 */
  readonly maxDelayMs?: number
  /** Numbers in `[0, 1)`, `Math.random` as a rule. */
  readonly random: () => number
  /** The clock of budget and pauses: real time, since the source's waits are real. */
  readonly timer: Clock
  /** Told before every pause. */
  readonly onRetry?: (retry: Retry) => void
}

/** A fetch that failed and is made again. */
export interface Retry {
  readonly request: BarRequest
  readonly error: FetchError
  /** The number of the fetch to come, from 2. */
  readonly attempt: number
  readonly pauseMs: number
}

/**
 * A source that tries again when that could help (`isRetryable`), with exponential backoff and full jitter.
 *
 * Each pause is random between nothing and its longest; a pause that the source asks for (`Retry-After`) is kept at
 * least. When the next pause would outlast the budget it ends at once with the last error. When the budget runs out
 * during a fetch, that is aborted and the error is a `timeout`.
 *
 * @example
 * ```ts
 * let fetches = 0
 * const flaky = {
 *   name: 'flaky',
 *   fetch: async () => {
 *     fetches += 1
 *     if (fetches === 1) throw new FetchError({ kind: 'network' }, { effort: { requests: 1, waitingMs: 20 } })
 *     return { bars: BarSeries.from([]), requests: 1, waitingMs: 5 }
 *   },
 * }
 * const source = withRetries(flaky, { timer: createManualClock(0), random: () => 0 })
 * const batch = await source.fetch({ instrument: instrumentOf('NQ=F'), from: 0, to: 60_000 })
 * batch.requests // => 2
 * batch.waitingMs // => 25
 * ```
 */
export function withRetries(source: BarSource, options: RetryOptions): BarSource {
  const { attempts = 3, budgetMs = 6_000, timer } = options
  return {
    name: source.name,
    fetch(request) {
      let spent: Effort = { requests: 0, waitingMs: 0 }
      let startedAt = timer.now()
      let last: FetchError | undefined
      const run = async (signal: AbortSignal): Promise<BarBatch> => {
        const end = timer.now() + budgetMs
        for (let attempt = 1; ; attempt++) {
          try {
            startedAt = timer.now()
            const batch = await source.fetch({ ...request, signal })
            return { ...batch, ...sum(spent, batch) }
          } catch (error) {
            if (!(error instanceof FetchError)) throw error
            last = error
            spent = sum(spent, error.effort)
            const pause = pauseBefore(attempt + 1, error, options)
            if (attempt >= attempts || !isRetryable(error.failure) || timer.now() + pause >= end) {
              throw withEffort(error, spent)
            }
            options.onRetry?.({ request, error, attempt: attempt + 1, pauseMs: pause })
            await timer.sleep(pause, signal)
          }
        }
      }
      const late = (): FetchError => {
        // A fetch that is cut off cannot say what it has spent: it had one request under way, as a rule.
        const cut = { requests: 1, waitingMs: timer.now() - startedAt }
        const subject = subjectOf(source, request)
        return new FetchError({ kind: 'timeout', afterMs: budgetMs }, { subject, cause: last, effort: sum(spent, cut) })
      }
      return withDeadline({ timer, ms: budgetMs, signal: request.signal, late }, run)
    },
  }
}

/** How long to wait before an attempt, in milliseconds. */
function pauseBefore(attempt: number, error: FetchError, options: RetryOptions): number {
  const { baseDelayMs = 250, maxDelayMs = 2_000, random } = options
  const jittered = random() * Math.min(maxDelayMs, baseDelayMs * 2 ** (attempt - 2))
  const { failure } = error
  const asked = failure.kind === 'rate-limited' || failure.kind === 'http' ? failure.retryAfterMs : undefined
  return Math.max(jittered, asked ?? 0)
}

function sum(a: Effort, b: Effort): Effort {
  return { requests: a.requests + b.requests, waitingMs: a.waitingMs + b.waitingMs }
}

function withEffort(error: FetchError, effort: Effort): FetchError {
  const { failure, subject, cause } = error
  return new FetchError(failure, { ...(subject === undefined ? {} : { subject }), cause, effort })
}

function subjectOf(source: BarSource, { instrument, interval = '1m' }: BarRequest): string {
  return `${source.name}, ${instrument.symbol} ${interval}`
}
