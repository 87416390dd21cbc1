import type { LevelType } from './level-types.ts'

/**
 * A row of `reference_levels`: one level of one period. Instants are epoch ms; the price is in points, rounded to the
 * instrument's decimals.
 */
export interface ReferenceLevelRow {
  readonly level_type: LevelType
  readonly period_start: number
  readonly price: number
  readonly period_end: number
  /** Whether the price is final: false only for the high and low of a session that is still running. */
  readonly complete: boolean
  /** The close of the last bar for which the level was current. */
  readonly timestamp: number
  /** The earliest asOf at which the final price can be known; null until then. */
  readonly confirmed_at: number | null
}
