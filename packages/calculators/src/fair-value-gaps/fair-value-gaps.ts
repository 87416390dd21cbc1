import type { Bar, BarSeries } from '@openpredict/market'

import type { CalculatorOptions, HistoryOptions } from '../calculator.ts'
import { chosenTimeframes, type Timeframe } from '../candles/timeframe.ts'
import { checkOptions, requireFlag, requireNumber } from '../internal/checked-options.ts'
import { usualDistance } from '../internal/distances.ts'
import { historyOf } from '../internal/history.ts'
import { RowCalculator } from '../internal/row-calculator.ts'
import { GapTracker } from './gap-tracker.ts'
import type { FairValueGapRow } from './row.ts'

/** What fair value gaps can be told. */
export interface FairValueGapsOptions extends CalculatorOptions {
  /**
   * The candles in which gaps are looked for; each must be a whole multiple of `interval`.
   *
   * @default ['15m'] (none when bars do not make up such candles)
   */
  readonly timeframes?: readonly Timeframe[]
  /**
   * The smallest gap in points; 0 for any.
   *
   * @default 2 for NQ, in proportion for other instruments
   */
  readonly minGap?: number
  /**
   * Whether the three candles must follow each other without a hole, as over the daily halt.
   *
   * @default true
   */
  readonly adjacent?: boolean
  /**
   * Whether the middle candle must close in the direction of the gap.
   *
   * @default false
   */
  readonly bodyDirection?: boolean
}

/**
 * Fair value gaps: room that the third of three candles leaves to the first, and what becomes of it when price comes back.
 *
 * A gap is known when its third candle has closed. From then on every bar counts: it may touch the gap, come to its middle
 * (consequent encroachment), fill it; and a candle may close beyond it, which inverts it. See
 * docs/concepts/fair-value-gaps.md.
 *
 * Throws a `CalculatorError` of kind `option` for an option that cannot be.
 *
 * @example
 * ```ts
 * const gaps = new FairValueGaps({ timeframes: ['1m'] })
 * const time = parseInstant('2024-07-01T14:00:00Z')
 * gaps.next({ time, open: 100, high: 101, low: 99, close: 101, volume: 1 })
 * gaps.next({ time: time + 60_000, open: 101, high: 106, low: 101, close: 106, volume: 1 })
 * gaps.next({ time: time + 120_000, open: 106, high: 107, low: 105, close: 106, volume: 1 })
 * gaps.current().map(({ fvg_type, gap_bottom, gap_top }) => [fvg_type, gap_bottom, gap_top]) // => [['BULLISH', 101, 105]]
 * ```
 */
export class FairValueGaps extends RowCalculator<FairValueGapRow> {
  readonly table = 'fvg'
  readonly #trackers: readonly GapTracker[]

  constructor(options: FairValueGapsOptions = {}) {
    const checked = checkOptions(options)
    const { minGap = usualDistance(2, checked.instrument), adjacent = true, bodyDirection = false } = options
    requireNumber('minGap', minGap, 0, 'points')
    requireFlag('adjacent', adjacent)
    requireFlag('bodyDirection', bodyDirection)
    const timeframes = chosenTimeframes(options.timeframes, ['15m'], checked.interval)
    super(checked, { timeframes, minGap, adjacent, bodyDirection })
    const { decimals } = checked
    const finish = (row: FairValueGapRow): void => this.finish(row)
    this.#trackers = timeframes.map(
      (timeframe) => new GapTracker(timeframe, { minGap, adjacent, bodyDirection, decimals, finish }),
    )
  }

  /** The gaps that are not filled, as far as price has come back into them. */
  current(): FairValueGapRow[] {
    return this.#trackers.flatMap(({ bullish, bearish }) => [...bullish.openRows(), ...bearish.openRows()])
  }

  override advanceTo(asOf: number): void {
    super.advanceTo(asOf)
    for (const tracker of this.#trackers) tracker.closeBy(asOf, this.position)
  }

  protected override parts(): Readonly<Record<string, object>> {
    return Object.fromEntries(this.#trackers.map((tracker) => [tracker.timeframe, tracker]))
  }

  protected override live(): FairValueGapRow[] {
    return this.#trackers.flatMap(({ bullish, bearish }) => [...bullish.liveRows(), ...bearish.liveRows()])
  }

  protected override takeLiveChanges(): FairValueGapRow[] {
    return this.#trackers.flatMap(({ bullish, bearish }) => [...bullish.takeChanges(), ...bearish.takeChanges()])
  }

  protected override take(bars: BarSeries, from: number, to: number): void {
    for (const tracker of this.#trackers) tracker.read(bars, from, to, this.position)
  }
}

/**
 * Every fair value gap of a whole history, each with its last values, ordered by the time of its middle candle. Otherwise
 * as `FairValueGaps`.
 *
 * @example
 * ```ts
 * const time = parseInstant('2024-07-01T14:00:00Z')
 * const bars = [100, 105, 110, 104, 99].map((price, minute) => {
 *   return { time: time + minute * 60_000, open: price, high: price + 1, low: price - 1, close: price, volume: 1 }
 * })
 * const [gap] = fairValueGaps(bars, { timeframes: ['1m'], adjacent: true, minGap: 2 })
 * gap.gap_size // => 8
 * gap.filled // => true
 * gap.inverted_at === time + 5 * 60_000 // => true
 * ```
 */
export function fairValueGaps(
  bars: BarSeries | readonly Bar[],
  options: FairValueGapsOptions & HistoryOptions = {},
): FairValueGapRow[] {
  return historyOf(new FairValueGaps(options), bars, options).toSorted((a, b) => a.timestamp - b.timestamp)
}
