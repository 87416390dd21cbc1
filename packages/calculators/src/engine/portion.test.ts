import { type Bar, BarSeries } from '@openpredict/market'
import { describe, expect, it } from 'vitest'

import { barAt } from '../../testing/hand-made-bars.ts'
import { indexAfter, type Stretch, withBars } from './portion.ts'

const MINUTE = 60_000
const START = 1_719_842_400_000
const minute = (n: number): number => START + n * MINUTE
const series = (...bars: readonly Bar[]): BarSeries => BarSeries.from(bars)

/** 5-minute bars at minutes 0 and 5, 1-minute bars at minutes 10, 11 and 13. */
const STRETCHES: readonly Stretch[] = [
  { interval: '5m', bars: series(barAt(minute(0), 100), barAt(minute(5), 101)) },
  { interval: '1m', bars: series(barAt(minute(10), 102), barAt(minute(11), 103), barAt(minute(13), 104)) },
]

const told = (stretches: readonly Stretch[]): unknown[] =>
  stretches.map(({ interval, bars }) => [
    interval,
    bars.toArray().map(({ time, close }) => `${(time - START) / MINUTE}: ${close}`),
  ])

describe('bars given to stretches', () => {
  it('take the place of those at their times', () => {
    expect(told(withBars(STRETCHES, series(barAt(minute(5), 1), barAt(minute(10), 2), barAt(minute(13), 3))))).toEqual([
      ['5m', ['0: 100', '5: 1']],
      ['1m', ['10: 2', '11: 103', '13: 3']],
    ])
  })

  it('are put where they belong: before the first, between others and at the end', () => {
    const given = series(barAt(minute(-5), 1), barAt(minute(12), 2), barAt(minute(20), 3))
    expect(told(withBars(STRETCHES, given))).toEqual([
      ['5m', ['-5: 1', '0: 100', '5: 101']],
      ['1m', ['10: 102', '11: 103', '12: 2', '13: 104', '20: 3']],
    ])
  })

  it('belong to the stretch before as long as the next has not begun', () => {
    const late = [STRETCHES[0], { interval: '1m', bars: series(barAt(minute(21), 9)) }] as Stretch[]
    expect(told(withBars(late, series(barAt(minute(15), 1), barAt(minute(21), 2))))).toEqual([
      ['5m', ['0: 100', '5: 101', '15: 1']],
      ['1m', ['21: 2']],
    ])
  })

  it('leave other stretches as they are', () => {
    const [first, second] = withBars(STRETCHES, series(barAt(minute(10), 2)))
    expect(first?.bars).toBe(STRETCHES[0]?.bars)
    expect(second?.bars).not.toBe(STRETCHES[1]?.bars)
    expect(told(STRETCHES)).toEqual([
      ['5m', ['0: 100', '5: 101']],
      ['1m', ['10: 102', '11: 103', '13: 104']],
    ])
  })
})

it('the first bar that closes after an instant is found by the length of the bars', () => {
  const [long, short] = STRETCHES as [Stretch, Stretch]
  expect([-9, 0, 4, 5, 9, 10, 11].map((n) => indexAfter(long, minute(n)))).toEqual([0, 0, 0, 1, 1, 2, 2])
  expect([10, 11, 12, 13, 14].map((n) => indexAfter(short, minute(n)))).toEqual([0, 1, 2, 2, 3])
  expect(indexAfter(short, minute(11) - 1)).toBe(0)
  expect(indexAfter(short, Number.NEGATIVE_INFINITY)).toBe(0)
})
