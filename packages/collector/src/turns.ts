import type { Clock } from '@openpredict/market'

import { Breaker, type Hold, type Pass } from './breaker.ts'
import type { CycleReport } from './cycle-report.ts'

/** The part of an interval within which every instrument gets its turn, whatever the others do. */
const SPREAD = 0.75
/** The longest pause between two starts, in milliseconds. */
const GAP_MS = 500

/** Leave to run one cycle. */
export interface Turn {
  /** Says that the cycle has ended, and how; nothing when it was cut off. */
  end(report?: CycleReport): void
}

/** Times in milliseconds of the clock. */
export interface TurnsOptions {
  readonly clock: Clock
  /** How many instruments take turns. */
  readonly instruments: number
  /** How many cycles run at once as a rule. */
  readonly concurrency: number
  readonly intervalMs: number
  /** The longest that a cycle that hangs takes. */
  readonly deadlineMs: number
  readonly onHold?: ((hold: Hold) => void) | undefined
  readonly onRelease?: (() => void) | undefined
}

/**
 * Lets cycles of several instruments start, first come, first served: only so many at once, never all in the same
 * second, and none while the source is to be left in peace.
 *
 * However many hang, three quarters of an interval suffice for every instrument: a cycle keeps its place for
 * `¾ · interval · concurrency / instruments` and goes on without one afterwards, so that the next can start. As many as
 * can hang together, `instruments · deadline / (¾ · interval)`, may run beside the regular ones.
 */
export class Turns {
  readonly #clock: Clock
  readonly #options: TurnsOptions
  readonly #breaker: Breaker
  readonly #gapMs: number
  readonly #keepMs: number
  readonly #most: number
  readonly #over = new AbortController()
  readonly #queue: ((turn: Turn | undefined) => void)[] = []
  /** Cycles that run, and those of them that still have a place. */
  #running = 0
  #placed = 0
  #isGap = false
  #alarm: AbortController | undefined

  constructor(options: TurnsOptions) {
    const { clock, instruments, concurrency, intervalMs, deadlineMs } = options
    const spread = SPREAD * intervalMs
    this.#clock = clock
    this.#options = options
    this.#breaker = new Breaker({ intervalMs })
    this.#gapMs = instruments === 1 ? 0 : Math.min(GAP_MS, spread / instruments)
    this.#keepMs = instruments <= concurrency ? Number.POSITIVE_INFINITY : (spread * concurrency) / instruments
    this.#most = concurrency + Math.ceil((instruments * deadlineMs) / spread)
  }

  /** Waits for a turn; `undefined` when there are no more. */
  async take(): Promise<Turn | undefined> {
    if (this.#over.signal.aborted) return undefined
    return await new Promise((resolve) => {
      this.#queue.push(resolve)
      this.#serve()
    })
  }

  /** Looks at the clock again, which has been set forward. */
  lookAgain(): void {
    this.#serve()
  }

  /** Moves what is waited for with a clock that was set back, by `ms` of 0 or less. */
  shift(ms: number): void {
    this.#breaker.shift(ms)
    this.#serve()
  }

  /** Gives no turns any more. */
  end(): void {
    this.#over.abort()
    this.#alarm?.abort()
    for (const leave of this.#queue.splice(0)) leave(undefined)
  }

  #serve(): void {
    this.#alarm?.abort()
    this.#alarm = undefined
    while (this.#queue.length > 0) {
      // Whatever makes room or ends the pause calls again.
      if (this.#isGap || this.#placed >= this.#options.concurrency || this.#running >= this.#most) return
      const wait = this.#breaker.waitMs(this.#clock.now())
      if (wait > 0) {
        this.#alarm = new AbortController()
        this.#after(wait, this.#alarm.signal, () => this.#serve())
        return
      }
      const start = this.#queue.shift()
      start?.(this.#start())
    }
  }

  #start(): Turn {
    const pass = this.#breaker.enter(this.#clock.now())
    this.#running++
    this.#placed++
    const over = new AbortController()
    let hasPlace = true
    const giveUpPlace = (): void => {
      if (hasPlace) this.#placed--
      hasPlace = false
    }
    if (this.#keepMs < Number.POSITIVE_INFINITY) {
      this.#after(this.#keepMs, over.signal, () => {
        giveUpPlace()
        this.#serve()
      })
    }
    if (this.#gapMs > 0) {
      this.#isGap = true
      this.#after(this.#gapMs, this.#over.signal, () => {
        this.#isGap = false
        this.#serve()
      })
    }
    return {
      end: (report) => {
        over.abort()
        giveUpPlace()
        this.#running--
        this.#settle(pass, report)
        this.#serve()
      },
    }
  }

  #settle(pass: Pass, report: CycleReport | undefined): void {
    const news = this.#breaker.settle(pass, report, this.#clock.now())
    const { hold } = this.#breaker
    if (news === 'held' && hold !== undefined) this.#options.onHold?.(hold)
    if (news === 'released') this.#options.onRelease?.()
  }

  #after(ms: number, signal: AbortSignal, work: () => void): void {
    this.#clock.sleep(ms, signal).then(work, () => undefined)
  }
}
