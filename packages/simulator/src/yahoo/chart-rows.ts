import { type Bar, BarSeries, newYorkInstant, tradingDate, tradingDay } from '@openpredict/market'

import { aggregateBy, join } from '../internal/aggregate.ts'
import type { SimulatedMarket } from '../market.ts'
import type { ChartRequest } from './chart-request.ts'

const MINUTE = 60_000

/** A row of a chart: a bar, or a time for which the source has nothing. */
export type ChartRow = Readonly<Record<'open' | 'high' | 'low' | 'close' | 'volume', number | null>> & {
  readonly time: number
}

/** The last trade that the source knows. */
export interface LastTrade {
  /** Epoch ms, a whole second; `-Infinity` when there was none. */
  readonly time: number
  /** `undefined` when there was none. */
  readonly price: number | undefined
}

/** The last trade at or before `time`. */
export function lastTradeAt(market: SimulatedMarket, time: number): LastTrade {
  const at = market.lastTradeTime(time)
  return { time: at, price: at === -Infinity ? undefined : market.forming(at)?.close }
}

/** The bars merged into one, with what has been traded in `[from, until]`; `undefined` when nothing has. */
export function mergedBar(market: SimulatedMarket, from: number, until: number): Bar | undefined {
  const minute = Math.floor(until / MINUTE) * MINUTE
  const closed = aggregateBy(market.bars(from, minute), () => from).at(0)
  const open = minute >= from ? market.forming(until) : undefined
  if (closed === undefined) return open === undefined ? undefined : { ...open, time: from }
  return open === undefined ? closed : join(closed, open)
}

/**
 * The rows of a chart as the source shows them at `visible`, the latest instant of which it knows the trades.
 *
 * Closed bars that open in the asked window; and, when the window reaches up to `visible`, the live row: the forming
 * bar, or the last quote without volume when nothing has been traded since the last bar closed. The live row is
 * stamped with the second of the last trade and does not care about the window's start.
 */
export function chartRows(market: SimulatedMarket, request: ChartRequest, visible: number): readonly Bar[] {
  return request.interval.length === undefined
    ? dayRows(market, request, visible)
    : intradayRows(market, request, request.interval.length, visible)
}

function intradayRows(market: SimulatedMarket, request: ChartRequest, length: number, visible: number): readonly Bar[] {
  const { interval, period1, period2 } = request
  const forming = interval.startOf(visible)
  const from = Math.ceil(period1 / length) * length
  const to = Math.min(Math.ceil(period2 / length) * length, forming)
  const minutes = from < to ? market.bars(from, to) : BarSeries.from([])
  const rows = aggregateBy(minutes, interval.startOf).toArray()
  if (period2 >= visible) rows.push(liveRow(market, forming, visible))
  return rows
}

function liveRow(market: SimulatedMarket, forming: number, visible: number): Bar {
  const last = lastTradeAt(market, visible)
  const bar = mergedBar(market, forming, visible)
  return bar === undefined ? quoteOf(last) : { ...bar, time: last.time }
}

/** The last trade as a row of its own: flat, without volume. */
function quoteOf({ time, price = Number.NaN }: LastTrade): Bar {
  return { time, open: price, high: price, low: price, close: price, volume: 0 }
}

/** Rows of whole trading days. The bar of the last day traded is the live one, until the next day trades. */
function dayRows(market: SimulatedMarket, request: ChartRequest, visible: number): readonly Bar[] {
  const { interval, period1, period2 } = request
  const last = market.lastTradeTime(visible)
  const live = interval.startOf(last)
  const rows: Bar[] = []
  for (const date of closedDays(request, last)) {
    // A bar is stamped with its first date, the evening before which its first day starts.
    const time = interval.startOf(newYorkInstant(date))
    const bar = market.dayBar(date)
    if (bar === undefined) continue
    const before = rows.at(-1)
    if (before?.time === time) rows[rows.length - 1] = join(before, bar)
    else rows.push({ ...bar, time })
  }
  const isLive = period2 >= visible
  if (isLive || (live >= period1 && live < period2)) {
    const bar = mergedBar(market, tradingDay(live).start, last)
    if (bar !== undefined) rows.push({ ...bar, time: isLive ? last : live })
  }
  return rows
}

/** The trading days, by their labels, that a chart of whole days shows closed when `last` is the last trade known. */
export function* closedDays({ interval, period1, period2 }: ChartRequest, last: number): Generator<number> {
  const end = Math.min(period2, interval.startOf(last))
  for (let date = tradingDate(period1); interval.startOf(newYorkInstant(date)) < end; date++) {
    if (interval.startOf(newYorkInstant(date)) >= period1) yield date
  }
}
