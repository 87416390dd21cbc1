import { drawFairValueGaps } from './draw-fair-value-gaps.ts'
import { drawFibonacciPivots } from './draw-fibonacci-pivots.ts'
import { drawHourlyBlocks } from './draw-hourly-blocks.ts'
import { drawLiquidityEvents } from './draw-liquidity-events.ts'
import { drawMarketStructure } from './draw-market-structure.ts'
import { drawReferenceLevels } from './draw-reference-levels.ts'

/** The pictures of `docs/pictures`, by the page of `docs/concepts` that shows them. */
export const PICTURES: Readonly<Record<string, () => string>> = {
  'fair-value-gaps': drawFairValueGaps,
  'fibonacci-pivots': drawFibonacciPivots,
  'hourly-blocks': drawHourlyBlocks,
  'liquidity-events': drawLiquidityEvents,
  'market-structure': drawMarketStructure,
  'reference-levels': drawReferenceLevels,
}
