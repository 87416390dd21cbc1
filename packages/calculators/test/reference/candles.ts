import type { Bar } from '@openpredict/market'

import { asOfOf, lengthOf, groupByPeriod, highest, historyBegins, lowest, type ReferenceOptions } from './rows.ts'
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

function bucketOf(t: number, timeframe: NaiveTimeframe): Period {
  if (timeframe === '4H') return fourHours(t)
  const length = TIMEFRAMES[timeframe]
  const start = Math.floor(t / length) * length
  return { start, end: start + length }
}

/** The closed candles of one timeframe, in order. */
export function candlesNaive(bars: readonly Bar[], timeframe: NaiveTimeframe, options: ReferenceOptions = {}): Bar[] {
  const length = TIMEFRAMES[timeframe]
  if (length < lengthOf(options.interval)) return []
  const begins = historyBegins(bars, options)
  const asOf = asOfOf(bars, options)
  return (
    groupByPeriod(bars, (t) => bucketOf(t, timeframe))
      // The end is one length after the start, except where the trading day of a clock change ends before that: then no
      // bar can come any more, and the candle is known.
      .filter((bucket) => begins <= bucket.start && bucket.end <= asOf)
      .map((bucket) => ({
        time: bucket.start,
        open: bucket.first.open,
        high: highest(bucket.bars),
        low: lowest(bucket.bars),
        close: bucket.last.close,
        volume: bucket.bars.reduce((sum, bar) => sum + bar.volume, 0),
      }))
  )
}
