import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { MarketError } from './errors.ts'
import { newYorkDate, newYorkTimeOfDay } from './new-york-time.ts'
import { formatDate, tradingDate, tradingDay, tradingWeek } from './trading-day.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const instants = fc.integer({ min: Date.UTC(1987, 1, 1), max: Date.UTC(2199, 11, 1) })
const iso = ({ start, end }: { start: number; end: number }): string[] =>
  [start, end].map((time) => new Date(time).toISOString())
/** 0 is Sunday; 1970-01-01 was a Thursday. */
const weekday = (date: number): number => (date + 4) % 7

describe('tradingDay', () => {
  it('contains the instant and runs from 18:00 to 18:00 in New York', () => {
    fc.assert(
      fc.property(instants, (time) => {
        const { start, end } = tradingDay(time)
        expect(start).toBeLessThanOrEqual(time)
        expect(time).toBeLessThan(end)
        expect(newYorkTimeOfDay(start)).toBe(18 * HOUR)
        expect(newYorkTimeOfDay(end)).toBe(18 * HOUR)
        expect(newYorkDate(end)).toBe(newYorkDate(start) + 1)
      }),
    )
  })

  it('follows the one before without a hole and without an overlap', () => {
    fc.assert(
      fc.property(instants, (time) => {
        const day = tradingDay(time)
        expect(tradingDay(day.start)).toEqual(day)
        expect(tradingDay(day.end - 1)).toEqual(day)
        expect(tradingDay(day.start - 1).end).toBe(day.start)
        expect(tradingDay(day.end).start).toBe(day.end)
      }),
    )
  })

  it('moves with daylight saving time and is an hour shorter or longer on its Sundays', () => {
    expect(iso(tradingDay(Date.UTC(2024, 6, 1, 12)))).toEqual(['2024-06-30T22:00:00.000Z', '2024-07-01T22:00:00.000Z'])
    expect(iso(tradingDay(Date.UTC(2024, 0, 10, 12)))).toEqual(['2024-01-09T23:00:00.000Z', '2024-01-10T23:00:00.000Z'])
    expect(iso(tradingDay(Date.UTC(2024, 2, 10, 12)))).toEqual(['2024-03-09T23:00:00.000Z', '2024-03-10T22:00:00.000Z'])
    expect(iso(tradingDay(Date.UTC(2024, 10, 3, 12)))).toEqual(['2024-11-02T22:00:00.000Z', '2024-11-03T23:00:00.000Z'])
  })
})

describe('tradingDate', () => {
  it('is the date on which the trading day ends', () => {
    fc.assert(
      fc.property(instants, (time) => {
        expect(tradingDate(time)).toBe(newYorkDate(tradingDay(time).end))
      }),
    )
  })

  it('turns at 18:00 New York', () => {
    const turn = Date.UTC(2024, 6, 1, 22)
    expect(formatDate(tradingDate(turn - 1))).toBe('2024-07-01')
    expect(formatDate(tradingDate(turn))).toBe('2024-07-02')
  })
})

describe('tradingWeek', () => {
  it('contains the instant and runs from Sunday 18:00 to Sunday 18:00 in New York', () => {
    fc.assert(
      fc.property(instants, (time) => {
        const { start, end } = tradingWeek(time)
        expect(start).toBeLessThanOrEqual(time)
        expect(time).toBeLessThan(end)
        for (const edge of [start, end]) {
          expect(newYorkTimeOfDay(edge)).toBe(18 * HOUR)
          expect(weekday(newYorkDate(edge))).toBe(0)
        }
        expect(newYorkDate(end)).toBe(newYorkDate(start) + 7)
      }),
    )
  })

  it('holds whole trading days', () => {
    fc.assert(
      fc.property(instants, (time) => {
        const week = tradingWeek(time)
        const day = tradingDay(time)
        expect(tradingWeek(day.start)).toEqual(week)
        expect(tradingWeek(day.end - 1)).toEqual(week)
      }),
    )
  })

  it('turns on Sunday at 18:00 New York', () => {
    const turn = Date.UTC(2024, 5, 30, 22)
    expect(iso(tradingWeek(turn - 1))).toEqual(['2024-06-23T22:00:00.000Z', '2024-06-30T22:00:00.000Z'])
    expect(iso(tradingWeek(turn))).toEqual(['2024-06-30T22:00:00.000Z', '2024-07-07T22:00:00.000Z'])
  })
})

describe('the years whose rules are known', () => {
  it('bound trading days and weeks', () => {
    for (const time of [Date.UTC(1986, 11, 31), Date.UTC(2200, 0, 1), Number.NaN]) {
      for (const ask of [tradingDay, tradingDate, tradingWeek]) expect(() => ask(time)).toThrow(MarketError)
    }
    expect(formatDate(tradingDate(Date.UTC(1987, 0, 1)))).toBe('1987-01-01')
    expect(formatDate(tradingDate(Date.UTC(2200, 0, 1) - 1))).toBe('2200-01-01')
  })
})

describe('formatDate', () => {
  it('writes days since 1970-01-01 as a date', () => {
    expect(formatDate(0)).toBe('1970-01-01')
    expect(formatDate(-1)).toBe('1969-12-31')
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 80_000 }), (date) => {
        expect(Date.parse(`${formatDate(date)}T00:00:00Z`)).toBe(date * DAY)
      }),
    )
  })
})
