import { type Bar, type BarSeries, BarSeriesBuilder, type Interval, intervalMs } from '@openpredict/market'

import { type CandleLength, candlePeriod, requireWholeCandles } from './candle-period.ts'
import { FramesError } from './errors.ts'

/** Options of `resample`. */
export interface ResampleOptions {
  /** The length of the bars. @default '1m' */
  readonly interval?: Interval
  /**
   * Whether to keep the first candle when bars begin inside it, and the last when they end inside it.
   * @default false
   */
  readonly partial?: boolean
}

/**
 * Longer candles from bars: the first open, the highest high, the lowest low, the last close, the sum of the volumes. Each
 * is known by the time at which it opens; a stretch without a bar has none.
 *
 * Up to `1h` candles begin at whole multiples of their length in UTC; `4h`, `1d` and `1w` follow the trading day, from
 * 18:00 New York, through changes of its clock. Candles that the bars do not cover from start to end are left out: they
 * would look final and are not.
 *
 * Throws a `FramesError`: `interval` when bars do not make up whole candles, `order` when they do not ascend, `bar` for one
 * that is not on the grid of its interval.
 *
 * @example
 * ```ts
 * const time = Date.UTC(2024, 6, 1, 14)
 * const bars = [100, 104, 101, 99, 102].map((close, minute) => {
 *   return { time: time + minute * 60_000, open: 100, high: 105, low: 98, close, volume: 10 }
 * })
 * resample(bars, '5m').toArray() // => [{ time, open: 100, high: 105, low: 98, close: 102, volume: 50 }]
 * ```
 */
export function resample(
  bars: BarSeries | Iterable<Bar>,
  to: CandleLength,
  { interval = '1m', partial = false }: ResampleOptions = {},
): BarSeries {
  requireWholeCandles(interval, to)
  const length = intervalMs(interval)
  const candles = new BarSeriesBuilder()
  let candle: OpenCandle | undefined
  let close = Number.NEGATIVE_INFINITY
  let row = 0
  for (const bar of bars) {
    requireOnGrid(bar, { row: row++, interval, close })
    close = bar.time + length
    if (candle !== undefined && bar.time < candle.end) {
      candle.bar = merged(candle.bar, bar)
      continue
    }
    if (candle?.isWhole === true) candles.push(candle.bar)
    const { start, end } = candlePeriod(to, bar.time)
    candle = { bar: { ...bar, time: start }, end, isWhole: partial || row > 1 || start === bar.time }
  }
  if (candle?.isWhole === true && (partial || close >= candle.end)) candles.push(candle.bar)
  return candles.build()
}

interface OpenCandle {
  bar: Bar
  readonly end: number
  /** Whether its first bar is known to be its first. */
  readonly isWhole: boolean
}

function merged(candle: Bar, { high, low, close, volume }: Bar): Bar {
  return {
    time: candle.time,
    open: candle.open,
    high: Math.max(candle.high, high),
    low: Math.min(candle.low, low),
    close,
    volume: candle.volume + volume,
  }
}

interface Grid {
  readonly row: number
  readonly interval: Interval
  /** When the bar before closed. */
  readonly close: number
}

function requireOnGrid({ time }: Bar, { row, interval, close }: Grid): void {
  if (!Number.isSafeInteger(time) || time % intervalMs(interval) !== 0) {
    const problem = `time ${time} is not a whole multiple of ${interval}`
    throw new FramesError(`row ${row} is no bar of ${interval}: ${problem}`, { kind: 'bar', row, problem })
  }
  if (time >= close) return
  const message = `row ${row} opens before the bar before it has closed: expected bars of ${interval} in ascending order`
  throw new FramesError(message, { kind: 'order', row })
}
