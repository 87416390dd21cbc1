import type { Bar } from '@openpredict/market'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { cases, opened } from '../cases.ts'
import { allowTime, runs } from '../runs.ts'
import { candlesNaive } from './candles.ts'
import { currentPivotsNaive, fibonacciPivotsNaive } from './fibonacci-pivots.ts'
import { currentLevelsByBar, currentLevelsNaive, referenceLevelsNaive } from './reference-levels.ts'
import { rounded } from './rows.ts'
import {
  fourHours,
  HOUR,
  newYorkClock,
  newYorkDay,
  newYorkInstant,
  newYorkSession,
  tradingDay,
  tradingWeek,
  utcMonth,
  utcWeek,
  type Period,
} from './time.ts'

allowTime()

const utc = (text: string): number => Date.parse(`${text}Z`)
const written = ({ start, end }: Period): string[] => [start, end].map((t) => new Date(t).toISOString().slice(0, 16))
const bar = (text: string, [open, high, low, close]: [number, number, number, number], volume = 0): Bar => ({
  time: utc(text),
  open,
  high,
  low,
  close,
  volume,
})
const brief = (rows: readonly { level_type: string; price: number }[]): Record<string, number> =>
  Object.fromEntries(rows.map((row) => [row.level_type, row.price]))

describe('reference time', () => {
  it('reads New York’s clock in summer, in winter and at both changes', () => {
    expect(newYorkClock(utc('2024-07-01T13:30'))).toBe(utc('2024-07-01T09:30'))
    expect(newYorkClock(utc('2024-01-02T14:30'))).toBe(utc('2024-01-02T09:30'))
    expect(newYorkClock(utc('2024-03-10T06:59'))).toBe(utc('2024-03-10T01:59'))
    expect(newYorkClock(utc('2024-03-10T07:00'))).toBe(utc('2024-03-10T03:00'))
    expect(newYorkClock(utc('2024-11-03T05:59'))).toBe(utc('2024-11-03T01:59'))
    expect(newYorkClock(utc('2024-11-03T06:00'))).toBe(utc('2024-11-03T01:00'))
  })

  it('finds the first instant of a reading, and the change itself for a skipped one', () => {
    expect(newYorkInstant(utc('2024-07-01T18:00'))).toBe(utc('2024-07-01T22:00'))
    expect(newYorkInstant(utc('2024-01-02T18:00'))).toBe(utc('2024-01-02T23:00'))
    expect(newYorkInstant(utc('2024-03-10T02:00'))).toBe(utc('2024-03-10T07:00'))
    expect(newYorkInstant(utc('2024-11-03T01:30'))).toBe(utc('2024-11-03T05:30'))
    expect(newYorkInstant(utc('2024-11-03T02:00'))).toBe(utc('2024-11-03T07:00'))
  })

  it('has trading days of 23 and 25 hours at the clock changes', () => {
    expect(written(tradingDay(utc('2024-03-10T12:00')))).toEqual(['2024-03-09T23:00', '2024-03-10T22:00'])
    expect(written(tradingDay(utc('2024-11-03T12:00')))).toEqual(['2024-11-02T22:00', '2024-11-03T23:00'])
    expect(written(tradingDay(utc('2024-07-01T21:59')))).toEqual(['2024-06-30T22:00', '2024-07-01T22:00'])
    expect(written(tradingDay(utc('2024-07-01T22:00')))).toEqual(['2024-07-01T22:00', '2024-07-02T22:00'])
  })

  it('has trading weeks from Sunday 18:00 New York', () => {
    expect(written(tradingWeek(utc('2024-03-10T21:59')))).toEqual(['2024-03-03T23:00', '2024-03-10T22:00'])
    expect(written(tradingWeek(utc('2024-03-10T22:00')))).toEqual(['2024-03-10T22:00', '2024-03-17T22:00'])
    expect(written(tradingWeek(utc('2024-07-03T12:00')))).toEqual(['2024-06-30T22:00', '2024-07-07T22:00'])
  })

  it('has sessions on the New York clock, the Asian one across midnight', () => {
    const asia = (t: string): Period | undefined => newYorkSession(utc(t), 18 * HOUR, 26 * HOUR)
    expect(written(asia('2024-07-02T05:59') ?? { start: 0, end: 0 })).toEqual(['2024-07-01T22:00', '2024-07-02T06:00'])
    expect(asia('2024-07-02T06:00')).toBeUndefined()
    expect(written(newYorkDay(utc('2024-07-02T12:29'), 8.5 * HOUR))).toEqual(['2024-07-01T12:30', '2024-07-02T12:30'])
    expect(written(newYorkDay(utc('2024-07-02T12:30'), 8.5 * HOUR))).toEqual(['2024-07-02T12:30', '2024-07-03T12:30'])
  })

  it('counts four hours from 18:00 New York', () => {
    expect(written(fourHours(utc('2024-07-02T13:59')))).toEqual(['2024-07-02T10:00', '2024-07-02T14:00'])
    expect(written(fourHours(utc('2024-07-02T21:59')))).toEqual(['2024-07-02T18:00', '2024-07-02T22:00'])
    expect(written(fourHours(utc('2024-01-02T21:59')))).toEqual(['2024-01-02T19:00', '2024-01-02T23:00'])
  })

  it('has calendar weeks and months in UTC', () => {
    expect(written(utcWeek(utc('2024-03-03T23:59')))).toEqual(['2024-02-26T00:00', '2024-03-04T00:00'])
    expect(written(utcMonth(utc('2024-02-29T23:59')))).toEqual(['2024-02-01T00:00', '2024-03-01T00:00'])
    expect(written(utcMonth(utc('2024-12-31T23:59')))).toEqual(['2024-12-01T00:00', '2025-01-01T00:00'])
  })
})

describe('reference rows', () => {
  it('round half away from zero, a value within 1e-9 of a tie as the tie', () => {
    expect(rounded(1.005, {})).toBe(1.01)
    expect(rounded(1.004_999_999_5, {})).toBe(1.01)
    expect(rounded(1.004_999_998, {})).toBe(1)
    expect(rounded(-1.005, {})).toBe(-1.01)
    expect(rounded(-0.001, {})).toBe(0)
    expect(rounded(100.5, { instrument: 'YM=F' })).toBe(101)
    expect(rounded(19.99, {})).toBe(19.99)
  })

  // Sunday 2024-06-30, 18:00 New York, is 22:00 UTC.
  const bars = [
    bar('2024-06-30T22:00', [100, 102, 99, 101]),
    bar('2024-06-30T22:01', [101, 105, 100, 104]),
    bar('2024-07-01T00:15', [104, 104, 90, 91]),
    bar('2024-07-01T04:16', [91, 95, 91, 94]),
    bar('2024-07-01T06:00', [94, 200, 94, 99]),
    bar('2024-07-01T22:03', [98, 98, 97, 97]),
  ]

  it('has the levels of a market that was worked out by hand', () => {
    expect(brief(currentLevelsNaive(bars.slice(0, 2)))).toEqual({
      WEEK_SESSION_OPEN: 100,
      SESSION_OPEN: 100,
      '4H_OPEN': 100,
      '1H_OPEN': 100,
      ASIAN_HIGH: 105,
      ASIAN_LOW: 99,
    })
    expect(brief(currentLevelsNaive(bars.slice(0, 5)))).toEqual({
      WEEK_SESSION_OPEN: 100,
      SESSION_OPEN: 100,
      // 02:00 New York begins a bucket of four hours; the Asian session has ended there.
      '4H_OPEN': 94,
      '1H_OPEN': 94,
      ASIAN_HIGH: 105,
      ASIAN_LOW: 90,
      MONTHLY_OPEN: 104,
      WEEKLY_OPEN: 104,
      // Opens 15 minutes late and still counts; the one of midnight in New York is 16 minutes late and does not.
      DAILY_OPEN: 104,
    })
    expect(brief(currentLevelsNaive(bars))).toEqual({
      WEEK_SESSION_OPEN: 100,
      SESSION_OPEN: 98,
      '4H_OPEN': 98,
      '1H_OPEN': 98,
      ASIAN_HIGH: 98,
      ASIAN_LOW: 97,
      MONTHLY_OPEN: 104,
      WEEKLY_OPEN: 104,
      DAILY_OPEN: 104,
      PREV_DAY_HIGH: 200,
      PREV_DAY_LOW: 90,
    })
  })

  it('keeps in the history what has been replaced, with the last values it had', () => {
    const asian = referenceLevelsNaive(bars).filter((row) => row.level_type === 'ASIAN_HIGH')
    expect(asian).toEqual([
      {
        level_type: 'ASIAN_HIGH',
        period_start: utc('2024-06-30T22:00'),
        period_end: utc('2024-07-01T06:00'),
        price: 105,
        complete: true,
        timestamp: utc('2024-07-01T06:01'),
        confirmed_at: utc('2024-07-01T06:00'),
      },
      {
        level_type: 'ASIAN_HIGH',
        period_start: utc('2024-07-01T22:00'),
        period_end: utc('2024-07-02T06:00'),
        price: 98,
        complete: false,
        timestamp: utc('2024-07-01T22:04'),
        confirmed_at: null,
      },
    ])
    const [, later] = referenceLevelsNaive(bars, { asOf: utc('2024-07-02T06:00') }).filter(
      (row) => row.level_type === 'ASIAN_LOW',
    )
    expect(later).toMatchObject({
      complete: true,
      confirmed_at: utc('2024-07-02T06:00'),
      timestamp: utc('2024-07-01T22:04'),
    })
  })

  it('has no row of a period that began before history, unless that is vouched for', () => {
    const cold = bars.slice(1)
    expect(brief(currentLevelsNaive(cold.slice(0, 1)))).toEqual({})
    expect(brief(currentLevelsNaive(cold.slice(0, 1), { historyStart: utc('2024-06-30T22:00') }))).toEqual({
      WEEK_SESSION_OPEN: 101,
      SESSION_OPEN: 101,
      '4H_OPEN': 101,
      '1H_OPEN': 101,
      ASIAN_HIGH: 105,
      ASIAN_LOW: 100,
    })
  })

  it('has the pivots of the day before', () => {
    expect(fibonacciPivotsNaive(bars.slice(0, 5))).toEqual([])
    expect(currentPivotsNaive(bars).map(({ level, price }) => [level, price])).toEqual([
      // High 200, low 90, close 99.
      ['PP', 129.67],
      ['R1', 171.69],
      ['R2', 197.65],
      ['R3', 239.67],
      ['S1', 87.65],
      ['S2', 61.69],
      ['S3', 19.67],
    ])
    expect(currentPivotsNaive(bars)[0]).toMatchObject({
      period: 'DAILY',
      period_start: utc('2024-07-01T22:00'),
      confirmed_at: utc('2024-07-01T22:04'),
      timestamp: utc('2024-07-01T22:04'),
    })
  })

  it('has closed candles only, none that began before history, and fills nothing in', () => {
    const hours = candlesNaive(bars, '1H').map(({ time }) => new Date(time).toISOString().slice(0, 13))
    expect(hours).toEqual(['2024-06-30T22', '2024-07-01T00', '2024-07-01T04', '2024-07-01T06'])
    expect(candlesNaive(bars, '4H')[0]).toEqual(bar('2024-06-30T22:00', [100, 105, 90, 91]))
    expect(candlesNaive(bars.slice(1), '4H')[0]?.time).toBe(utc('2024-07-01T02:00'))
    expect(candlesNaive(bars, '15m', { interval: '1h' })).toEqual([])
  })

  it('look at no bar that comes later', () => {
    fc.assert(
      fc.property(cases(), (plan) => {
        const { bars: market, naive } = opened(plan)
        let known = 0
        for (const current of currentLevelsByBar(market, naive)) {
          expect(current).toEqual(currentLevelsNaive(market.slice(0, ++known), naive))
        }
      }),
      runs(50),
    )
  })
})
