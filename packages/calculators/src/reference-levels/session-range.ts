import { lastNewYorkStretch, newYorkDay } from '../internal/periods.ts'
import { Range } from '../internal/range.ts'
import { round } from '../internal/round.ts'
import { type FirstBar, type LevelTracker, NO_ROWS } from './level-tracker.ts'
import type { LevelType, SessionDefinition } from './level-types.ts'
import type { ReferenceLevelRow } from './row.ts'

/** The high and low of a session: those of the latest one that had a bar, while it runs and until the next begins. */
export class SessionRange implements LevelTracker {
  readonly #definition: SessionDefinition
  readonly #decimals: number
  readonly range: Range = new Range()
  start: number = Number.NaN
  end: number = Number.NEGATIVE_INFINITY
  until: number = Number.NEGATIVE_INFINITY
  /** Whether the bars before `until` lie in the session, and the session in history. */
  isRunning = false

  constructor(definition: SessionDefinition, decimals: number) {
    this.#definition = definition
    this.#decimals = decimals
  }

  turn({ time, lastClose, historyStart }: FirstBar): readonly ReferenceLevelRow[] {
    const { opens, closes } = this.#definition
    const { start, end } = lastNewYorkStretch(time, opens, closes)
    const isInside = time < end
    this.until = isInside ? end : newYorkDay(time, opens).end
    this.isRunning = isInside && historyStart <= start
    if (!this.isRunning) return NO_ROWS
    const ended = this.rows(lastClose, start)
    this.start = start
    this.end = end
    this.range.clear()
    return ended
  }

  extend(range: Range): void {
    if (this.isRunning) this.range.include(range)
  }

  rows(timestamp: number, asOf: number): readonly ReferenceLevelRow[] {
    if (Number.isNaN(this.start)) return NO_ROWS
    const complete = asOf >= this.end
    const row = (level_type: LevelType, price: number): ReferenceLevelRow => ({
      level_type,
      period_start: this.start,
      price: round(price, this.#decimals),
      period_end: this.end,
      complete,
      timestamp,
      confirmed_at: complete ? this.end : null,
    })
    return [row(this.#definition.high, this.range.high), row(this.#definition.low, this.range.low)]
  }
}
