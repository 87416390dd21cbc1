import {
  type Calculator,
  type FibonacciPivotRow,
  FibonacciPivots,
  type ReferenceLevelRow,
  ReferenceLevels,
} from '@openpredict/calculators'
import type { BarSeries, Instrument } from '@openpredict/market'

/** The length of the bars that levels are warmed up with. */
export const WARM_UP_INTERVAL = '5m'

/** The levels and pivots that bars give, by one calculation over all of them. */
export class ExpectedLevels {
  readonly #levels: Calculator<ReferenceLevelRow>
  readonly #pivots: Calculator<FibonacciPivotRow>
  readonly #from: number
  readonly levels: ReferenceLevelRow[] = []
  readonly pivots: FibonacciPivotRow[] = []

  /**
   * `from`: levels that were replaced before are not of interest. `historyStart`: the instant from which no bar is missing
   * in what will be taken; `undefined`: from the first bar.
   */
  constructor(instrument: Instrument, from: number, historyStart: number | undefined) {
    const options = historyStart === undefined ? { instrument } : { instrument, historyStart }
    this.#levels = new ReferenceLevels(options)
    this.#pivots = new FibonacciPivots(options)
    this.#from = from
  }

  /** Takes coarser bars from before the first minute. */
  warmUp(bars: BarSeries): void {
    if (bars.length === 0) return
    this.#levels.warmUp(bars, WARM_UP_INTERVAL)
    this.#pivots.warmUp(bars, WARM_UP_INTERVAL)
  }

  /** Takes the next bars. */
  take(bars: BarSeries): void {
    if (bars.length === 0) return
    this.#levels.feed(bars)
    this.#pivots.feed(bars)
    this.#keep(this.#levels.takeFinished(), this.#pivots.takeFinished())
  }

  /** No bar is to come any more. */
  end(): void {
    this.#keep(this.#levels.takeChanges(), this.#pivots.takeChanges())
  }

  #keep(levels: readonly ReferenceLevelRow[], pivots: readonly FibonacciPivotRow[]): void {
    // Its timestamp is the close of the last bar for which a level was current.
    for (const row of levels) if (row.timestamp > this.#from) this.levels.push(row)
    for (const row of pivots) if (row.timestamp > this.#from) this.pivots.push(row)
  }
}
