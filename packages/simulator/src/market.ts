import {
  type Bar,
  BarSeries,
  calendarOf,
  type Instrument,
  instrumentOf,
  type Interval,
  tradingDate,
} from '@openpredict/market'

import { SimulatorError } from './errors.ts'
import { BoundedCache } from './internal/bounded-cache.ts'
import { contractOf } from './internal/contract.ts'
import { type DayPath, type DayStreams, walkDay } from './internal/day-path.ts'
import { streamOf } from './internal/hash.ts'
import { marketOfMinutes } from './internal/market-of-minutes.ts'
import { lastTradeIn, partialBar } from './internal/partial-bar.ts'
import { createDayPlans } from './internal/week-path.ts'

const MINUTE = 60_000
/** About 6 MB: more than the 60 days of 5-minute bars that a chart may ask for again and again. */
const CACHED_DAYS = 64

/** What to simulate. */
export interface MarketOptions {
  /**
   * The same seed gives the same bars, everywhere and always. A whole number.
   * @default 1
   */
  readonly seed?: number
  /** @default NQ=F */
  readonly instrument?: Instrument
  /**
   * The level around which the price lives: over years it strays, by a third or so, and comes back.
   * @default the usual level of a known contract (20,000 for NQ), 100 for others
   */
  readonly price?: number
}

/**
 * A market to ask for any of its minutes: one that never was (`createMarket`), or one that is played again
 * (`createReplayMarket`).
 *
 * All times are epoch milliseconds UTC. Methods throw a `MarketError` of kind `time-range` outside 1987–2199.
 */
export interface SimulatedMarket {
  readonly instrument: Instrument
  /** What it is made from; `undefined` when it is played again from bars. */
  readonly seed: number | undefined
  /**
   * The whole 1-minute bar that opens at `time`; `undefined` when the market is closed then, nobody traded, or `time`
   * is not a whole minute.
   */
  bar(time: number): Bar | undefined
  /** All 1-minute bars that open in `[from, to)`. */
  bars(from: number, to: number): BarSeries
  /**
   * All bars of an interval that open in `[from, to)`, merged from whole minutes; intervals are counted from the epoch.
   * Throws a `SimulatorError` of kind `interval` below 1 minute.
   */
  barsOf(interval: Interval, from: number, to: number): BarSeries
  /**
   * The bar in whose interval (`1m` unless said otherwise) `time` lies, with the trades up to and at `time` only, and
   * stamped with its open; `undefined` while there are none. At the interval's last millisecond it is the whole bar.
   */
  forming(time: number, interval?: Interval): Bar | undefined
  /**
   * The trading day labelled `date` (days since 1970-01-01) as one bar, stamped with the day's start; `undefined` when
   * nobody traded. Days that were asked for are remembered.
   */
  dayBar(date: number): Bar | undefined
  /**
   * When the last trade at or before `time` happened: a whole second, never that of a full minute; `-Infinity` before
   * the first trade of bars that are played again.
   */
  lastTradeTime(time: number): number
}

/**
 * Makes a market of index-futures character from a seed: tick-exact prices, quiet nights and opening bursts, trends
 * and ranges, gaps after halts and weekends, a step up where the contract rolls, and now and then a minute in which
 * nobody trades. Futures roll with the session of the Thursday eight days before the third Friday of March, June,
 * September and December.
 *
 * Any date costs the same, none is computed from another; the last 64 days asked for are remembered. Throws a
 * `SimulatorError` of kind `seed` or `price` for values that cannot be.
 *
 * @example
 * ```ts
 * const market = createMarket({ seed: 7 })
 * const monday = parseInstant('2024-07-01T13:30:00Z')
 * market.bars(monday, monday + 60 * 60_000).length // => 60
 * market.bar(parseInstant('2024-07-06T12:00:00Z')) // => undefined
 * createMarket({ seed: 7 }).bar(monday) // => market.bar(monday)
 * ```
 */
export function createMarket(options: MarketOptions = {}): SimulatedMarket {
  const { seed = 1, instrument = instrumentOf('NQ=F'), price } = options
  if (!Number.isSafeInteger(seed)) {
    throw new SimulatorError(`seed ${seed}: expected a whole number`, { kind: 'seed', found: seed })
  }
  if (price !== undefined && !(price > 0 && price <= 1e9)) {
    throw new SimulatorError(`price ${price}: expected a number above 0, at most 1e9`, { kind: 'price', found: price })
  }
  const contract = contractOf(instrument, price)
  const calendar = calendarOf(instrument)
  const named = (name: string): number => streamOf(seed, `${instrument.symbol}/${name}`)
  const streams: DayStreams = {
    movement: named('movement'),
    phase: named('phase'),
    spell: named('spell'),
    gap: named('gap'),
    activity: named('activity'),
    trades: named('trades'),
  }
  const plans = createDayPlans(contract, calendar, named('weeks'))
  const walk = (label: number): DayPath => walkDay(contract, calendar, streams, plans.planOf(label))
  const days = new BoundedCache(CACHED_DAYS, walk)

  /** The day that holds the minute of `time`, and the index of its last bar that opens at or before `time`. */
  function locate(time: number): { readonly day: DayPath; readonly index: number } {
    const day = days.get(tradingDate(time))
    return { day, index: day.bars.indexAtOrAfter(time + 1) - 1 }
  }

  function bars(from: number, to: number): BarSeries {
    const parts: BarSeries[] = []
    if (from < to) {
      const last = tradingDate(to - 1)
      for (let label = tradingDate(from); label <= last; label++) {
        const part = days.get(label).bars.between(from, to)
        if (part.length > 0) parts.push(part)
      }
    }
    return concatenate(parts)
  }

  /** The bar of the minute of `time` with the trades up to `time`. */
  function formingMinute(time: number): Bar | undefined {
    const { day, index } = locate(time)
    if (index < 0 || (day.bars.time[index] as number) + MINUTE <= time) return undefined
    return partialBar(contract, streams.trades, day, index, time)
  }

  return marketOfMinutes({
    instrument,
    seed,
    bars,
    formingMinute,
    // Walked, not looked up: years of days must not push out the minutes of the last ones.
    barsOfDay: (label) => walk(label).bars,
    lastTradeTime(time) {
      for (let label = tradingDate(time); ; label--) {
        const day = days.get(label)
        for (let index = day.bars.indexAtOrAfter(time + 1) - 1; index >= 0; index--) {
          const last = lastTradeIn(streams.trades, day, index, time)
          if (last !== undefined) return last
        }
      }
    },
  })
}

function concatenate(parts: readonly BarSeries[]): BarSeries {
  const length = parts.reduce((sum, part) => sum + part.length, 0)
  const columns = {
    time: new Float64Array(length),
    open: new Float64Array(length),
    high: new Float64Array(length),
    low: new Float64Array(length),
    close: new Float64Array(length),
    volume: new Float64Array(length),
  }
  let n = 0
  for (const part of parts) {
    columns.time.set(part.time, n)
    columns.open.set(part.open, n)
    columns.high.set(part.high, n)
    columns.low.set(part.low, n)
    columns.close.set(part.close, n)
    columns.volume.set(part.volume, n)
    n += part.length
  }
  return new BarSeries(columns)
}
