import { instrumentOf, parseInstant } from '@openpredict/market'
import { describe, expect, it } from 'vitest'

import { createMarket } from '../market.ts'
import { CHART_INTERVALS, type ChartInterval } from './chart-interval.ts'
import { chartMeta } from './chart-meta.ts'

const DAY = 86_400_000
const MINUTE = 60_000
const market = createMarket()
const now = parseInstant('2024-03-06T15:00:30Z')
const visible = now - 10 * MINUTE
const metaOf = (interval: string, from = now - DAY, to = now, includePrePost = false, own = market) =>
  chartMeta(
    own,
    { interval: CHART_INTERVALS.get(interval) as ChartInterval, period1: from, period2: to, range: '', includePrePost },
    now,
    visible,
  )

/** New York's midnight, and the whole date from there as a trading period, in Unix seconds. */
const midnight = (date: string): number => parseInstant(`${date}T05:00:00Z`) / 1000
const whole = (date: string) => ({
  timezone: 'EST',
  start: midnight(date),
  end: midnight(date) + 86_340,
  gmtoffset: -18_000,
})

describe('chartMeta', () => {
  const meta = metaOf('1m')

  it('says what is listed and where', () => {
    expect(meta).toMatchObject({
      currency: 'USD',
      symbol: 'NQ=F',
      exchangeName: 'CME',
      instrumentType: 'FUTURE',
      shortName: 'E-mini Nasdaq-100',
      exchangeTimezoneName: 'America/New_York',
      hasPrePostMarketData: false,
      priceHint: 2,
      dataGranularity: '1m',
      range: '',
    })
    expect(metaOf('1m', now - DAY, now, false, createMarket({ instrument: instrumentOf('BTC-USD') }))).toMatchObject({
      instrumentType: 'CRYPTOCURRENCY',
      priceHint: 2,
    })
  })

  it('knows the last trade, the day so far and the closes before, and nothing from later than what is visible', () => {
    const day = market.barsOf('1m', parseInstant('2024-03-05T23:00:00Z'), Math.floor(visible / MINUTE) * MINUTE)
    const forming = market.forming(visible)
    expect(meta).toMatchObject({
      regularMarketTime: market.lastTradeTime(visible) / 1000,
      regularMarketPrice: forming?.close,
      regularMarketDayHigh: Math.max(...day.high, forming?.high ?? 0),
      regularMarketDayLow: Math.min(...day.low, forming?.low ?? Infinity),
      previousClose: market.bar(parseInstant('2024-03-05T21:59:00Z'))?.close,
      chartPreviousClose: market.forming(market.lastTradeTime(now - DAY - 1))?.close,
    })
    expect(metaOf('1m', now - 1)['chartPreviousClose']).toBe(market.forming(visible - 1)?.close)
  })

  it('gives the time zone of now', () => {
    expect(meta).toMatchObject({ gmtoffset: -18_000, timezone: 'EST' })
    const summer = parseInstant('2024-07-01T15:00:00Z')
    const request = { interval: CHART_INTERVALS.get('1m') as ChartInterval, range: '', includePrePost: false }
    expect(
      chartMeta(market, { ...request, period1: summer - DAY, period2: summer }, summer, summer - MINUTE),
    ).toMatchObject({ gmtoffset: -14_400, timezone: 'EDT' })
  })

  it('shows a future as one session from midnight to 23:59', () => {
    const { start, end } = whole('2024-03-06')
    expect(meta['currentTradingPeriod']).toEqual({
      pre: { ...whole('2024-03-06'), end: start },
      regular: whole('2024-03-06'),
      post: { ...whole('2024-03-06'), start: end },
    })
  })

  it('lists the trading dates of the window: lists of sessions, or three such lists with pre and post', () => {
    const friday = parseInstant('2024-03-01T15:00:00Z')
    const tuesday = parseInstant('2024-03-05T15:00:00Z')
    const dates = ['2024-03-01', '2024-03-04', '2024-03-05']
    expect(metaOf('5m', friday, tuesday)['tradingPeriods']).toEqual(dates.map((date) => [whole(date)]))
    expect(metaOf('5m', friday, tuesday, true)['tradingPeriods']).toEqual({
      pre: dates.map((date) => [{ ...whole(date), end: whole(date).start }]),
      regular: dates.map((date) => [whole(date)]),
      post: dates.map((date) => [{ ...whole(date), start: whole(date).end }]),
    })
  })

  it('has no trading periods for whole days, nor for a weekend', () => {
    const saturday = parseInstant('2024-03-02T15:00:00Z')
    expect(metaOf('1m', saturday, saturday + DAY / 2)['tradingPeriods']).toBeUndefined()
    expect(Object.keys(metaOf('1d'))).not.toEqual(expect.arrayContaining(['tradingPeriods']))
    expect(metaOf('1d')['dataGranularity']).toBe('1d')
  })
})
