import { describe, expect, it } from 'vitest'

import { barsFrom } from '../../testing/hand-made-bars.ts'
import { closedCandles } from './candles.ts'
import { swings } from './swings.ts'

const START = Date.parse('2024-07-01T14:00:00Z')
const MINUTE = 60_000

describe('reference swings', () => {
  const candles = (prices: readonly number[]): ReturnType<typeof closedCandles> =>
    closedCandles(barsFrom(START, prices, 15 * MINUTE), '15m', { interval: '15m' })
  const found = (prices: readonly number[], side: 'high' | 'low', length = 2): unknown[] =>
    swings(candles(prices), side, length).map(({ index, price, confirmedBy }) => [index, price, confirmedBy])

  it('stand out strictly from as many candles on each side', () => {
    expect(found([1, 2, 3, 2, 1], 'high')).toEqual([[2, 3, 4]])
    expect(found([1, 2, 3, 2], 'high')).toEqual([])
    expect(found([3, 2, 3, 2, 1], 'high')).toEqual([])
    expect(found([1, 2, 3, 2, 3], 'high')).toEqual([])
    expect(found([1, 2, 3, 3, 2, 1], 'high')).toEqual([])
    expect(found([5, 4, 3, 4, 5], 'low')).toEqual([[2, 3, 4]])
    expect(found([1, 3, 2, 4, 1], 'high', 1)).toEqual([
      [1, 3, 2],
      [3, 4, 4],
    ])
  })
})
