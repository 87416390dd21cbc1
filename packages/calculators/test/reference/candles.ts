import type { Bar } from '@openpredict/market'

import {
  asOfOf,
  closeOf,
  groupByPeriod,
  highest,
  historyBegins,
  lengthOfBar,
  lowest,
  type ReferenceOptions,
} from './rows.ts'
import { fourHours, HOUR, MINUTE, type Period } from './time.ts'

export type NaiveTimeframe = '1m' | '5m' | '15m' | '1H' | '4H'

/** How long the candles of each timeframe are. */
export const TIMEFRAMES: Readonly<Record<NaiveTimeframe, number>> = {
  '1m': MINUTE,
  '5m': 5 * MINUTE,
  '15m': 15 * MINUTE,
  '1H': HOUR,
  '4H': 4 * HOUR,
}

/** A closed candle with the instant at which it closed. */
export interface NaiveCandle extends Bar {
  /** One length after `time`, except where the trading day of a clock change ends before that and no bar can come. */
  readonly end: number
}

function bucketOf(t: number, timeframe: NaiveTimeframe): Period {
  if (timeframe === '4H') return fourHours(t)
  const length = TIMEFRAMES[timeframe]
  const start = Math.floor(t / length) * length
  return { start, end: start + length }
}

/** The closed candles of one timeframe, in order. */
export function closedCandles(
  bars: readonly Bar[],
  timeframe: NaiveTimeframe,
  options: ReferenceOptions = {},
): NaiveCandle[] {
  // A bar of ten minutes fills no part of a candle of fifteen, nor one of an hour: there are no candles next to such bars.
  const fits = (bar: Bar): boolean => TIMEFRAMES[timeframe] % lengthOfBar(bar, options) === 0
  const lastMisfit = bars.findLast((bar) => !fits(bar))
  const begins = Math.max(
    historyBegins(bars, options),
    lastMisfit === undefined ? -Infinity : closeOf(lastMisfit, options),
  )
  const asOf = asOfOf(bars, options)
  return groupByPeriod(bars.filter(fits), (t) => bucketOf(t, timeframe))
    .filter((bucket) => begins <= bucket.start && bucket.end <= asOf)
    .map((bucket) => ({
      time: bucket.start,
      open: bucket.first.open,
      high: highest(bucket.bars),
      low: lowest(bucket.bars),
      close: bucket.last.close,
      volume: bucket.bars.reduce((sum, bar) => sum + bar.volume, 0),
      end: bucket.end,
    }))
}

/** The closed candles of one timeframe as bars, in order. */
export function candlesNaive(bars: readonly Bar[], timeframe: NaiveTimeframe, options: ReferenceOptions = {}): Bar[] {
  return closedCandles(bars, timeframe, options).map(({ end: _, ...candle }) => candle)
}
