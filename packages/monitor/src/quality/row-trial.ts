import type { BarSeries } from '@openpredict/market'

import type { QualityCheck } from './quality-report.ts'
import { checkOf, counted, Tally } from './tally.ts'

/** Follows what a stored row says through the bars that it is about. */
export interface RowTrial {
  /** The first instant (epoch ms) whose bars it needs. */
  readonly from: number
  /** The row's own instant, for people. */
  readonly at: number
  /** Takes bar `i`; `true` when no more are needed. */
  take(bars: BarSeries, i: number): boolean
  /**
   * What is wrong with the row; `undefined`: nothing. `end`: the instant (epoch ms) up to which there were bars; what the
   * row says of later is not judged.
   */
  verdict(end: number): string | undefined
}

/** Puts the rows of a table to trial, in one pass over the bars. */
export class RowTrials {
  /** Trials that have not begun, the latest first. */
  readonly #waiting: RowTrial[]
  readonly #count: number
  readonly #tally: Tally
  #open: RowTrial[] = []

  constructor(trials: readonly RowTrial[], keep: number) {
    this.#waiting = trials.toSorted((a, b) => b.from - a.from)
    this.#count = trials.length
    this.#tally = new Tally(keep)
  }

  /** The share of rows that agree with the bars; `undefined` when there is none. */
  get share(): number | undefined {
    return this.#count === 0 ? undefined : (this.#count - this.#tally.found) / this.#count
  }

  /** Takes the next bars. `end`: the instant up to which there are bars. */
  take(bars: BarSeries, end: number): void {
    const last = bars.time.at(-1)
    if (last === undefined) return
    const going = this.#open
    for (let next = this.#waiting.at(-1); next !== undefined && next.from <= last; next = this.#waiting.at(-1)) {
      this.#waiting.pop()
      going.push(next)
    }
    this.#open = going.filter((trial) => this.#follow(trial, bars, end))
  }

  check(id: 'events' | 'fair-value-gaps', thing: string, end: number): QualityCheck {
    for (const trial of [...this.#open, ...this.#waiting]) this.#judge(trial, end)
    this.#open = []
    this.#waiting.length = 0
    const tally = this.#tally
    const summary =
      this.#count === 0
        ? `no ${thing}`
        : tally.found > 0
          ? `${tally.found} of ${counted(this.#count, thing)} ${tally.found === 1 ? 'says' : 'say'} something else than the bars`
          : `all of ${counted(this.#count, thing)}`
    const counts = { checked: this.#count, differing: tally.found }
    return checkOf(id, tally.found > 0 ? 'failed' : 'passed', summary, { counts, tally })
  }

  /** Whether the trial goes on with later bars. */
  #follow(trial: RowTrial, bars: BarSeries, end: number): boolean {
    for (let i = bars.indexAtOrAfter(trial.from); i < bars.length; i++) {
      if (!trial.take(bars, i)) continue
      this.#judge(trial, end)
      return false
    }
    return true
  }

  #judge(trial: RowTrial, end: number): void {
    const wrong = trial.verdict(end)
    if (wrong !== undefined) this.#tally.add(trial.at, () => wrong)
  }
}
