import type { Interval } from '@openpredict/market'

import { explain } from './internal/explain.ts'

/** Why bars could not be had. Switch on `kind`; never parse messages. */
export type FetchFailure =
  /** No complete answer within the deadline. */
  | { readonly kind: 'timeout'; readonly afterMs: number }
  /** The source could not be reached, or hung up. `reason` is the system's own code, such as `ECONNREFUSED`. */
  | { readonly kind: 'network'; readonly reason?: string }
  /** Status 429. `retryAfterMs` is what the source asked for, when it asked. */
  | { readonly kind: 'rate-limited'; readonly retryAfterMs?: number }
  /** Any other status that is not a success. `retryAfterMs` comes with those from 500 on, where the source gave it. */
  | { readonly kind: 'http'; readonly status: number; readonly retryAfterMs?: number }
  /** A success that does not hold what was asked for: a web page, cut JSON, missing parts, another interval. */
  | { readonly kind: 'malformed'; readonly detail: string }
  /** The answer is about another symbol; none of its `rows` is used. */
  | { readonly kind: 'wrong-symbol'; readonly asked: string; readonly found: string; readonly rows: number }
  | { readonly kind: 'unknown-symbol'; readonly symbol: string }
  /** The source refuses the request as such (400, 422). */
  | { readonly kind: 'bad-request'; readonly status: number; readonly detail: string }
  /** The window ends before the oldest bar that the source still gives at this interval. */
  | { readonly kind: 'out-of-reach'; readonly interval: Interval; readonly earliest?: number }
  | {
      readonly kind: 'unsupported-interval'
      readonly interval: Interval
      readonly supported: readonly Interval[]
    }
  /** `from` and `to` do not enclose a bar. */
  | { readonly kind: 'invalid-window'; readonly from: number; readonly to: number }
  /** A file that cannot be read. `reason` is the system's own code, such as `ENOENT`. */
  | { readonly kind: 'file'; readonly path: string; readonly reason: string }
  /** A file whose content is not bars; `line` counts from 1, the header being line 1. */
  | {
      readonly kind: 'csv'
      readonly line: number
      readonly column?: string
      readonly found: string
      readonly expected: string
    }

/** What a fetch has cost so far. */
export interface Effort {
  /** HTTP requests sent. */
  readonly requests: number
  /** Time spent waiting for their answers, in milliseconds of the timer. */
  readonly waitingMs: number
}

/** What `FetchError` is made with beside the failure. */
export interface FetchErrorOptions {
  /** What was being fetched, for the message: `Yahoo, NQ=F 1m`. */
  readonly subject?: string
  readonly cause?: unknown
  /** @default no requests, no waiting */
  readonly effort?: Effort
}

/**
 * The one error class of `@openpredict/fetcher`: a message for people, a typed `failure` for code, a hint that says
 * what to do. It holds no URLs, keys or query parameters.
 *
 * @example
 * ```ts
 * const error = new FetchError({ kind: 'timeout', afterMs: 2_500 }, { subject: 'Yahoo, NQ=F 1m' })
 * error.message // => 'Yahoo, NQ=F 1m: no complete answer within 2.5 s'
 * error.category // => 'network'
 * ```
 */
export class FetchError extends Error {
  override readonly name = 'FetchError'
  readonly failure: FetchFailure
  readonly category: 'network' | 'data' | 'system'
  /** Stable, kebab-case: the failure's kind. */
  readonly code: FetchFailure['kind']
  /** What to do about it. */
  readonly hint: string
  readonly subject: string | undefined
  /** What was spent before it failed. */
  readonly effort: Effort

  constructor(failure: FetchFailure, options: FetchErrorOptions = {}) {
    const { subject, cause, effort = { requests: 0, waitingMs: 0 } } = options
    const { category, message, hint } = explain(failure)
    super(subject === undefined ? message : `${subject}: ${message}`, cause === undefined ? {} : { cause })
    this.failure = failure
    this.category = category
    this.code = failure.kind
    this.hint = hint
    this.subject = subject
    this.effort = effort
  }
}

/**
 * Whether asking again, unchanged, could help. No default: a new kind fails to compile.
 *
 * @example
 * ```ts
 * isRetryable({ kind: 'http', status: 503 }) // => true
 * isRetryable({ kind: 'unknown-symbol', symbol: 'NQX' }) // => false
 * ```
 */
export function isRetryable(failure: FetchFailure): boolean {
  switch (failure.kind) {
    case 'timeout':
    case 'network':
    case 'rate-limited':
    case 'malformed':
    case 'wrong-symbol':
      return true
    case 'http':
      return failure.status >= 500
    case 'unknown-symbol':
    case 'bad-request':
    case 'out-of-reach':
    case 'unsupported-interval':
    case 'invalid-window':
    case 'file':
    case 'csv':
      return false
  }
  return failure satisfies never
}
