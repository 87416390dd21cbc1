import type { Bar, BarSeries } from '@openpredict/market'

import type { CalculatorOptions, HistoryOptions } from '../calculator.ts'
import { checkOptions, requireNumber } from '../internal/checked-options.ts'
import { usualDistance } from '../internal/distances.ts'
import { historyOf } from '../internal/history.ts'
import { HOUR } from '../internal/periods.ts'
import { RowCalculator } from '../internal/row-calculator.ts'
import { Block, blockAt, BLOCKS } from './block.ts'
import type { HourlyBlockRow } from './row.ts'

/** What hourly blocks can be told. */
export interface HourlyBlocksOptions extends CalculatorOptions {
  /**
   * How far, in points, a block must close from the hour's open to lean to one side; exactly so far is neutral.
   *
   * @default 0.5 for NQ, in proportion for other instruments
   */
  readonly biasThreshold?: number
}

/**
 * Splits each UTC hour into seven equal blocks (about 8.57 minutes) and reports each block's range and bias.
 *
 * A bar belongs to the block in which it opens. A block is reported from its first bar on and is final once `complete`; one
 * without bars has no row, nor has any of an hour that began before history did. See docs/concepts/hourly-blocks.md.
 *
 * Throws a `CalculatorError` of kind `option` for an option that cannot be.
 *
 * @example
 * ```ts
 * const blocks = new HourlyBlocks()
 * const time = parseInstant('2024-07-01T14:00:00Z')
 * blocks.next({ time, open: 20_100, high: 20_110, low: 20_095, close: 20_105.5, volume: 812 })
 * const [block] = blocks.current()
 * block.bias // => 'BULLISH'
 * block.deviation_from_hour_open // => 5.5
 * block.complete // => false
 * ```
 */
export class HourlyBlocks extends RowCalculator<HourlyBlockRow> {
  readonly table = 'hourly_blocks'
  /** The blocks of the hour that the last bar lies in. */
  readonly #blocks: readonly Block[]
  readonly #hour = {
    start: Number.NaN,
    end: Number.NEGATIVE_INFINITY,
    open: Number.NaN,
    isKnown: false,
    /** The number of the block that the last bar lies in, from 1. */
    block: 0,
  }

  constructor(options: HourlyBlocksOptions = {}) {
    const checked = checkOptions(options)
    const { biasThreshold = usualDistance(0.5, checked.instrument) } = options
    requireNumber('biasThreshold', biasThreshold, 0, 'points')
    super(checked, { biasThreshold })
    const numbers = Array.from({ length: BLOCKS }, (_, i) => i + 1)
    this.#blocks = numbers.map((number) => new Block(number, biasThreshold, checked.decimals))
  }

  /** The blocks, as far as there are any, of the hour that the last bar lies in. */
  current(): HourlyBlockRow[] {
    const hour = this.#hour
    return hour.isKnown ? this.#blocks.filter(({ hasBars }) => hasBars).map((block) => block.row(hour)) : []
  }

  override advanceTo(asOf: number): void {
    super.advanceTo(asOf)
    this.#completeBy(asOf)
  }

  protected override parts(): Readonly<Record<string, object>> {
    return { hour: this.#hour, ...Object.fromEntries(this.#blocks.map((block) => [block.number, block])) }
  }

  protected override live(): HourlyBlockRow[] {
    const block = this.#running()
    return block === undefined || !this.#hour.isKnown ? [] : [block.row(this.#hour)]
  }

  protected override takeLiveChanges(): HourlyBlockRow[] {
    const block = this.#running()
    if (block === undefined || !block.isChanged) return []
    block.isChanged = false
    return this.live()
  }

  protected override take(bars: BarSeries, from: number, to: number): void {
    const { interval } = this.position
    const hour = this.#hour
    let i = from
    while (i < to) {
      const time = bars.time[i] as number
      this.#completeBy(time)
      if (time >= hour.end) this.#beginHour(time, bars.open[i] as number)
      hour.block = blockAt(time - hour.start)
      i = this.#blocks[hour.block - 1]?.take(bars, i, to, hour.start, interval) ?? to
    }
    this.#completeBy((bars.time[to - 1] as number) + interval)
  }

  #beginHour(time: number, open: number): void {
    const hour = this.#hour
    hour.start = Math.floor(time / HOUR) * HOUR
    hour.end = hour.start + HOUR
    hour.open = open
    hour.isKnown = this.position.historyStart <= hour.start
    for (const block of this.#blocks) block.clear()
  }

  /** A block has closed when the clock has reached its end, whether or not its last minutes had bars. */
  #completeBy(time: number): void {
    const block = this.#running()
    if (block === undefined || block.end > time) return
    block.complete()
    if (this.#hour.isKnown) this.finish(block.row(this.#hour))
  }

  /** The block that the last bar lies in, while it is not complete. */
  #running(): Block | undefined {
    const block = this.#blocks[this.#hour.block - 1]
    return block === undefined || block.isComplete ? undefined : block
  }
}

/**
 * Every hourly block of a whole history, each with its last values, in order. Otherwise as `HourlyBlocks`.
 *
 * @example
 * ```ts
 * const time = parseInstant('2024-07-01T14:00:00Z')
 * const bars = Array.from({ length: 60 }, (_, minute) => {
 *   return { time: time + minute * 60_000, open: 100, high: 101, low: 99, close: 100 + minute, volume: 1 }
 * }).map((bar) => ({ ...bar, high: bar.close + 1 }))
 * hourlyBlocks(bars).map(({ block_number, volume, close }) => `${block_number}: ${volume} bars, ${close}`)
 * // => ['1: 9 bars, 108', '2: 9 bars, 117', '3: 8 bars, 125', '4: 9 bars, 134', '5: 8 bars, 142', '6: 9 bars, 151', '7: 8 bars, 159']
 * ```
 */
export function hourlyBlocks(
  bars: BarSeries | readonly Bar[],
  options: HourlyBlocksOptions & HistoryOptions = {},
): HourlyBlockRow[] {
  return historyOf(new HourlyBlocks(options), bars, options)
}
