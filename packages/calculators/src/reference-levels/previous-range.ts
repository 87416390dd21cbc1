import { PeriodRange } from '../internal/period-range.ts'
import type { Range } from '../internal/range.ts'
import { round } from '../internal/round.ts'
import { type FirstBar, type LevelTracker, NO_ROWS } from './level-tracker.ts'
import type { LevelType, PreviousDefinition } from './level-types.ts'
import type { ReferenceLevelRow } from './row.ts'

/** The high and low of the latest earlier trading day or week that had bars. */
export class PreviousRange implements LevelTracker {
  readonly #definition: PreviousDefinition
  readonly #decimals: number
  /** The trading day or week that the last bar lies in. */
  readonly running: PeriodRange
  current: readonly ReferenceLevelRow[] = NO_ROWS

  constructor(definition: PreviousDefinition, decimals: number) {
    this.#definition = definition
    this.#decimals = decimals
    this.running = new PeriodRange(definition.periodOf)
  }

  get until(): number {
    return this.running.end
  }

  turn({ time, close, lastClose, historyStart }: FirstBar): readonly ReferenceLevelRow[] {
    const previous = this.running
    const ended = previous.known ? this.rows(lastClose) : NO_ROWS
    if (previous.known) {
      const { high, low } = previous.range
      this.current = [
        this.#row(this.#definition.high, high, close), //
        this.#row(this.#definition.low, low, close),
      ]
    }
    previous.begin(time, historyStart)
    return ended
  }

  extend(range: Range): void {
    this.running.range.include(range)
  }

  rows(timestamp: number): readonly ReferenceLevelRow[] {
    return this.current.map((row) => ({ ...row, timestamp }))
  }

  /** `close`: that of the first bar after the previous period, which is how we know that the period is over. */
  #row(level_type: LevelType, price: number, close: number): ReferenceLevelRow {
    return {
      level_type,
      period_start: this.running.start,
      price: round(price, this.#decimals),
      period_end: this.running.end,
      complete: true,
      timestamp: close,
      confirmed_at: close,
    }
  }
}
