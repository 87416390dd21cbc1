import { describe, expect, it } from 'vitest'

import { barsFrom, utcBar } from '../../testing/hand-made-bars.ts'
import { closedCandles } from './candles.ts'

const START = Date.parse('2024-07-01T14:00:00Z')
const MINUTE = 60_000

describe('reference candles next to bars that fit in none', () => {
  const starts = (bars: Parameters<typeof closedCandles>[0], options: Parameters<typeof closedCandles>[2]): string[] =>
    closedCandles(bars, '15m', options).map(({ time }) => new Date(time).toISOString().slice(11, 16))

  it('are none of bars of ten minutes', () => {
    expect(starts(barsFrom(START, [1, 2, 3, 4, 5, 6], 10 * MINUTE), { interval: '10m' })).toEqual([])
  })

  it('begin after the close of the last bar that does not fit', () => {
    const fine = barsFrom(
      START + 20 * MINUTE,
      Array.from({ length: 40 }, () => 1),
      MINUTE,
    )
    const coarse = barsFrom(START, [9, 9], 10 * MINUTE)
    // The bar of ten minutes from 14:10 on reaches into the quarter of an hour that begins at 14:15.
    const warmUp = { until: START + 20 * MINUTE, interval: '10m' } as const
    expect(starts([...coarse, ...fine], { warmUp })).toEqual(['14:30', '14:45'])
    expect(
      starts([...barsFrom(START, [9, 9, 9, 9], 5 * MINUTE), ...fine], { warmUp: { ...warmUp, interval: '5m' } }),
    ).toEqual(['14:00', '14:15', '14:30', '14:45'])
  })

  it('of four hours end with a day that is an hour shorter', () => {
    const [candle] = closedCandles([utcBar('2024-03-10T19:00:00Z', 1)], '4H', {
      asOf: Date.parse('2024-03-11T00:00:00Z'),
    })
    expect(new Date(candle?.end ?? 0).toISOString()).toBe('2024-03-10T22:00:00.000Z')
  })
})
