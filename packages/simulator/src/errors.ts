/** What was wrong with what the simulator was asked for. Switch on `kind`; never parse messages. */
export type SimulatorFailure =
  | { readonly kind: 'seed'; readonly found: number }
  | { readonly kind: 'price'; readonly found: number }
  | { readonly kind: 'interval'; readonly found: string }
  | { readonly kind: 'delay'; readonly found: number }
  | { readonly kind: 'latency'; readonly medianMs: number; readonly p99Ms: number }
  | { readonly kind: 'listen'; readonly port: number }
  /** A fault that cannot be planned. */
  | { readonly kind: 'fault'; readonly fault: string; readonly found: string; readonly expected: string }
  /** Bars that cannot be played again; `index` is that of the first wrong one, −1 when there are none. */
  | { readonly kind: 'replay'; readonly index: number; readonly problem: string }

/** The one error class of `@openpredict/simulator`: a clear message for people, a typed `failure` for code. */
export class SimulatorError extends Error {
  override readonly name = 'SimulatorError'
  readonly failure: SimulatorFailure

  constructor(message: string, failure: SimulatorFailure, options?: ErrorOptions) {
    super(message, options)
    this.failure = failure
  }
}
