import { round } from '../internal/round.ts'
import { type FirstBar, type LevelTracker, NO_ROWS } from './level-tracker.ts'
import type { OpenDefinition } from './level-types.ts'
import type { ReferenceLevelRow } from './row.ts'

/** The open of a period: the price at which its first bar opened. */
export class OpenLevel implements LevelTracker {
  readonly #definition: OpenDefinition
  readonly #tolerance: number
  readonly #decimals: number
  row: ReferenceLevelRow | null = null
  until: number = Number.NEGATIVE_INFINITY

  /** `tolerance`: how long after its period's start the first bar of a punctual level may open, in milliseconds. */
  constructor(definition: OpenDefinition, tolerance: number, decimals: number) {
    this.#definition = definition
    this.#tolerance = definition.punctual ? tolerance : Number.POSITIVE_INFINITY
    this.#decimals = decimals
  }

  turn({ time, open, close, lastClose, historyStart }: FirstBar): readonly ReferenceLevelRow[] {
    const { start, end } = this.#definition.periodOf(time)
    this.until = end
    // A period without a row is skipped: the level before it stays current.
    if (historyStart > start || time - start > this.#tolerance) return NO_ROWS
    const ended = this.rows(lastClose)
    this.row = {
      level_type: this.#definition.type,
      period_start: start,
      price: round(open, this.#decimals),
      period_end: end,
      complete: true,
      timestamp: close,
      confirmed_at: close,
    }
    return ended
  }

  /** An open is final with its first bar. */
  extend(): void {}

  rows(timestamp: number): readonly ReferenceLevelRow[] {
    return this.row ? [{ ...this.row, timestamp }] : NO_ROWS
  }
}
