import type { FairValueGapRow } from '../fair-value-gaps/row.ts'
import type { FibonacciPivotRow } from '../fibonacci-pivots/row.ts'
import type { HourlyBlockRow } from '../hourly-blocks/row.ts'
import type { LiquidityEventRow } from '../liquidity-events/row.ts'
import type { MarketStructureRow } from '../market-structure/row.ts'
import type { ReferenceLevelRow } from '../reference-levels/row.ts'

/** The rows of each feature table. */
export interface FeatureRows {
  readonly reference_levels: ReferenceLevelRow
  readonly fibonacci_pivots: FibonacciPivotRow
  readonly liquidity_events: LiquidityEventRow
  readonly fvg: FairValueGapRow
  readonly hourly_blocks: HourlyBlockRow
  readonly market_structure: MarketStructureRow
}

/** Rows by table. */
export type RowsByTable = { readonly [Table in keyof FeatureRows]: readonly FeatureRows[Table][] }
