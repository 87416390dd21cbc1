import {
  calendarOf,
  type Instrument,
  newYorkDate,
  newYorkInstant,
  newYorkOffset,
  tradingDate,
  tradingDay,
} from '@openpredict/market'

import type { SimulatedMarket } from '../market.ts'
import { VALID_RANGES } from './chart-interval.ts'
import type { ChartRequest } from './chart-request.ts'
import { lastTradeAt, mergedBar } from './chart-rows.ts'

const MINUTE = 60_000

/** Charts of every symbol begin on 2000-09-18 in New York, before which the market is not served. */
export const FIRST_TRADE: number = Date.UTC(2000, 8, 18, 4)

/** A stretch of a trading day as charts describe it, Unix seconds. */
interface TradingPeriod {
  readonly timezone: string
  readonly start: number
  readonly end: number
  readonly gmtoffset: number
}

/** What a chart says about its symbol, under the protocol's own names. Instants are Unix seconds. */
export type ChartMeta = Readonly<Record<string, unknown>> & {
  readonly symbol: string
  readonly regularMarketTime: number
  readonly regularMarketPrice: number
}

/** Describes the market as the source knows it at `visible`; `now` is the source's own time. Epoch ms. */
export function chartMeta(market: SimulatedMarket, request: ChartRequest, now: number, visible: number): ChartMeta {
  const { instrument } = market
  const { interval, range } = request
  const last = lastTradeAt(market, visible)
  const { price = Number.NaN } = last
  const today = mergedBar(market, tradingDay(last.time).start, last.time)
  const intraday = interval.length !== undefined
  return {
    currency: 'USD',
    symbol: instrument.symbol,
    ...listing(instrument),
    firstTradeDate: FIRST_TRADE / 1000,
    regularMarketTime: last.time / 1000,
    hasPrePostMarketData: false,
    gmtoffset: newYorkOffset(now) / 1000,
    timezone: zoneName(now),
    exchangeTimezoneName: 'America/New_York',
    regularMarketPrice: price,
    regularMarketDayHigh: today?.high,
    regularMarketDayLow: today?.low,
    regularMarketVolume: today?.volume,
    shortName: instrument.name,
    chartPreviousClose: lastTradeAt(market, Math.min(request.period1, visible) - 1).price,
    ...(intraday && { previousClose: lastTradeAt(market, tradingDay(last.time).start - 1).price, scale: 3 }),
    priceHint: instrument.tick === undefined ? 2 : instrument.decimals,
    currentTradingPeriod: threeSessions(newYorkDate(now)),
    ...(intraday && tradingPeriods(market, request, now)),
    dataGranularity: interval.name,
    range,
    validRanges: VALID_RANGES,
  }
}

function listing({ hours }: Instrument): Readonly<Record<string, string>> {
  return hours === 'globex-equity'
    ? { exchangeName: 'CME', fullExchangeName: 'CME', instrumentType: 'FUTURE' }
    : { exchangeName: 'CCC', fullExchangeName: 'CCC', instrumentType: 'CRYPTOCURRENCY' }
}

/** Yahoo shows a future as one session from midnight to 23:59 in New York, without the daily halt. */
function wholeDate(date: number): TradingPeriod {
  return period(newYorkInstant(date), newYorkInstant(date + 1) - MINUTE)
}

function threeSessions(date: number): Readonly<Record<'pre' | 'regular' | 'post', TradingPeriod>> {
  const regular = wholeDate(date)
  const [start, end] = [regular.start * 1000, regular.end * 1000]
  return { pre: period(start, start), regular, post: period(end, end) }
}

/** One entry a date with trading, if any: a list of lists, or with pre and post sessions asked for, three of them. */
function tradingPeriods(market: SimulatedMarket, request: ChartRequest, now: number): { tradingPeriods?: unknown } {
  const calendar = calendarOf(market.instrument)
  const dates: number[] = []
  const last = tradingDate(Math.min(request.period2 - 1, now))
  for (let date = tradingDate(request.period1); date <= last; date++) {
    const day = tradingDay(newYorkInstant(date))
    if (calendar.openMinutes(day.start, day.end) > 0) dates.push(date)
  }
  if (dates.length === 0) return {}
  if (!request.includePrePost) return { tradingPeriods: dates.map((date) => [wholeDate(date)]) }
  const sessions = dates.map(threeSessions)
  return {
    tradingPeriods: {
      pre: sessions.map(({ pre }) => [pre]),
      regular: sessions.map(({ regular }) => [regular]),
      post: sessions.map(({ post }) => [post]),
    },
  }
}

function period(start: number, end: number): TradingPeriod {
  return { timezone: zoneName(start), start: start / 1000, end: end / 1000, gmtoffset: newYorkOffset(start) / 1000 }
}

function zoneName(time: number): 'EST' | 'EDT' {
  return newYorkOffset(time) === -4 * 60 * MINUTE ? 'EDT' : 'EST'
}
