import { setImmediate } from 'node:timers/promises'

import { describeFailure } from '@openpredict/collector'
import type { Clock, Instrument } from '@openpredict/market'
import { validateQuality } from '@openpredict/monitor'
import type { Store } from '@openpredict/store'

import type { CollectEvent, CollectObserver } from '../../../collect-event.ts'

/** What is validated in a loop, and how often. */
export interface LoopValidationOptions {
  readonly store: Store
  /** Market time. */
  readonly clock: Clock
  /** Real time: durations. */
  readonly timer: Clock
  /** Market time between two validations of an instrument, and the window of each, ms. */
  readonly everyMs: number
  readonly emit: CollectObserver
  /** Ends what runs. */
  readonly signal: AbortSignal
}

/**
 * Validates an instrument after one of its cycles, at most once in an interval. Cycles do not wait for it: what is due
 * runs beside them, one instrument after the other. What goes wrong is told and ends nothing.
 */
export class LoopValidation {
  readonly #options: LoopValidationOptions
  readonly #last = new Map<string, number>()
  #running: Promise<void> = Promise.resolve()

  constructor(options: LoopValidationOptions) {
    this.#options = options
  }

  /** Is told of everything, and acts on cycles. */
  readonly observe = (event: CollectEvent): void => {
    if (event.kind !== 'cycle' || event.report.dryRun) return
    const { instrument } = event.report
    const now = this.#options.clock.now()
    const last = this.#last.get(instrument.symbol)
    // A clock that was set back has passed nothing.
    if (last !== undefined && now >= last && now - last < this.#options.everyMs) return
    this.#last.set(instrument.symbol, now)
    this.#running = this.#running.then(() => this.#validate(instrument))
  }

  /** Waits for what runs and is due; not for long once the signal is aborted. */
  async end(): Promise<void> {
    await this.#running
  }

  async #validate(instrument: Instrument): Promise<void> {
    const { store, clock, timer, everyMs, emit, signal } = this.#options
    // Whatever else is due comes first.
    await setImmediate()
    if (signal.aborted) return
    const started = timer.now()
    const now = clock.now()
    try {
      const report = await validateQuality({ store, instrument, from: now - everyMs, to: now, now, signal })
      emit({ kind: 'validation', report, durationMs: timer.now() - started })
    } catch (error) {
      if (!signal.aborted) emit({ kind: 'validation-failed', instrument, failure: describeFailure(error) })
    }
  }
}
