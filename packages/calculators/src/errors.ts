/** Why a calculator refused what it was given. Switch on `kind`; never parse messages. */
export type CalculatorFailure =
  /** A bar that no market can print: `problem` says why. `index` is its place in the bars that were given. */
  | { readonly kind: 'bar'; readonly index: number; readonly time: number; readonly problem: string }
  /** A bar in the wrong place: seen before, older than the last, begun before the last had closed, or closed by asOf. */
  | {
      readonly kind: 'order'
      readonly index: number
      readonly time: number
      readonly reason: 'duplicate' | 'out-of-order' | 'overlap' | 'late'
    }
  /** The clock was to go back, or to something that is not an instant. */
  | { readonly kind: 'as-of'; readonly found: number; readonly asOf: number | undefined }
  | { readonly kind: 'option'; readonly option: string; readonly found: unknown }
  /** A snapshot that is damaged, or of another calculator, other options or another version. */
  | { readonly kind: 'snapshot'; readonly problem: string }
  /** A bar that cannot be revised: not closed yet, or before `earliest`, from which on bars are kept. */
  | {
      readonly kind: 'revision'
      readonly time: number
      readonly earliest: number | undefined
      readonly problem: string
    }

/**
 * The one error class of `@openpredict/calculators`: a clear message for people, a typed `failure` for code.
 *
 * Whoever throws it has taken nothing of what was given: go on with corrected bars as if the call had not been made.
 */
export class CalculatorError extends Error {
  override readonly name = 'CalculatorError'
  readonly failure: CalculatorFailure

  constructor(message: string, failure: CalculatorFailure, options?: ErrorOptions) {
    super(message, options)
    this.failure = failure
  }
}
