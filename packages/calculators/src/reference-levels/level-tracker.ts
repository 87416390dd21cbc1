import type { Range } from '../internal/range.ts'
import type { ReferenceLevelRow } from './row.ts'

/** The first bar at or after an instant at which a period begins or ends, and what is known when it closes. */
export interface FirstBar {
  readonly time: number
  readonly open: number
  readonly close: number
  /** The close of the bar before: the last for which the levels so far were current. */
  readonly lastClose: number
  readonly historyStart: number
}

/** Follows the levels of one kind: those that share their periods. */
export interface LevelTracker {
  /** The instant before which no bar begins or ends a period here. */
  readonly until: number
  /** Takes the first bar at or after `until`, and gives the rows that it ends, final. Moves `until` on. */
  turn(first: FirstBar): readonly ReferenceLevelRow[]
  /** Takes the range of bars before `until`, the first bar included. */
  extend(range: Range): void
  /** The rows that are current; `timestamp` is the close of the last bar. */
  rows(timestamp: number, asOf: number): readonly ReferenceLevelRow[]
}

export const NO_ROWS: readonly ReferenceLevelRow[] = []
