/** Why a frame could not be made or read. Switch on `kind`; never parse messages. */
export type FramesFailure =
  /** danfojs-node is not installed, or does not load. */
  | { readonly kind: 'no-danfojs' }
  /** A column that is needed is not there; `found` are those that are. */
  | { readonly kind: 'missing-column'; readonly column: string; readonly found: readonly string[] }
  /** A cell holds something else than its column does; rows are counted from 0. */
  | { readonly kind: 'bad-value'; readonly column: string; readonly row: number }
  /** A row is no possible bar; rows are counted from 0. */
  | { readonly kind: 'bar'; readonly row: number; readonly problem: string }
  /** A bar does not open after the one before it; rows are counted from 0. */
  | { readonly kind: 'order'; readonly row: number }
  /** The bars do not make up whole candles. */
  | { readonly kind: 'interval'; readonly from: string; readonly to: string }
  /** The column says what became of its row later: beside an earlier bar it would tell the future. */
  | { readonly kind: 'look-ahead'; readonly column: string }
  /** The rows are of several instruments, and one was expected. */
  | { readonly kind: 'instruments'; readonly found: readonly string[] }
  /** Two columns would have the same name. */
  | { readonly kind: 'taken-name'; readonly column: string }

/**
 * The one error class of `@openpredict/frames`: a message that names the column and the row, a typed `failure` for code.
 *
 * @example
 * ```ts
 * try {
 *   fromDataFrame({ columns: ['time', 'open'], shape: [0, 2], column: () => ({ values: [] }) })
 * } catch (error) {
 *   error instanceof FramesError && error.failure
 *   // => { kind: 'missing-column', column: 'high', found: ['time', 'open'] }
 * }
 * ```
 */
export class FramesError extends Error {
  override readonly name = 'FramesError'
  readonly failure: FramesFailure

  constructor(message: string, failure: FramesFailure, options?: ErrorOptions) {
    super(message, options)
    this.failure = failure
  }
}
