import type { CycleReport } from './cycle-report.ts'
import type { Failure } from './failure.ts'

const MINUTE = 60_000

/** Why and until when a source is left in peace. */
export interface Hold {
  /** Epoch ms: then one instrument asks, and the others follow if it is answered. */
  readonly until: number
  /** The failure that it came from. */
  readonly failure: Failure
  /** The instrument that met it. */
  readonly symbol: string
  /** How often in a row the source has said that it is asked too often. */
  readonly refusals: number
}

/** What a cycle was allowed to start with. */
export interface Pass {
  /** Asks alone, to see whether the source answers again. */
  readonly probe: boolean
  readonly episode: number
}

/** How long a source is left in peace, in milliseconds of market time. */
export interface BreakerOptions {
  /** After the first refusal; doubles with each further one. */
  readonly intervalMs: number
  /** The longest hold that doubling leads to. @default 900_000 */
  readonly longestMs?: number
  /** The longest hold that the source itself can ask for. @default 3_600_000 */
  readonly mostMs?: number
}

/**
 * Leaves a source in peace that says so (a circuit breaker). After a cycle that was refused nobody asks for an interval
 * from its start on, or for as long as the source asked (`Retry-After`); then a single instrument asks. When it is
 * answered all may ask again; when it is refused once more, the hold is twice as long. One that hangs is waited for no
 * longer than an interval, then another one asks.
 *
 * Holds no clock and no timer: it is told what time it is.
 */
export class Breaker {
  readonly #options: Required<BreakerOptions>
  #hold: Hold | undefined
  /** Until when the one that asks alone is waited for, epoch ms. */
  #probeUntil = Number.NEGATIVE_INFINITY
  #refusals = 0
  #episode = 0

  constructor({ intervalMs, longestMs = 15 * MINUTE, mostMs = 60 * MINUTE }: BreakerOptions) {
    this.#options = { intervalMs, longestMs, mostMs }
  }

  /** The hold that lasts, also while an instrument finds out whether it is over. */
  get hold(): Hold | undefined {
    return this.#hold
  }

  /** How many milliseconds the next one has to wait. */
  waitMs(now: number): number {
    return this.#hold === undefined ? 0 : Math.max(0, this.#hold.until - now, this.#probeUntil - now)
  }

  /** Lets a cycle start; only when `waitMs` is 0. */
  enter(now: number): Pass {
    const probe = this.#hold !== undefined
    if (probe) this.#probeUntil = now + this.#options.intervalMs
    return { probe, episode: this.#episode }
  }

  /**
   * Takes in how a cycle ended, `undefined` when it was cut off. Returns whether that began, prolonged (`held`) or ended
   * (`released`) a hold.
   */
  settle(pass: Pass, report: CycleReport | undefined, now: number): 'held' | 'released' | undefined {
    if (pass.probe) this.#probeUntil = Number.NEGATIVE_INFINITY
    if (report === undefined) return undefined
    const verdict = verdictOf(report)
    if (pass.episode !== this.#episode) {
      // It was under way already when the source refused another one: no news, unless it was told a longer time.
      return verdict === 'refused' ? this.#prolong(report, now) : undefined
    }
    if (pass.probe) {
      if (verdict === 'answered') return this.#release()
      // Nobody knows yet: another one asks an interval later, still alone.
      if (verdict === 'silent') return this.#holdUntil(report.startedAt + this.#options.intervalMs, report)
    }
    if (verdict === 'refused') return this.#refused(report, now)
    if (verdict === 'answered') this.#refusals = 0
    return undefined
  }

  /** Moves the hold with a clock that was set back, by `ms` of 0 or less. */
  shift(ms: number): void {
    if (this.#hold !== undefined) this.#hold = { ...this.#hold, until: this.#hold.until + ms }
    this.#probeUntil += ms
  }

  #refused(report: CycleReport, now: number): 'held' | undefined {
    const limited = refusalOf(report)?.code === 'rate-limited'
    if (limited) this.#refusals++
    const { intervalMs, longestMs } = this.#options
    const longest = Math.max(longestMs, intervalMs)
    const own = limited ? report.startedAt + Math.min(longest, intervalMs * 2 ** (this.#refusals - 1)) : now
    const until = Math.max(own, now + this.#asked(report))
    if (until <= now && this.#hold === undefined) return undefined
    return this.#holdUntil(until, report)
  }

  #prolong(report: CycleReport, now: number): 'held' | undefined {
    const until = now + this.#asked(report)
    return this.#hold !== undefined && until > this.#hold.until ? this.#holdUntil(until, report) : undefined
  }

  #holdUntil(until: number, report: CycleReport): 'held' {
    const { instrument } = report
    const failure = refusalOf(report) ?? report.failure
    if (failure !== undefined) this.#hold = { until, failure, symbol: instrument.symbol, refusals: this.#refusals }
    this.#episode++
    return 'held'
  }

  #release(): 'released' {
    this.#hold = undefined
    this.#refusals = 0
    this.#episode++
    return 'released'
  }

  #asked(report: CycleReport): number {
    return Math.min(refusalOf(report)?.retryAfterMs ?? 0, this.#options.mostMs)
  }
}

/** Whether the source refused the cycle, answered it in any way, or was not heard of. */
function verdictOf(report: CycleReport): 'refused' | 'answered' | 'silent' {
  if (refusalOf(report) !== undefined) return 'refused'
  const { status, failedStep, failure } = report
  if (status !== 'failed' || failedStep !== 'fetch' || failure === undefined) return 'answered'
  // An unknown symbol or a malformed answer is an answer.
  return failure.category === 'network' ? 'silent' : 'answered'
}

/** What the source said when it refused the cycle's own request, or one for coarser bars or missing minutes beside it. */
function refusalOf({ status, failedStep, failure, warmUpFailure, healingFailure }: CycleReport): Failure | undefined {
  const own = status === 'failed' && failedStep === 'fetch' ? failure : undefined
  return [own, warmUpFailure, healingFailure].find(
    (said) => said !== undefined && (said.code === 'rate-limited' || said.retryAfterMs !== undefined),
  )
}
