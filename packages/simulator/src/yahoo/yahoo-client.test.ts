import { createManualClock, instrumentOf, type ManualClock, parseInstant, snapPrice } from '@openpredict/market'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import YahooFinance from 'yahoo-finance2'

import { createMarket } from '../market.ts'
import { startYahooServer, type YahooServer } from './yahoo-server.ts'

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE
const rty = createMarket({ instrument: instrumentOf('RTY=F') })
const market = createMarket()
const now = parseInstant('2024-03-06T15:00:30Z')

const quiet = (): void => undefined

let clock: ManualClock
let server: YahooServer
let client: InstanceType<typeof YahooFinance>
beforeAll(async () => {
  clock = createManualClock(now)
  server = await startYahooServer({ markets: [market, rty], clock })
  client = new YahooFinance({
    suppressNotices: ['yahooSurvey'],
    versionCheck: false,
    validation: { logErrors: false },
    logger: { info: quiet, warn: quiet, error: quiet, debug: quiet, dir: quiet },
    fetch: (input, init) => {
      const { pathname, search } = new URL(input instanceof Request ? input.url : input)
      return fetch(server.url + pathname + search, init)
    },
  })
})
afterAll(async () => server.close())

const minutes = (from: number, to = now, symbol = 'NQ=F') =>
  client.chart(symbol, { interval: '1m', period1: new Date(from), period2: new Date(to) })

describe('the client yahoo-finance2', () => {
  it('accepts a chart of minutes, whose last row is off the minute', async () => {
    const { meta, quotes } = await minutes(now - 60 * MINUTE)
    expect(meta).toMatchObject({
      symbol: 'NQ=F',
      currency: 'USD',
      instrumentType: 'FUTURE',
      exchangeTimezoneName: 'America/New_York',
      dataGranularity: '1m',
    })
    const visible = now - 10 * MINUTE
    expect(meta.regularMarketTime.getTime()).toBe(market.lastTradeTime(visible))
    expect(quotes.length).toBe(50)
    expect(quotes.slice(0, -1).every(({ date }) => date.getTime() % MINUTE === 0)).toBe(true)
    const forming = market.forming(visible)
    expect(quotes.at(-1)).toEqual({ ...forming, time: undefined, date: new Date(market.lastTradeTime(visible)) })
    expect((quotes.at(-1)?.date.getTime() ?? 0) % MINUTE).not.toBe(0)
  })

  it('gets prices as 32-bit floats, which snap back onto the tick', async () => {
    const { quotes } = await minutes(now - 60 * MINUTE, now - 20 * MINUTE, 'RTY=F')
    const bars = rty.bars(now - 60 * MINUTE, now - 20 * MINUTE)
    const closes = quotes.map(({ close }) => close ?? Number.NaN)
    expect(closes).toEqual(closes.map(Math.fround))
    expect(closes).not.toEqual([...bars.close])
    expect(closes.map((close) => snapPrice(close, rty.instrument))).toEqual([...bars.close])
  })

  it('accepts seven days of minutes, all other intervals, and both shapes of trading periods', async () => {
    const week = await minutes(now - 7 * DAY)
    expect(week.quotes.length).toBe(market.bars(now - 7 * DAY, now - 11 * MINUTE).length + 1)
    for (const interval of ['2m', '5m', '15m', '30m', '60m', '90m', '1h', '1d', '5d', '1wk', '1mo', '3mo'] as const) {
      for (const includePrePost of [true, false]) {
        const { quotes } = await client.chart('NQ=F', {
          interval,
          period1: new Date(now - 50 * DAY),
          includePrePost,
          period2: new Date(now),
        })
        expect(quotes.length).toBeGreaterThan(0)
      }
    }
  })

  it('gets no quotes for a weekend', async () => {
    const saturday = parseInstant('2024-03-02T12:00:00Z')
    expect((await minutes(saturday, saturday + DAY / 2)).quotes).toEqual([])
  })

  it('throws what the protocol says', async () => {
    await expect(minutes(now - DAY, now, 'XX=F')).rejects.toThrow('No data found, symbol may be delisted')
    await expect(minutes(now - 31 * DAY, now - 30 * DAY)).rejects.toThrow('must be within the last 30 days')
    await expect(minutes(now - 9 * DAY)).rejects.toThrow('Only 8 days worth of 1m granularity data')
  })

  it('needs nothing but the chart', () => {
    expect(new Set(server.requests.map(({ path }) => path))).toEqual(
      new Set(['NQ=F', 'RTY=F', 'XX=F'].map((symbol) => `/v8/finance/chart/${symbol}`)),
    )
  })

  it('sees each minute form, close and stay', async () => {
    const seen = new Map<number, unknown>()
    for (let second = 0; second < 180; second += 15) {
      const { quotes } = await minutes(now - 20 * MINUTE, clock.now())
      const closed = quotes.slice(0, -1)
      for (const { date, ...bar } of closed) {
        const before = seen.get(date.getTime()) ?? bar
        expect(bar).toEqual(before)
        seen.set(date.getTime(), bar)
      }
      clock.advance(15_000)
    }
    expect(seen.size).toBe(12)
  })
})
