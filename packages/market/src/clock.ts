/**
 * Where time comes from. Everything that needs "now" or waits takes one of these; only the command line makes the
 * real one.
 */
export interface Clock {
  /** Epoch milliseconds UTC. */
  now(): number
  /**
   * Resolves when at least `ms` of this clock's time have passed, at once when `ms` is 0 or less; rejects with the
   * signal's reason as soon as it is aborted.
   */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

/**
 * A clock that starts at `start` and runs `speed` times as fast as `base`.
 *
 * `speed` 60 makes an hour of market time pass in a minute. Throws a `RangeError` when it is not a number above 0.
 *
 * @example
 * ```ts
 * const base = createManualClock(0)
 * const fast = createScaledClock(base, { start: 1_000_000, speed: 60 })
 * base.advance(1_000)
 * fast.now() // => 1060000
 * ```
 */
export function createScaledClock(base: Clock, options: { readonly start: number; readonly speed: number }): Clock {
  const { start, speed } = options
  if (!(speed > 0 && Number.isFinite(speed))) throw new RangeError(`speed ${speed}: expected a number above 0`)
  const origin = base.now()
  return {
    now: () => Math.floor(start + (base.now() - origin) * speed),
    // Timers take whole milliseconds and cut what is beyond them; a part of one is many at high speed.
    sleep: (ms, signal) => base.sleep(Math.ceil(ms / speed), signal),
  }
}

/** A clock that stands still until it is told to move. */
export interface ManualClock extends Clock {
  /**
   * Moves time on by `ms` and then wakes, in order of their due times, the sleepers that are due; all of them see the
   * new time. Throws a `RangeError` when `ms` is not a number of 0 or more.
   */
  advance(ms: number): void
  /** How many sleepers wait. */
  readonly sleepers: number
}

/**
 * A clock for tests and simulations, standing at `start` (epoch ms).
 *
 * @example
 * ```ts
 * const clock = createManualClock(0)
 * const woken = clock.sleep(500)
 * clock.advance(500)
 * await woken
 * clock.now() // => 500
 * ```
 */
export function createManualClock(start: number): ManualClock {
  let now = start
  const waiting = new Set<{ readonly due: number; readonly wake: () => void }>()
  return {
    now: () => now,
    get sleepers() {
      return waiting.size
    },
    sleep(ms, signal) {
      return new Promise((resolve, reject) => {
        if (signal?.aborted) {
          reject(signal.reason as Error)
          return
        }
        if (!(ms > 0)) {
          resolve()
          return
        }
        const sleeper = {
          due: now + ms,
          wake: () => {
            waiting.delete(sleeper)
            signal?.removeEventListener('abort', abort)
            resolve()
          },
        }
        const abort = (): void => {
          waiting.delete(sleeper)
          reject(signal?.reason as Error)
        }
        signal?.addEventListener('abort', abort)
        waiting.add(sleeper)
      })
    },
    advance(ms) {
      if (!(ms >= 0)) throw new RangeError(`advance by ${ms} ms: expected a number of 0 or more`)
      now += ms
      const due = [...waiting].filter((sleeper) => sleeper.due <= now).toSorted((a, b) => a.due - b.due)
      for (const sleeper of due) sleeper.wake()
    },
  }
}
