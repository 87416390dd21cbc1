import { type Bar, BarSeries, instrumentOf, newYorkDate } from '@openpredict/market'
import { describe, expect, it } from 'vitest'

import { barAt, barsFrom, newYork, nyBar, wanderingBars } from '../../testing/hand-made-bars.ts'
import { fedLevels, LONG_AGO, pricesOf, shown } from '../../testing/levels.ts'
import { CalculatorError } from '../errors.ts'
import { LEVEL_TYPES } from './level-types.ts'
import { ReferenceLevels, referenceLevels } from './reference-levels.ts'
import type { ReferenceLevelRow } from './row.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

const key = ({ level_type, period_start }: ReferenceLevelRow): string => `${level_type} ${period_start}`

/** One bar an hour, at 1, 2, 3 … */
const hourly = (from: string, hours: number): Bar[] =>
  Array.from({ length: hours }, (_, i) => barAt(newYork(from) + i * HOUR, i + 1))

describe('history', () => {
  it('decides which periods are known: a cold start in mid-week has no weekly open', () => {
    const bars = barsFrom(newYork('2024-07-03 10:00'), [1, 2])
    expect(
      fedLevels(bars)
        .current()
        .map(({ level_type }) => level_type),
    ).toEqual(['4H_OPEN', '1H_OPEN'])
    const types = fedLevels(bars, { historyStart: newYork('2024-07-01 18:00') })
      .current()
      .map(({ level_type }) => level_type)
    expect(types).toEqual([
      'SESSION_OPEN',
      '4H_OPEN',
      '1H_OPEN',
      'LONDON_HIGH',
      'LONDON_LOW',
      'NY_AM_HIGH',
      'NY_AM_LOW',
    ])
  })

  it('that begins exactly with a period knows it', () => {
    const start = newYork('2024-07-01 18:00')
    expect(pricesOf(fedLevels([barAt(start, 1)]).current(), 'SESSION_OPEN', 'ASIAN_HIGH')).toEqual([1, 1])
    expect(pricesOf(fedLevels([barAt(start + MINUTE, 1)]).current(), 'SESSION_OPEN', 'ASIAN_HIGH')).toEqual([])
  })

  it('can begin with coarser bars', () => {
    const levels = new ReferenceLevels()
    levels.warmUp(barsFrom(newYork('2024-06-30 18:00'), [5, 6, 7], 5 * MINUTE), '5m')
    levels.next(nyBar('2024-07-01 18:00', 9))
    const rows = levels.takeChanges()
    expect(shown(rows, 'SESSION_OPEN')).toEqual([
      '5 06-30T22:00/07-01T22:00 true 06-30T22:15 06-30T22:05',
      '9 07-01T22:00/07-02T22:00 true 07-01T22:01 07-01T22:01',
    ])
    expect(shown(rows, 'PREV_DAY_HIGH')).toEqual(['7 06-30T22:00/07-01T22:00 true 07-01T22:01 07-01T22:01'])
  })
})

describe('daylight saving time', () => {
  it('moves the trading day, not the UTC day', () => {
    const bars = [
      nyBar('2024-03-08 16:59', 1),
      nyBar('2024-03-10 18:00', 2),
      nyBar('2024-03-10 20:00', 3),
      nyBar('2024-03-11 00:00', 4),
      nyBar('2024-03-11 08:30', 5),
    ]
    const rows = fedLevels(bars, LONG_AGO).current()
    expect(shown(rows, 'SESSION_OPEN', 'DAILY_OPEN', 'MIDNIGHT_OPEN', 'NY_OPEN', 'ASIAN_HIGH')).toEqual([
      '2 03-10T22:00/03-11T22:00 true 03-11T12:31 03-10T22:01',
      '3 03-11T00:00/03-12T00:00 true 03-11T12:31 03-11T00:01',
      '4 03-11T04:00/03-12T04:00 true 03-11T12:31 03-11T04:01',
      '5 03-11T12:30/03-12T12:30 true 03-11T12:31 03-11T12:31',
      '4 03-10T22:00/03-11T06:00 true 03-11T12:31 03-11T06:00',
    ])
    expect(shown(rows, 'WEEK_SESSION_OPEN')).toEqual(['2 03-10T22:00/03-17T22:00 true 03-11T12:31 03-10T22:01'])
  })

  it('makes sessions of markets that never close an hour shorter or longer', () => {
    const spring = fedLevels(hourly('2024-03-09 18:00', 23), LONG_AGO).current()
    expect(shown(spring, 'ASIAN_HIGH')[0]).toMatch(/^8 03-09T23:00\/03-10T07:00 true/)
    expect(shown(spring, 'MIDNIGHT_OPEN')[0]).toMatch(/^7 03-10T05:00\/03-11T04:00/)
    const autumn = fedLevels(hourly('2024-11-02 18:00', 25), LONG_AGO).current()
    expect(shown(autumn, 'ASIAN_HIGH')[0]).toMatch(/^9 11-02T22:00\/11-03T07:00 true/)
    expect(shown(autumn, '4H_OPEN')[0]).toMatch(/^25 11-03T22:00\/11-03T23:00 true/)
  })
})

describe('other bars and instruments', () => {
  it('reads bars of an hour: a level appears where one opens in time', () => {
    const bars = Array.from({ length: 24 }, (_, i) => barAt(newYork('2024-07-01 18:00') + i * HOUR, 10 + i))
    const rows = fedLevels(bars, { interval: '1h' }).current()
    expect(pricesOf(rows, 'SESSION_OPEN', 'MIDNIGHT_OPEN', 'ASIAN_HIGH', 'NY_AM_LOW')).toEqual([10, 16, 17, 25])
    // The first bar after 08:30 opens at 09:00: out of the tolerance.
    expect(pricesOf(rows, 'NY_OPEN')).toEqual([])
    expect(pricesOf(fedLevels(bars, { interval: '1h', openTolerance: 30 }).current(), 'NY_OPEN')).toEqual([25])
    expect(shown(rows, 'SESSION_OPEN')).toEqual(['10 07-01T22:00/07-02T22:00 true 07-02T22:00 07-01T23:00'])
  })

  it('rounds to the instrument’s decimals, half away from zero', () => {
    const bars = [barAt(newYork('2024-07-01 18:00'), [100.125, 100.875, 99.95, 100])]
    const priced = (symbol: string): readonly number[] =>
      pricesOf(
        fedLevels(bars, { instrument: instrumentOf(symbol) }).current(),
        'SESSION_OPEN',
        'ASIAN_HIGH',
        'ASIAN_LOW',
      )
    expect(priced('NQ=F')).toEqual([100.13, 100.88, 99.95])
    expect(priced('YM=F')).toEqual([100, 101, 100])
    expect(priced('RTY=F')).toEqual([100.1, 100.9, 100])
  })

  it('counts Saturday and Sunday where the market never closes', () => {
    const bars = [nyBar('2024-07-04 18:00', 1), nyBar('2024-07-05 18:00', 2), nyBar('2024-07-06 18:00', 3)]
    const rows = fedLevels(bars, { instrument: instrumentOf('BTC-USD') }).current()
    expect(pricesOf(rows, 'SESSION_OPEN', 'PREV_DAY_HIGH')).toEqual([3, 2])
  })

  it('goes on only from snapshots that were made with the same tolerance', () => {
    const snapshot = new ReferenceLevels().snapshot()
    new ReferenceLevels({ openTolerance: 15 }).restore(snapshot)
    expect(() => new ReferenceLevels({ openTolerance: 16 }).restore(snapshot)).toThrow(
      'snapshot: made with openTolerance 15, expected 16 as here',
    )
  })

  it('refuses a tolerance that is none', () => {
    for (const openTolerance of [-1, Number.NaN, Number.POSITIVE_INFINITY, '15' as unknown as number]) {
      expect(() => new ReferenceLevels({ openTolerance })).toThrow(CalculatorError)
    }
  })
})

describe('rows', () => {
  it('come in the order of LEVEL_TYPES, one for each', () => {
    const rows = fedLevels(wanderingBars(20_000, newYork('2024-07-01 18:00'), 3)).current()
    expect(rows.map(({ level_type }) => level_type)).toEqual([...LEVEL_TYPES])
  })

  it('are copies', () => {
    const levels = fedLevels(barsFrom(newYork('2024-07-01 18:00'), [1, 2]))
    for (const row of levels.current()) Object.assign(row, { price: -1 })
    for (const row of levels.takeChanges()) Object.assign(row, { price: -1 })
    levels.next(nyBar('2024-07-01 18:02', 3))
    expect(levels.takeChanges().every(({ price }) => price > 0)).toBe(true)
  })

  it('are all reported after any new bar, for each has moved its timestamp, and none without one', () => {
    const levels = fedLevels(barsFrom(newYork('2024-07-01 18:00'), [1, 2]))
    expect(levels.takeChanges()).toHaveLength(5)
    expect(levels.takeChanges()).toEqual([])
    levels.next(nyBar('2024-07-01 18:30', 3))
    const rows = levels.takeChanges()
    expect(rows.map(({ level_type }) => level_type)).toEqual([
      'SESSION_OPEN',
      '4H_OPEN',
      '1H_OPEN',
      'ASIAN_HIGH',
      'ASIAN_LOW',
    ])
    expect(new Set(rows.map(({ timestamp }) => timestamp))).toEqual(new Set([newYork('2024-07-01 18:31')]))
    levels.next(nyBar('2024-07-01 19:00', 4))
    expect(pricesOf(levels.takeChanges(), '1H_OPEN')).toEqual([1, 4])
    expect(levels.takeChanges()).toEqual([])
  })

  it('are the same one bar at a time, in parts and all at once', () => {
    const bars = wanderingBars(6_000, newYork('2024-02-28 18:00'), 2)
    const whole = referenceLevels(BarSeries.from(bars))
    for (const size of [1, 7, 1_000]) {
      const levels = new ReferenceLevels()
      const rows = new Map<string, ReferenceLevelRow>()
      for (let i = 0; i < bars.length; i += size) {
        if (size === 1) levels.next(bars[i] as Bar)
        else levels.feed(bars, i, Math.min(i + size, bars.length))
        for (const row of levels.takeChanges()) rows.set(key(row), row)
      }
      expect(new Map(whole.map((row) => [key(row), row]))).toEqual(rows)
    }
    expect(new Set(whole.map(key)).size).toBe(whole.length)
    expect(newYorkDate(bars.at(-1)?.time ?? 0) - newYorkDate(bars[0]?.time ?? 0)).toBeGreaterThan(100)
  })

  it('know nothing of the bars after a part of a series', () => {
    const levels = new ReferenceLevels()
    levels.feed(BarSeries.from(barsFrom(newYork('2024-07-01 18:00'), [1, 2, 9])), 0, 2)
    expect(pricesOf(levels.current(), 'ASIAN_HIGH')).toEqual([2])
  })

  it('of a whole history are ordered by the start of their period, and can be asked for later', () => {
    const bars = wanderingBars(500, newYork('2024-07-01 18:00'), 1)
    const rows = referenceLevels(bars)
    expect(rows).toEqual(rows.toSorted((a, b) => a.period_start - b.period_start))
    const night = [nyBar('2024-07-01 18:00', 1)]
    const open = referenceLevels(night).filter(({ complete }) => !complete)
    expect(open.map(({ level_type }) => level_type)).toEqual(['ASIAN_HIGH', 'ASIAN_LOW'])
    expect(referenceLevels(night, { asOf: newYork('2024-07-02 02:00') }).every(({ complete }) => complete)).toBe(true)
    expect(() => referenceLevels(night, { asOf: newYork('2024-07-01 18:00') })).toThrow(CalculatorError)
    expect(referenceLevels([])).toEqual([])
  })
})
