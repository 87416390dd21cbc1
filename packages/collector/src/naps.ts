import type { Clock } from '@openpredict/market'

/** Waits for instants of a clock that may be set while they last. */
export class Naps {
  readonly #clock: Clock
  readonly #naps = new Set<AbortController>()
  #over = false

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /**
   * Waits until the clock shows `at`, but never longer than it was to be when the wait began: a clock that is set back
   * meanwhile prolongs nothing. Returns early once `end` was called.
   */
  async until(at: number): Promise<void> {
    for (let left = at - this.#clock.now(); left > 0 && !this.#over; left = at - this.#clock.now()) {
      const nap = new AbortController()
      this.#naps.add(nap)
      try {
        await this.#clock.sleep(left, nap.signal)
        return
      } catch (error) {
        if (!nap.signal.aborted) throw error
      } finally {
        this.#naps.delete(nap)
      }
    }
  }

  /** Makes all look at the clock again, which has been set forward. */
  lookAgain(): void {
    for (const nap of this.#naps) nap.abort()
  }

  end(): void {
    this.#over = true
    this.lookAgain()
  }
}
