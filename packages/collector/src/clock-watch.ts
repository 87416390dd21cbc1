import type { Clock } from '@openpredict/market'

/** How often to compare the clock with the timer, and what difference is a jump, in real milliseconds. */
const LOOK_MS = 10_000
const JUMP_MS = 1_000

/** The clock and the real time beside it. */
export interface ClockWatchOptions {
  readonly clock: Clock
  /** Real time that only moves on. */
  readonly timer: Clock
  /** How many times as fast as `timer` the clock runs. */
  readonly speed: number
}

/** The clock moved differently from time itself: it was set, or the machine slept. */
export interface ClockJump {
  /** The clock after it, epoch ms. */
  readonly at: number
  /** How far the clock moved beyond what had passed, in milliseconds; below 0 when it was set back. */
  readonly byMs: number
}

/**
 * Finds out that a clock was set or that the machine was suspended (a timer stands still meanwhile, the clock does not),
 * within ten real seconds. A clock that stands still does not jump.
 */
export class ClockWatch {
  readonly #options: ClockWatchOptions
  #clockAt: number
  #timerAt: number

  constructor(options: ClockWatchOptions) {
    this.#options = options
    this.#clockAt = options.clock.now()
    this.#timerAt = options.timer.now()
  }

  /** The jump since the last look, if there was one. */
  look(): ClockJump | undefined {
    const { clock, timer, speed } = this.#options
    const at = clock.now()
    const real = timer.now()
    const moved = at - this.#clockAt
    const byMs = Math.round(moved - (real - this.#timerAt) * speed)
    this.#clockAt = at
    this.#timerAt = real
    return moved !== 0 && Math.abs(byMs) >= JUMP_MS * Math.max(1, speed) ? { at, byMs } : undefined
  }

  /** Looks again and again until `signal` is aborted. */
  async run(signal: AbortSignal, onJump: (jump: ClockJump) => void): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.#options.timer.sleep(LOOK_MS, signal)
      } catch (error) {
        if (!signal.aborted) throw error
        return
      }
      const jump = this.look()
      if (jump !== undefined) onJump(jump)
    }
  }
}
