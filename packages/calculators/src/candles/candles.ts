import type { Bar, BarSeries } from '@openpredict/market'

import type { CalculatorOptions, HistoryOptions } from '../calculator.ts'
import { BarReader } from '../internal/bar-reader.ts'
import { checkOptions } from '../internal/checked-options.ts'
import type { CandleBuilder } from './candle-builder.ts'
import { CandleReader } from './candle-reader.ts'
import { requireCandles, requireTimeframe, type Timeframe } from './timeframe.ts'

/** Which bars candles are made of; `instrument` has no effect. */
export type CandlesOptions = CalculatorOptions

/**
 * Makes candles of one timeframe from closed bars.
 *
 * A candle exists when at least one bar lies in it; minutes without a bar are not filled in. It has closed when the clock
 * has reached its end, whether or not its last minutes had bars. A first candle that began before history did is left out.
 *
 * Throws a `CalculatorError` of kind `option` when the bars are longer than the candles or do not divide them.
 *
 * @example
 * ```ts
 * const candles = new Candles('5m')
 * const time = parseInstant('2024-07-01T14:00:00Z')
 * candles.next({ time, open: 100, high: 101, low: 99, close: 100.5, volume: 10 })
 * candles.takeClosed() // => []
 * candles.advanceTo(time + 300_000)
 * candles.takeClosed() // => [{ time, open: 100, high: 101, low: 99, close: 100.5, volume: 10 }]
 * ```
 */
export class Candles extends BarReader {
  readonly timeframe: Timeframe
  readonly #reader: ClosedCandles

  constructor(timeframe: Timeframe, options: CandlesOptions = {}) {
    const checked = checkOptions(options)
    requireTimeframe('timeframe', timeframe)
    requireCandles('timeframe', timeframe, checked.interval)
    super(checked)
    this.timeframe = timeframe
    this.#reader = new ClosedCandles(timeframe)
  }

  /** The candle that has not closed yet, as far as it goes; `undefined` when no bar lies in it. */
  get forming(): Bar | undefined {
    const { builder } = this.#reader
    return builder.isForming && builder.start >= this.position.historyStart ? builder.candle() : undefined
  }

  /** The candles that have closed since the last call, oldest first. */
  takeClosed(): Bar[] {
    return this.#reader.takeClosed()
  }

  override advanceTo(asOf: number): void {
    super.advanceTo(asOf)
    this.#reader.closeBy(asOf, this.position)
  }

  protected override take(bars: BarSeries, from: number, to: number): void {
    this.#reader.read(bars, from, to, this.position)
  }
}

/** Keeps the candles that have closed. */
class ClosedCandles extends CandleReader {
  #closed: Bar[] = []

  takeClosed(): Bar[] {
    const closed = this.#closed
    this.#closed = []
    return closed
  }

  protected override candleClosed(candle: Readonly<CandleBuilder>): void {
    this.#closed.push(candle.candle())
  }
}

/**
 * The closed candles of a whole history, oldest first. Otherwise as `Candles`.
 *
 * @example
 * ```ts
 * const time = parseInstant('2024-07-01T14:00:00Z')
 * const bars = [0, 1, 2, 3, 4].map((minute) => {
 *   return { time: time + minute * 60_000, open: 100, high: 101 + minute, low: 99, close: 100, volume: 10 }
 * })
 * candles(bars, '5m') // => [{ time, open: 100, high: 105, low: 99, close: 100, volume: 50 }]
 * ```
 */
export function candles(
  bars: BarSeries | readonly Bar[],
  timeframe: Timeframe,
  options: CandlesOptions & HistoryOptions = {},
): Bar[] {
  const calculator = new Candles(timeframe, options)
  calculator.feed(bars)
  if (options.asOf !== undefined) calculator.advanceTo(options.asOf)
  return calculator.takeClosed()
}
