/** Why alerts cannot be set up. Switch on `kind`; never parse messages. */
export type AlertFailure =
  /** The condition of a rule cannot be read: `at` is the place in it, from 0, where that is known. */
  | { readonly kind: 'condition'; readonly at?: number }
  /** A metric that is not known; `suggestions` are names like it. */
  | { readonly kind: 'unknown-metric'; readonly metric: string; readonly suggestions: readonly string[] }
  /** The file of rules is wrong, at a line and column from 1. */
  | { readonly kind: 'file'; readonly line: number; readonly column: number }

/**
 * Rules that cannot be right: the message names the thing, what was found and what was expected.
 *
 * @example
 * ```ts
 * try {
 *   parseCondition('eror_rate > 10%')
 * } catch (error) {
 *   error instanceof AlertError && error.failure
 *   // => { kind: 'unknown-metric', metric: 'eror_rate', suggestions: ['error_rate'] }
 * }
 * ```
 */
export class AlertError extends Error {
  override readonly name = 'AlertError'
  readonly failure: AlertFailure
  /** What to do about it. */
  readonly hint: string

  constructor(message: string, failure: AlertFailure, hint: string) {
    super(message)
    this.failure = failure
    this.hint = hint
  }
}
