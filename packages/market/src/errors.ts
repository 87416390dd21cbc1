/** What was wrong with a value given to this package. Switch on `kind`; never parse messages. */
export type MarketFailure =
  | { readonly kind: 'interval'; readonly found: string }
  | { readonly kind: 'symbol'; readonly found: string }
  | { readonly kind: 'instant'; readonly found: string }
  | { readonly kind: 'bar'; readonly index: number; readonly problem: string }
  | { readonly kind: 'time-range'; readonly found: number }
  | { readonly kind: 'calendar-exception'; readonly index: number; readonly problem: string }

/**
 * The one error class of `@openpredict/market`: a clear message for people, a typed `failure` for code.
 *
 * @example
 * ```ts
 * try {
 *   parseInterval('7m')
 * } catch (error) {
 *   error instanceof MarketError && error.failure // => { kind: 'interval', found: '7m' }
 * }
 * ```
 */
export class MarketError extends Error {
  override readonly name = 'MarketError'
  readonly failure: MarketFailure

  constructor(message: string, failure: MarketFailure) {
    super(message)
    this.failure = failure
  }
}
