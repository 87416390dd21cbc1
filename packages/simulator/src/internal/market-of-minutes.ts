import { type Bar, type BarSeries, type Instrument, type Interval, intervalMs, tradingDay } from '@openpredict/market'

import { SimulatorError } from '../errors.ts'
import type { SimulatedMarket } from '../market.ts'
import { aggregate, aggregateBy, join } from './aggregate.ts'
import { BoundedCache } from './bounded-cache.ts'

const MINUTE = 60_000
const DAY = 86_400_000
/** Two centuries: the longest chart of whole days that there can be. A year of them takes about 50 kB. */
export const CACHED_DAY_BARS = 73_050

/** What a market must know of its minutes; everything else follows. Epoch ms. */
export interface Minutes {
  readonly instrument: Instrument
  readonly seed: number | undefined
  /** All 1-minute bars that open in `[from, to)`. */
  readonly bars: (from: number, to: number) => BarSeries
  /** The bar of the minute in which `time` lies, with the trades up to and at `time`; `undefined` without any. */
  readonly formingMinute: (time: number) => Bar | undefined
  readonly lastTradeTime: (time: number) => number
  /** The 1-minute bars of one trading day, asked for once. */
  readonly barsOfDay: (label: number) => BarSeries
}

/** The market that is made of minutes. */
export function marketOfMinutes(minutes: Minutes): SimulatedMarket {
  const { instrument, seed, bars, formingMinute, lastTradeTime, barsOfDay } = minutes
  // Boxed: a day without trades is remembered, too.
  const days = new BoundedCache(CACHED_DAY_BARS, (label) => {
    const { start } = tradingDay(label * DAY + DAY / 2)
    return { bar: aggregateBy(barsOfDay(label), () => start).at(0) }
  })
  return {
    instrument,
    seed,
    bars,
    lastTradeTime,
    bar: (time) => bars(time, time + 1).at(0),
    dayBar: (label) => days.get(label).bar,
    barsOf(interval, from, to) {
      const length = wholeMinutes(interval)
      const first = Math.ceil(from / length) * length
      const end = Math.ceil(to / length) * length
      return aggregate(bars(first, end), length)
    },
    forming(time, interval = '1m') {
      const length = wholeMinutes(interval)
      const minute = Math.floor(time / MINUTE) * MINUTE
      const now = formingMinute(time)
      const before = aggregate(bars(Math.floor(time / length) * length, minute), length).at(0)
      if (before !== undefined) return now === undefined ? before : join(before, now)
      return now === undefined ? undefined : { ...now, time: Math.floor(time / length) * length }
    },
  }
}

function wholeMinutes(interval: Interval): number {
  const length = intervalMs(interval)
  if (length >= MINUTE) return length
  throw new SimulatorError(`interval "${interval}": the simulated market is made of minutes, expected 1m or longer`, {
    kind: 'interval',
    found: interval,
  })
}
