import { type Bar, calendarOf, parseInstant } from '@openpredict/market'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { createMarket } from '../market.ts'
import { CHART_INTERVALS, type ChartInterval } from './chart-interval.ts'
import type { ChartRequest } from './chart-request.ts'
import { chartRows, lastTradeAt, mergedBar } from './chart-rows.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const market = createMarket()
/** A Wednesday, 09:50:30 in New York. */
const visible = parseInstant('2024-03-06T14:50:30Z')
const minute = visible - 30_000

function requestOf(name: string, period1: number, period2: number): ChartRequest {
  const interval = CHART_INTERVALS.get(name) as ChartInterval
  return { interval, period1, period2, range: '', includePrePost: false }
}
const rows = (interval: string, period1: number, period2: number, at = visible): readonly Bar[] =>
  chartRows(market, requestOf(interval, period1, period2), at)

describe('closed rows', () => {
  it('are the bars that open in the window', () => {
    const bars = rows('1m', minute - 20 * MINUTE + 1, minute - 10 * MINUTE)
    expect(bars).toEqual(market.bars(minute - 19 * MINUTE, minute - 10 * MINUTE).toArray())
    expect(bars.length).toBe(9)
  })

  it('are merged for coarser intervals, whole even when they end beyond the window', () => {
    expect(rows('5m', minute - 20 * MINUTE, minute - 9 * MINUTE)).toEqual(
      market.barsOf('5m', minute - 20 * MINUTE, minute - 9 * MINUTE).toArray(),
    )
    const quarters = rows('90m', minute - DAY, minute - 10 * HOUR)
    expect(quarters.every(({ time }) => time % (90 * MINUTE) === 0)).toBe(true)
    expect(quarters.reduce((sum, { volume }) => sum + volume, 0)).toBe(
      market
        .bars(quarters[0]?.time ?? 0, (quarters.at(-1)?.time ?? 0) + 90 * MINUTE)
        .volume.reduce((sum, volume) => sum + volume, 0),
    )
  })

  it('never include the bar that is still forming', () => {
    expect(rows('5m', minute - 5 * MINUTE, visible - 1).map(({ time }) => time)).toEqual([minute - 5 * MINUTE])
    expect(rows('1h', minute - 20 * MINUTE, visible - 1)).toEqual([])
  })

  it('do not exist for a weekend', () => {
    const saturday = parseInstant('2024-03-02T12:00:00Z')
    expect(rows('1m', saturday, saturday + 6 * HOUR)).toEqual([])
  })
})

describe('the live row', () => {
  it('is the forming bar, stamped with the second of its last trade', () => {
    const live = rows('1m', minute - 5 * MINUTE, visible).at(-1)
    const last = market.lastTradeTime(visible)
    expect(last).toBeGreaterThan(minute)
    expect(live).toEqual({ ...market.forming(visible), time: last })
  })

  it('is the forming bar of a coarser interval, too', () => {
    const live = rows('1h', minute - 5 * HOUR, visible).at(-1)
    expect(live).toEqual({ ...market.forming(visible, '1h'), time: market.lastTradeTime(visible) })
  })

  it('is not in a window that ends before what is known', () => {
    expect(rows('1m', minute - 5 * MINUTE, visible - 1).every(({ time }) => time % MINUTE === 0)).toBe(true)
  })

  it('comes even when the window begins after it', () => {
    expect(rows('1m', visible + 1, visible + HOUR).map(({ time }) => time)).toEqual([market.lastTradeTime(visible)])
  })

  it('is the last quote, flat and without volume, before the first trade of a minute', () => {
    const close = market.bar(minute - MINUTE)?.close ?? Number.NaN
    const [whole, quote] = rows('1m', minute - MINUTE, minute + HOUR, minute)
    expect(whole).toEqual(market.bar(minute - MINUTE))
    expect(quote).toEqual({
      time: market.lastTradeTime(minute),
      open: close,
      high: close,
      low: close,
      close,
      volume: 0,
    })
  })

  it('is the last quote in a minute without a trade', () => {
    const from = parseInstant('2024-03-04T00:00:00Z')
    const times = new Set(market.bars(from, from + 4 * DAY).time)
    const calendar = calendarOf(market.instrument)
    const empty = Array.from({ length: 4 * 1440 }, (_, i) => from + i * MINUTE).find(
      (time) => calendar.isOpen(time) && !times.has(time) && times.has(time - MINUTE),
    )
    const now = (empty ?? 0) + 59_000
    const [whole, quote] = rows('1m', now - 2 * MINUTE, now, now)
    expect(whole).toEqual(market.bar(Math.floor(now / MINUTE) * MINUTE - MINUTE))
    expect(quote).toMatchObject({ time: market.lastTradeTime(now), close: whole?.close, volume: 0 })
  })

  it('is the last quote while the market is closed', () => {
    const saturday = parseInstant('2024-03-09T12:00:00Z')
    const friday = market.lastTradeTime(saturday)
    const quotes = rows('1m', saturday - HOUR, saturday, saturday)
    expect(quotes.length).toBe(1)
    expect(quotes[0]).toMatchObject({ time: friday, volume: 0, high: quotes[0]?.low })
    expect(new Date(friday).toISOString()).toMatch(/^2024-03-08T21:59:/)
  })
})

describe('what can be seen', () => {
  it('never comes from later, and closed rows never change', () => {
    const instants = fc.integer({ min: 0, max: 10 * DAY }).map((offset) => visible - offset)
    const names = fc.constantFrom('1m', '5m', '1h', '4h', '1d')
    fc.assert(
      fc.property(instants, names, fc.integer({ min: 1, max: 2 * DAY }), (now, name, later) => {
        const request = requestOf(name, now - 2 * DAY, now)
        const seen = chartRows(market, request, now)
        const closed = seen.slice(0, -1)
        expect(seen.every(({ time }) => time <= now)).toBe(true)
        expect(seen.at(-1)?.time).toBe(market.lastTradeTime(now))
        expect(chartRows(market, request, now + later).slice(0, closed.length)).toEqual(closed)
      }),
      { numRuns: 60 },
    )
  })
})

describe('rows of whole days', () => {
  const monday = parseInstant('2024-03-04T05:00:00Z')

  it('are stamped with midnight in New York and hold the trading day from the evening before', () => {
    const [first, second] = rows('1d', monday, monday + 2 * DAY)
    const bars = market.bars(parseInstant('2024-03-03T23:00:00Z'), parseInstant('2024-03-04T23:00:00Z')).toArray()
    expect(first).toEqual({
      time: monday,
      open: bars[0]?.open,
      high: Math.max(...bars.map(({ high }) => high)),
      low: Math.min(...bars.map(({ low }) => low)),
      close: bars.at(-1)?.close,
      volume: bars.reduce((sum, { volume }) => sum + volume, 0),
    })
    expect(second?.time).toBe(monday + DAY)
  })

  it('begin with the first that is stamped in the window', () => {
    expect(rows('1d', monday + 1, monday + 2 * DAY).map(({ time }) => time)).toEqual([monday + DAY])
    expect(rows('1wk', monday + 1 - 14 * DAY, monday).map(({ time }) => time)).toEqual([monday - 7 * DAY])
  })

  it('end with the day so far, stamped with its last trade', () => {
    const days = rows('1d', monday, visible)
    const start = parseInstant('2024-03-05T23:00:00Z')
    expect(days.map(({ time }) => time)).toEqual([monday, monday + DAY, market.lastTradeTime(visible)])
    expect(days.at(-1)).toEqual({ ...mergedBar(market, start, visible), time: market.lastTradeTime(visible) })
  })

  it('stay stamped with the last trade over the weekend', () => {
    const saturday = parseInstant('2024-03-09T12:00:00Z')
    const days = rows('1d', monday, saturday, saturday)
    expect(days.length).toBe(5)
    expect(days.at(-1)?.time).toBe(market.lastTradeTime(saturday))
    expect(rows('1d', monday, saturday - 1, saturday).at(-1)?.time).toBe(monday + 4 * DAY)
  })

  it('are live on a Sunday evening, before the date that they will be stamped with', () => {
    const sunday = parseInstant('2024-03-03T23:30:30Z')
    const live = rows('1d', sunday - 3 * DAY, sunday, sunday).at(-1)
    expect(live).toEqual({ ...market.forming(sunday, '1h'), time: market.lastTradeTime(sunday) })
  })

  it('are joined to weeks and months', () => {
    const weeks = rows('1wk', parseInstant('2024-02-05T05:00:00Z'), parseInstant('2024-03-04T05:00:00Z'))
    expect(weeks.map(({ time }) => new Date(time).toISOString().slice(0, 10))).toEqual([
      '2024-02-05',
      '2024-02-12',
      '2024-02-19',
      '2024-02-26',
    ])
    const [month] = rows('1mo', parseInstant('2024-02-01T05:00:00Z'), parseInstant('2024-03-01T05:00:00Z'))
    const days = rows('1d', parseInstant('2024-02-01T05:00:00Z'), parseInstant('2024-03-01T05:00:00Z'))
    expect(month?.volume).toBe(days.reduce((sum, { volume }) => sum + volume, 0))
    expect(month?.high).toBe(Math.max(...days.map(({ high }) => high)))
  })
})

describe('lastTradeAt', () => {
  it('is the close of the last minute traded', () => {
    expect(lastTradeAt(market, minute - 1)).toEqual({
      time: market.lastTradeTime(minute - 1),
      price: market.bar(minute - MINUTE)?.close,
    })
  })
})
