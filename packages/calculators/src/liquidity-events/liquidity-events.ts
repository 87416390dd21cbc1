import type { Bar, BarSeries } from '@openpredict/market'

import type { CalculatorOptions, HistoryOptions } from '../calculator.ts'
import { hasCandles, requireCandles, requireTimeframe, type Timeframe } from '../candles/timeframe.ts'
import { checkOptions } from '../internal/checked-options.ts'
import { historyOf } from '../internal/history.ts'
import { Range } from '../internal/range.ts'
import { RowCalculator } from '../internal/row-calculator.ts'
import { LevelPools } from './level-pools.ts'
import { checkLiquidityOptions } from './liquidity-options.ts'
import type { HoldBonus } from './liquidity-rules.ts'
import { PoolSide } from './pool-side.ts'
import type { LiquidityEventRow } from './row.ts'
import { SwingPools } from './swing-pools.ts'

/** What liquidity events can be told. Distances are in points; those of other instruments than NQ are in proportion. */
export interface LiquidityEventsOptions extends CalculatorOptions {
  /** How far beyond a pool's price a bar takes it. @default 0.5 */
  readonly minPenetration?: number
  /** From how far beyond on a bar that closes back inside makes a clean sweep. @default 5 */
  readonly cleanPenetration?: number
  /** How near to a pool's price an approach begins. @default 5 */
  readonly approachDistance?: number
  /** How far from a pool's price an approach ends as a near miss; not less than `approachDistance`. @default 20 */
  readonly retreatDistance?: number
  /** How many minutes after the open of the bar that took the pool a bar may open and still reclaim it. @default 15 */
  readonly reclaimMinutes?: number
  /** How many minutes a hold is counted for. @default 240 */
  readonly maxHoldMinutes?: number
  /** Bonuses by minutes of hold. @default 0.05 from 30, 0.1 from 60, 0.2 from 120 */
  readonly holdBonuses?: readonly HoldBonus[]
  /** How far the prices of two equal highs or lows may differ. @default 1 */
  readonly equalTolerance?: number
  /** How many hours apart their candles may lie. @default 120 */
  readonly equalHours?: number
  /** How many hours the pool of equal highs or lows lasts. @default 120 */
  readonly expiryHours?: number
  /** The candles whose swings may be equal. @default '15m' (no such pools when bars do not make up those) */
  readonly swingTimeframe?: Timeframe
  /** How many candles on each side a swing stands out from. @default 2 */
  readonly swingLength?: number
  /** Scores by outcome. @default { CLEAN_SWEEP: 1, WICK: 0.8, RUN: 0.5, NEAR_MISS: 0.4 } */
  readonly qualityScores?: Partial<Readonly<Record<LiquidityEventRow['quality'], number>>>
  /** Weights by kind. @default { ASIA_RANGE: 3, PREV_DAY_HL: 2.5, PREV_WEEK_HL: 2.5, EQUAL_HL: 2, SESSION_HL: 1.5 } */
  readonly eventWeights?: Partial<Readonly<Record<LiquidityEventRow['event_type'], number>>>
}

/**
 * What price does at pools of liquidity: the highs and lows of sessions, of the previous day and week, and equal highs and
 * lows. It takes them (sweeps, wicks, runs) or turns away just before (near misses).
 *
 * A pool is active when its level is complete, until the next of its kind takes its place; it gives one sweep at most. See
 * docs/concepts/liquidity-events.md.
 *
 * Throws a `CalculatorError` of kind `option` for an option that cannot be.
 *
 * @example
 * ```ts
 * const events = new LiquidityEvents()
 * const bar = { open: 100, high: 101, low: 99, close: 100, volume: 1 }
 * events.next({ ...bar, time: parseInstant('2024-07-01T22:00:00Z') }) // Monday 18:00 in New York
 * events.next({ ...bar, time: parseInstant('2024-07-02T22:00:00Z'), high: 108 }) // the next trading day
 * events.takeChanges().map(({ level_type, quality, direction }) => [level_type, quality, direction])
 * // => [['ASIAN_HIGH', 'CLEAN_SWEEP', 'BEARISH'], ['PREV_DAY_HIGH', 'CLEAN_SWEEP', 'BEARISH']]
 * ```
 */
export class LiquidityEvents extends RowCalculator<LiquidityEventRow> {
  readonly table = 'liquidity_events'
  readonly #above: PoolSide
  readonly #below: PoolSide
  readonly #levels: LevelPools
  readonly #swings: SwingPools | undefined
  readonly #range = new Range()

  constructor(options: LiquidityEventsOptions = {}) {
    const checked = checkOptions(options)
    const { rules, equal, settings } = checkLiquidityOptions(options, checked)
    const { swingTimeframe = '15m' } = options
    requireTimeframe('swingTimeframe', swingTimeframe)
    if (options.swingTimeframe !== undefined) requireCandles('swingTimeframe', swingTimeframe, checked.interval)
    super(checked, { ...settings, swingTimeframe })
    const finish = (row: LiquidityEventRow): void => this.finish(row)
    this.#above = new PoolSide(1, rules, finish)
    this.#below = new PoolSide(-1, rules, finish)
    this.#levels = new LevelPools(this.#above, this.#below)
    if (hasCandles(swingTimeframe, checked.interval)) {
      this.#swings = new SwingPools(swingTimeframe, equal, this.#above, this.#below)
    }
  }

  /** The events that a later bar can still change: pools that may yet be reclaimed, and holds that go on. */
  current(): LiquidityEventRow[] {
    return this.live()
  }

  protected override parts(): Readonly<Record<string, object>> {
    const swings = this.#swings === undefined ? {} : { swings: this.#swings }
    return { above: this.#above, below: this.#below, ...this.#levels.parts(), ...swings }
  }

  protected override live(): LiquidityEventRow[] {
    return [...this.#above.liveRows(), ...this.#below.liveRows()]
  }

  protected override takeLiveChanges(): LiquidityEventRow[] {
    return [...this.#above.takeChanges(), ...this.#below.takeChanges()]
  }

  protected override take(bars: BarSeries, from: number, to: number): void {
    const { position } = this
    let i = from
    while (i < to) {
      this.#levels.turn(bars.time[i] as number, position)
      const next = this.#range.scan(bars, i, to, this.#levels.until)
      this.#levels.extend(this.#range)
      while (i < next) i = this.#takeCandle(bars, i, next)
    }
  }

  /** Takes the bars from index `i` on that lie in one candle: swings that the one before confirms make pools first. */
  #takeCandle(bars: BarSeries, i: number, to: number): number {
    const next = this.#swings?.take(bars, i, to, this.position) ?? to
    this.#above.take(bars, i, next, this.position.interval)
    this.#below.take(bars, i, next, this.position.interval)
    return next
  }
}

/**
 * Every liquidity event of a whole history, each with its last values, ordered by the time of its bar. Otherwise as
 * `LiquidityEvents`.
 *
 * @example
 * ```ts
 * const bar = { open: 100, high: 101, low: 99, close: 100, volume: 1 }
 * const bars = ['01T22:00', '02T22:00', '02T22:01'].map((time, i) => {
 *   return { ...bar, time: parseInstant(`2024-07-${time}:00Z`), low: i === 1 ? 98 : 99 }
 * })
 * const [asian, day] = liquidityEvents(bars)
 * asian.level_type // => 'ASIAN_LOW'
 * day.level_type // => 'PREV_DAY_LOW'
 * day.quality // => 'WICK'
 * day.hold_minutes // => 2
 * ```
 */
export function liquidityEvents(
  bars: BarSeries | readonly Bar[],
  options: LiquidityEventsOptions & HistoryOptions = {},
): LiquidityEventRow[] {
  return historyOf(new LiquidityEvents(options), bars, options).toSorted((a, b) => a.timestamp - b.timestamp)
}
