import type { Bar, BarSeries, Interval } from '@openpredict/market'

import type { Calculator, CalculatorOptions } from '../calculator.ts'
import type { FairValueGapsOptions } from '../fair-value-gaps/fair-value-gaps.ts'
import type { FairValueGapRow } from '../fair-value-gaps/row.ts'
import type { FibonacciPivotRow } from '../fibonacci-pivots/row.ts'
import type { HourlyBlocksOptions } from '../hourly-blocks/hourly-blocks.ts'
import type { HourlyBlockRow } from '../hourly-blocks/row.ts'
import type { CalculatorSnapshot } from '../internal/snapshot.ts'
import type { LiquidityEventsOptions } from '../liquidity-events/liquidity-events.ts'
import type { LiquidityEventRow } from '../liquidity-events/row.ts'
import type { MarketStructureOptions } from '../market-structure/market-structure.ts'
import type { MarketStructureRow } from '../market-structure/row.ts'
import type { ReferenceLevelsOptions } from '../reference-levels/reference-levels.ts'
import type { ReferenceLevelRow } from '../reference-levels/row.ts'
import type { RowsByTable } from './feature-rows.ts'
import { SixCalculators } from './six-calculators.ts'

/** What the engine can be told: what goes for all calculators, and what goes for one. */
export interface EngineOptions extends CalculatorOptions {
  readonly referenceLevels?: Omit<ReferenceLevelsOptions, keyof CalculatorOptions>
  readonly liquidityEvents?: Omit<LiquidityEventsOptions, keyof CalculatorOptions>
  readonly fairValueGaps?: Omit<FairValueGapsOptions, keyof CalculatorOptions>
  readonly hourlyBlocks?: Omit<HourlyBlocksOptions, keyof CalculatorOptions>
  readonly marketStructure?: Omit<MarketStructureOptions, keyof CalculatorOptions>
  /**
   * How many of the last bars can be revised; they are kept in memory, 48 bytes each. 0 for none.
   *
   * @default 50_000, more than the 29 days for which Yahoo still changes or completes 1-minute bars
   */
  readonly revisable?: number
}

/** What a revision changed of the rows that had been handed over. A row with new values is in both, old and new. */
export interface Revision {
  readonly gone: RowsByTable
  readonly come: RowsByTable
}

/** The six calculators, run together over the same bars. */
export interface Engine {
  /**
   * The six, one a table, each able to go on by itself: `engine.calculators[0].feed(bars)`. Whoever feeds them one by one
   * gives all of them the same bars. Bars from before that, or from before rows were taken from one of them, can not be
   * revised any more.
   */
  readonly calculators: readonly [
    Calculator<ReferenceLevelRow>,
    Calculator<FibonacciPivotRow>,
    Calculator<LiquidityEventRow>,
    Calculator<FairValueGapRow>,
    Calculator<HourlyBlockRow>,
    Calculator<MarketStructureRow>,
  ]

  /** The instant (epoch ms) that all six have reached; `undefined` before the first bar. */
  readonly asOf: number | undefined

  /** Gives one closed bar to all six; a bar that cannot be is refused before any takes it. See `Calculator.next`. */
  next(bar: Bar): void

  /** Gives closed bars to all six; checked once, and refused before any takes one. See `Calculator.feed`. */
  feed(bars: BarSeries | readonly Bar[], from?: number, to?: number): void

  /** Gives bars of another length to all six. See `Calculator.warmUp`. */
  warmUp(bars: BarSeries | readonly Bar[], interval: Interval): void

  /** Moves the clock of all six. See `Calculator.advanceTo`. */
  advanceTo(asOf: number): void

  /** The rows of each table that were created or changed since the last call. See `Calculator.takeChanges`. */
  takeChanges(): RowsByTable

  /** The rows of each table that can never change again and were not handed over yet. See `Calculator.takeFinished`. */
  takeFinished(): RowsByTable

  /** The rows of each table that hold now. */
  current(): RowsByTable

  /** The rows that a forming bar would create or change if it closed as it stands. See `Calculator.peek`. */
  peek(bar: Bar): RowsByTable

  /**
   * Takes in what the source says now of bars that had closed: others in their place, or bars that were missing.
   * Afterwards all is as if the bars had always been so. Costs what taking the bars from there on again costs, twice.
   *
   * Given is what becomes of rows that were handed over: `takeChanges` goes on with those that were not, corrected.
   *
   * Throws a `CalculatorError` of kind `revision` for a bar that has not closed by `asOf` (feed it) or that lies before the
   * bars that are kept (`revisable`), and of kind `bar` or `order` for one that cannot be; nothing has changed then.
   */
  revise(bars: Bar | readonly Bar[]): Revision

  /** The whole state as plain JSON, with the bars that can be revised and rows that were not taken yet. */
  snapshot(): CalculatorSnapshot

  /** Goes on from a snapshot of an engine with the same options. See `Calculator.restore`. */
  restore(snapshot: CalculatorSnapshot): void
}

/**
 * Makes an engine: one pass over the bars for all six calculators.
 *
 * Throws a `CalculatorError` of kind `option` for an option that cannot be.
 *
 * @example
 * ```ts
 * const engine = createEngine({ instrument: instrumentOf('ES=F') })
 * const time = parseInstant('2024-07-01T14:00:00Z')
 * engine.next({ time, open: 5500, high: 5501, low: 5499.5, close: 5500.25, volume: 310 })
 * const { reference_levels } = engine.takeChanges()
 * reference_levels.map(({ level_type }) => level_type) // => ['4H_OPEN', '1H_OPEN']
 * engine.asOf === time + 60_000 // => true
 *
 * // The source changes its mind.
 * const { gone, come } = engine.revise({ time, open: 5499, high: 5501, low: 5499, close: 5500.25, volume: 310 })
 * gone.reference_levels.map(({ level_type, price }) => `${level_type} ${price}`) // => ['4H_OPEN 5500', '1H_OPEN 5500']
 * come.reference_levels.map(({ level_type, price }) => `${level_type} ${price}`) // => ['4H_OPEN 5499', '1H_OPEN 5499']
 *
 * // After a restart.
 * const kept = JSON.stringify(engine.snapshot())
 * const restarted = createEngine({ instrument: instrumentOf('ES=F') })
 * restarted.restore(JSON.parse(kept))
 * restarted.asOf === engine.asOf // => true
 * ```
 */
export function createEngine(options: EngineOptions = {}): Engine {
  return new SixCalculators(options)
}
