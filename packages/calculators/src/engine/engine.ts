import type { Bar, BarSeries, Interval } from '@openpredict/market'

import type { Calculator, CalculatorOptions } from '../calculator.ts'
import type { FairValueGapRow } from '../fair-value-gaps/row.ts'
import { FibonacciPivots } from '../fibonacci-pivots/fibonacci-pivots.ts'
import type { FibonacciPivotRow } from '../fibonacci-pivots/row.ts'
import type { HourlyBlockRow } from '../hourly-blocks/row.ts'
import { BarReader, readTogether } from '../internal/bar-reader.ts'
import { OneBar } from '../internal/one-bar.ts'
import type { LiquidityEventRow } from '../liquidity-events/row.ts'
import type { MarketStructureRow } from '../market-structure/row.ts'
import { ReferenceLevels, type ReferenceLevelsOptions } from '../reference-levels/reference-levels.ts'
import type { ReferenceLevelRow } from '../reference-levels/row.ts'
import { UncalculatedTable } from './uncalculated-table.ts'

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

/** What the engine can be told: what goes for all calculators, and what goes for one. */
export interface EngineOptions extends CalculatorOptions {
  readonly referenceLevels?: Omit<ReferenceLevelsOptions, keyof CalculatorOptions>
}

/** The six calculators, run together over the same bars. */
export interface Engine {
  /**
   * The six, one a table, each able to go on by itself: `engine.calculators[0].feed(bars)`. Whoever feeds them one by one
   * gives all of them the same bars.
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

  /** The rows of each table that hold now. */
  current(): RowsByTable
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
 * ```
 */
export function createEngine(options: EngineOptions = {}): Engine {
  const { referenceLevels, ...common } = options
  const levels = new ReferenceLevels({ ...common, ...referenceLevels })
  const pivots = new FibonacciPivots(common)
  const liquidity = new UncalculatedTable<LiquidityEventRow>('liquidity_events', common)
  const gaps = new UncalculatedTable<FairValueGapRow>('fvg', common)
  const blocks = new UncalculatedTable<HourlyBlockRow>('hourly_blocks', common)
  const structure = new UncalculatedTable<MarketStructureRow>('market_structure', common)
  const calculators = [levels, pivots, liquidity, gaps, blocks, structure] as const
  const one = new OneBar()

  return {
    calculators,
    get asOf() {
      const reached = Math.min(...calculators.map(({ asOf = Number.NEGATIVE_INFINITY }) => asOf))
      return Number.isFinite(reached) ? reached : undefined
    },
    next(bar) {
      BarReader.read(calculators, one.set(bar), 0, 1, BarReader.countOf(levels))
    },
    feed(bars, from, to) {
      readTogether(calculators, bars, from, to)
    },
    warmUp(bars, interval) {
      for (const calculator of calculators) calculator.warmUp(bars, interval)
    },
    advanceTo(asOf) {
      BarReader.advance(calculators, asOf)
    },
    takeChanges() {
      return {
        reference_levels: levels.takeChanges(),
        fibonacci_pivots: pivots.takeChanges(),
        liquidity_events: liquidity.takeChanges(),
        fvg: gaps.takeChanges(),
        hourly_blocks: blocks.takeChanges(),
        market_structure: structure.takeChanges(),
      }
    },
    current() {
      return {
        reference_levels: levels.current(),
        fibonacci_pivots: pivots.current(),
        liquidity_events: liquidity.current(),
        fvg: gaps.current(),
        hourly_blocks: blocks.current(),
        market_structure: structure.current(),
      }
    },
  }
}
