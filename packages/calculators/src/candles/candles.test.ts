import { type Bar, BarSeries, formatInstant, intervalMs, parseInstant } from '@openpredict/market'
import { describe, expect, it } from 'vitest'

import { barAt, barsFrom, newYork, nyBar, utcBar, wanderingBars } from '../../testing/hand-made-bars.ts'
import { CalculatorError } from '../errors.ts'
import { Candles, candles } from './candles.ts'
import { candlePeriod, type Timeframe } from './timeframe.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const START = newYork('2024-07-01 18:00')
const times = (made: readonly Bar[]): readonly string[] => made.map(({ time }) => formatInstant(time).slice(5, 16))

function shown(timeframe: Timeframe, time: number): string {
  const { start, end } = candlePeriod(timeframe, time)
  return `${formatInstant(start).slice(5, 16)} ${formatInstant(end).slice(5, 16)}`
}

describe('candles', () => {
  it('take the first open, the highest high, the lowest low, the last close and the summed volume', () => {
    const bars = [
      barAt(START, [10, 12, 9, 11], 5),
      barAt(START + MINUTE, [11, 15, 10, 12], 0),
      barAt(START + 4 * MINUTE, [12, 13, 7, 8], 2),
    ]
    expect(candles(bars, '5m')).toEqual([{ time: START, open: 10, high: 15, low: 7, close: 8, volume: 7 }])
  })

  it('close with the clock, not with the next bar', () => {
    const maker = new Candles('5m')
    maker.feed(barsFrom(START, [1, 2, 3, 4]))
    expect(maker.takeClosed()).toEqual([])
    expect(maker.forming).toMatchObject({ time: START, open: 1, close: 4 })
    maker.next(barAt(START + 4 * MINUTE, 5))
    expect(maker.takeClosed()).toMatchObject([{ time: START, close: 5 }])
    expect(maker.forming).toBeUndefined()
    maker.next(barAt(START + 5 * MINUTE, 6))
    maker.advanceTo(START + 10 * MINUTE - 1)
    expect(maker.takeClosed()).toEqual([])
    maker.advanceTo(START + 10 * MINUTE)
    expect(maker.takeClosed()).toMatchObject([{ time: START + 5 * MINUTE, close: 6 }])
  })

  it('close by two when one bar jumps into the last minute of a later one', () => {
    const maker = new Candles('5m')
    maker.next(barAt(START, 1))
    maker.next(barAt(START + 14 * MINUTE, 2))
    expect(times(maker.takeClosed())).toEqual(['07-01T22:00', '07-01T22:10'])
  })

  it('do not exist where no bar is', () => {
    const bars = [utcBar('2024-07-01T14:00Z', 1), utcBar('2024-07-01T14:20Z', 2), utcBar('2024-07-01T15:00Z', 3)]
    expect(times(candles(bars, '15m'))).toEqual(['07-01T14:00', '07-01T14:15'])
  })

  it('leave out a first one that began before history', () => {
    const bars = barsFrom(START + 3 * MINUTE, [1, 2, 3, 4, 5, 6, 7])
    expect(times(candles(bars, '5m'))).toEqual(['07-01T22:05'])
    expect(times(candles(bars, '5m', { historyStart: START }))).toEqual(['07-01T22:00', '07-01T22:05'])
    expect(times(candles(bars, '5m', { historyStart: START + MINUTE }))).toEqual(['07-01T22:05'])
    const maker = new Candles('5m')
    maker.next(barAt(START + MINUTE, 1))
    expect(maker.forming).toBeUndefined()
  })

  it('of 1m are the bars', () => {
    const bars = wanderingBars(50, START, 1)
    expect(candles(bars, '1m')).toEqual(bars)
  })

  it('are the same one bar at a time as all at once', () => {
    const bars = wanderingBars(3_000, START, 1)
    for (const timeframe of ['5m', '15m', '1H', '4H'] as const) {
      const maker = new Candles(timeframe)
      const made = bars.flatMap((bar) => {
        maker.next(bar)
        return maker.takeClosed()
      })
      expect(made).toEqual(candles(BarSeries.from(bars), timeframe))
      expect(made.length).toBeGreaterThan(100)
    }
  })

  it.each<[Timeframe, '2m' | '5m' | '10m' | '30m']>([
    ['1m', '5m'],
    ['5m', '2m'],
    ['15m', '10m'],
    ['15m', '30m'],
  ])('of %s are refused from bars of %s', (timeframe, interval) => {
    expect(() => candles([], timeframe, { interval })).toThrow(CalculatorError)
    expect(() => candles([], timeframe, { interval })).toThrow(
      `option timeframe: found "${timeframe}", expected a whole multiple of the ${intervalMs(interval) / 1000} s that bars last`,
    )
  })

  it('refuse a timeframe that is none, and an asOf before the last close', () => {
    expect(() => new Candles('2H' as '4H')).toThrow('option timeframe: found "2H", expected one of 1m, 5m, 15m, 1H, 4H')
    expect(() => candles([nyBar('2024-07-01 18:00', 1)], '5m', { asOf: START })).toThrow(CalculatorError)
    expect(times(candles([nyBar('2024-07-01 18:00', 1)], '5m', { asOf: START + HOUR }))).toEqual(['07-01T22:00'])
  })
})

describe('the period of a candle', () => {
  it('up to one hour lies on whole multiples in UTC', () => {
    const time = parseInstant('2024-07-01T13:37:59Z')
    expect(shown('1m', time)).toBe('07-01T13:37 07-01T13:38')
    expect(shown('5m', time)).toBe('07-01T13:35 07-01T13:40')
    expect(shown('15m', time)).toBe('07-01T13:30 07-01T13:45')
    expect(shown('1H', time)).toBe('07-01T13:00 07-01T14:00')
  })

  it('of four hours is counted from 18:00 New York, in summer and in winter', () => {
    expect(shown('4H', newYork('2024-07-01 18:00'))).toBe('07-01T22:00 07-02T02:00')
    expect(shown('4H', newYork('2024-07-01 17:59'))).toBe('07-01T18:00 07-01T22:00')
    expect(shown('4H', newYork('2024-01-09 02:30'))).toBe('01-09T07:00 01-09T11:00')
  })

  it('of four hours ends with a day of 23 or 25 hours', () => {
    expect(shown('4H', newYork('2024-03-10 17:00'))).toBe('03-10T19:00 03-10T22:00')
    expect(shown('4H', newYork('2024-11-03 17:30'))).toBe('11-03T22:00 11-03T23:00')
    expect(shown('4H', newYork('2024-11-03 18:00'))).toBe('11-03T23:00 11-04T03:00')
  })
})
