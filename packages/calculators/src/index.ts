export {
  type Calculator,
  type CalculatorOptions,
  FEATURE_TABLES,
  type FeatureTable,
  type HistoryOptions,
} from './calculator.ts'
export { Candles, candles, type CandlesOptions } from './candles/candles.ts'
export { candlePeriod, type Timeframe, TIMEFRAME_MS } from './candles/timeframe.ts'
export { createEngine, type Engine, type EngineOptions, type Revision } from './engine/engine.ts'
export type { FeatureRows, RowsByTable } from './engine/feature-rows.ts'
export { CalculatorError, type CalculatorFailure } from './errors.ts'
export { compareExchange, EXCHANGE, type ExchangeRow, type ExchangeTable, toExchange } from './exchange/exchange.ts'
export { FairValueGaps, fairValueGaps, type FairValueGapsOptions } from './fair-value-gaps/fair-value-gaps.ts'
export type { FairValueGapRow } from './fair-value-gaps/row.ts'
export { fibonacciLevels, PIVOT_LEVELS, type PivotLevel } from './fibonacci-pivots/fibonacci-levels.ts'
export { FibonacciPivots, fibonacciPivots, type FibonacciPivotsOptions } from './fibonacci-pivots/fibonacci-pivots.ts'
export type { FibonacciPivotRow } from './fibonacci-pivots/row.ts'
export { HourlyBlocks, hourlyBlocks, type HourlyBlocksOptions } from './hourly-blocks/hourly-blocks.ts'
export type { HourlyBlockRow } from './hourly-blocks/row.ts'
export type { CalculatorSnapshot } from './internal/snapshot.ts'
export { LiquidityEvents, liquidityEvents, type LiquidityEventsOptions } from './liquidity-events/liquidity-events.ts'
export type { HoldBonus } from './liquidity-events/liquidity-rules.ts'
export type { LiquidityEventRow, PoolType } from './liquidity-events/row.ts'
export { MarketStructure, marketStructure, type MarketStructureOptions } from './market-structure/market-structure.ts'
export type { MarketStructureRow } from './market-structure/row.ts'
export { LEVEL_TYPES, type LevelType } from './reference-levels/level-types.ts'
export { ReferenceLevels, referenceLevels, type ReferenceLevelsOptions } from './reference-levels/reference-levels.ts'
export type { ReferenceLevelRow } from './reference-levels/row.ts'
export { type Swing, swings, type SwingsOptions } from './swings/swings.ts'
