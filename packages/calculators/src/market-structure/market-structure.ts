import type { Bar, BarSeries } from '@openpredict/market'

import type { CalculatorOptions, HistoryOptions } from '../calculator.ts'
import { chosenTimeframes, type Timeframe } from '../candles/timeframe.ts'
import { checkOptions, numbersByName, requireNumber, requireOption } from '../internal/checked-options.ts'
import { usualDistance } from '../internal/distances.ts'
import { historyOf } from '../internal/history.ts'
import { RowCalculator } from '../internal/row-calculator.ts'
import { requireSwingLength } from '../swings/swing-detector.ts'
import type { MarketStructureRow } from './row.ts'
import { StructureTracker } from './structure-tracker.ts'

/** What market structure can be told. */
export interface MarketStructureOptions extends CalculatorOptions {
  /**
   * The candles in which structure is followed, each on its own; each must be a whole multiple of `interval`.
   *
   * @default ['15m', '1H', '4H'] (those that bars make up)
   */
  readonly timeframes?: readonly Timeframe[]
  /**
   * What breaks a swing: a candle's close beyond it, or its high or low.
   *
   * @default 'close'
   */
  readonly breakBy?: 'close' | 'wick'
  /**
   * How many candles on each side a swing stands out from.
   *
   * @default 2
   */
  readonly swingLength?: number
  /**
   * From how many points on the body of a breaking 15-minute candle is strong; in other timeframes times the square root
   * of their length in quarters of an hour.
   *
   * @default 20 for NQ, in proportion for other instruments
   */
  readonly strongDisplacement?: number
  /**
   * The same for moderate.
   *
   * @default 10 for NQ, in proportion for other instruments
   */
  readonly moderateDisplacement?: number
  /**
   * How much a break weighs, by timeframe.
   *
   * @default { '1m': 1, '5m': 1, '15m': 1, '1H': 2, '4H': 3 }
   */
  readonly breakWeights?: Partial<Readonly<Record<Timeframe, number>>>
}

const USUAL_TIMEFRAMES = ['15m', '1H', '4H'] as const
/** Minor, intermediate and major structure. */
const USUAL_WEIGHTS = { '1m': 1, '5m': 1, '15m': 1, '1H': 2, '4H': 3 } as const

/**
 * Market structure: the breaks of swing highs and lows that make a trend (`BOS`, break of structure) or turn it (`CHOCH`,
 * change of character).
 *
 * A candle that closes beyond the latest unbroken swing breaks it, once. See docs/concepts/market-structure.md.
 *
 * Throws a `CalculatorError` of kind `option` for an option that cannot be.
 *
 * @example
 * ```ts
 * const structure = new MarketStructure({ timeframes: ['1m'] })
 * const time = parseInstant('2024-07-01T14:00:00Z')
 * const closes = [100, 101, 104, 102, 101, 105]
 * for (const [minute, close] of closes.entries()) {
 *   structure.next({ time: time + minute * 60_000, open: close, high: close + 1, low: close - 1, close, volume: 1 })
 * }
 * structure.current().map(({ break_type, direction, level }) => [break_type, direction, level]) // => []
 * structure.next({ time: time + 6 * 60_000, open: 105, high: 107, low: 104, close: 106, volume: 1 })
 * structure.current().map(({ break_type, direction, level }) => [break_type, direction, level]) // => [['BOS', 'BULLISH', 105]]
 * ```
 */
export class MarketStructure extends RowCalculator<MarketStructureRow> {
  readonly table = 'market_structure'
  readonly #trackers: readonly StructureTracker[]

  constructor(options: MarketStructureOptions = {}) {
    const checked = checkOptions(options)
    const { instrument, decimals, interval } = checked
    const {
      breakBy = 'close',
      swingLength = 2,
      strongDisplacement = usualDistance(20, instrument),
      moderateDisplacement = usualDistance(10, instrument),
    } = options
    requireOption(breakBy === 'close' || breakBy === 'wick', 'breakBy', breakBy, 'close or wick')
    requireSwingLength(swingLength)
    requireNumber('strongDisplacement', strongDisplacement, 0, 'points')
    requireNumber('moderateDisplacement', moderateDisplacement, 0, 'points')
    const breakWeights = numbersByName('breakWeights', USUAL_WEIGHTS, options.breakWeights)
    const timeframes = chosenTimeframes(options.timeframes, USUAL_TIMEFRAMES, interval)
    const rules = { breakBy, swingLength, strongDisplacement, moderateDisplacement }
    super(checked, { timeframes, ...rules, breakWeights })
    const finish = (row: MarketStructureRow): void => this.finish(row)
    this.#trackers = timeframes.map(
      (timeframe) =>
        new StructureTracker(timeframe, { ...rules, breakWeight: breakWeights[timeframe], decimals, finish }),
    )
  }

  /** The latest break of each timeframe. */
  current(): MarketStructureRow[] {
    return this.#trackers.flatMap(({ latest }) => (latest === null ? [] : [{ ...latest }]))
  }

  override advanceTo(asOf: number): void {
    super.advanceTo(asOf)
    for (const tracker of this.#trackers) tracker.closeBy(asOf, this.position)
  }

  protected override parts(): Readonly<Record<string, object>> {
    return Object.fromEntries(this.#trackers.map((tracker) => [tracker.timeframe, tracker]))
  }

  /** A break is final as soon as it is there. */
  protected override live(): MarketStructureRow[] {
    return []
  }

  protected override takeLiveChanges(): MarketStructureRow[] {
    return []
  }

  protected override take(bars: BarSeries, from: number, to: number): void {
    for (const tracker of this.#trackers) tracker.read(bars, from, to, this.position)
  }
}

/**
 * Every break of structure of a whole history, in the order of the breaking candles. Otherwise as `MarketStructure`.
 *
 * @example
 * ```ts
 * const time = parseInstant('2024-07-01T14:00:00Z')
 * const bars = [100, 101, 104, 102, 101, 105, 106].map((price, minute) => {
 *   return { time: time + minute * 60_000, open: price, high: price + 1, low: price - 1, close: price, volume: 1 }
 * })
 * marketStructure(bars, { timeframes: ['1m'] }).map(({ break_type, level }) => `${break_type} ${level}`) // => ['BOS 105']
 * ```
 */
export function marketStructure(
  bars: BarSeries | readonly Bar[],
  options: MarketStructureOptions & HistoryOptions = {},
): MarketStructureRow[] {
  return historyOf(new MarketStructure(options), bars, options).toSorted((a, b) => a.timestamp - b.timestamp)
}
