import { describe, expect, it } from 'vitest'

import { GAP_DIRECTIONS } from '../../testing/gap-sides.ts'
import { barAt, barsFrom, newYork, type Prices } from '../../testing/hand-made-bars.ts'
import { FairValueGaps } from './fair-value-gaps.ts'

const MINUTE = 60_000
const START = newYork('2024-07-02 10:00')
const flat = (price: number): Prices => [price, price + 1, price - 1, price]

/** Bars that rise by 10: gaps from 101 to 119, 111 to 129 and 121 to 139, confirmed at minutes 3, 4 and 5. */
const STAIRS = [100, 110, 120, 130, 140].map(flat)

describe.each(GAP_DIRECTIONS)('$type gaps above each other', ({ type, prices: turned, edges }) => {
  const fed = (candles: readonly Prices[]): FairValueGaps => {
    const gaps = new FairValueGaps({ timeframes: ['1m'] })
    gaps.feed(barsFrom(START, candles.map(turned)))
    return gaps
  }
  const next = (gaps: FairValueGaps, prices: Prices): void =>
    gaps.next(barAt((gaps.lastTime ?? 0) + MINUTE, turned(prices)))
  /** The rows as minutes of the middle candle, touch, half and fill, and the fraction. */
  const told = (rows: readonly object[]): unknown[] =>
    (rows as ReturnType<FairValueGaps['takeChanges']>)
      .filter(({ fvg_type }) => fvg_type === type)
      .map((row) => {
        const { timestamp, touched_at, half_filled_at, fill_timestamp, fill_fraction } = row
        const times = [timestamp, touched_at, half_filled_at, fill_timestamp]
        return [...times.map((time) => (time === null ? null : (time - START) / MINUTE)), fill_fraction]
      })

  it('are found from the lowest up', () => {
    const rows = fed(STAIRS).current()
    expect(rows).toMatchObject([edges(101, 119), edges(111, 129), edges(121, 139)])
  })

  it('are gone through by one bar, each as far as it goes', () => {
    const gaps = fed(STAIRS)
    next(gaps, [140, 141, 120, 130])
    expect(told(gaps.takeChanges())).toEqual([
      [1, null, null, null, 0],
      [2, 6, 6, null, 0.5],
      [3, 6, 6, 6, 1],
    ])
    expect(told(gaps.current())).toEqual([
      [1, null, null, null, 0],
      [2, 6, 6, null, 0.5],
    ])
  })

  it('are gone through by one bar after the other', () => {
    const gaps = fed(STAIRS)
    next(gaps, [140, 141, 130, 135])
    next(gaps, [135, 135, 128.5, 130])
    next(gaps, [130, 131, 128, 130])
    next(gaps, [130, 130, 118, 130])
    next(gaps, [130, 130, 119, 130])
    expect(told(gaps.takeChanges())).toEqual([
      [1, 9, null, null, 0.055556],
      [2, 7, 9, null, 0.611111],
      [3, 6, 6, 9, 1],
    ])
  })

  it('are all filled at once by a bar that goes through all', () => {
    const gaps = fed(STAIRS)
    next(gaps, [140, 141, 101, 130])
    expect(gaps.current()).toEqual([])
    expect(told(gaps.takeChanges())).toEqual([
      [1, 6, 6, 6, 1],
      [2, 6, 6, 6, 1],
      [3, 6, 6, 6, 1],
    ])
  })

  it('are touched again after those above have been filled', () => {
    const gaps = fed(STAIRS)
    next(gaps, [140, 141, 111, 130])
    next(gaps, [130, 130, 110, 130])
    expect(told(gaps.current())).toEqual([[1, 6, 7, null, 0.5]])
  })

  it('let a new gap come on top of those that have been entered', () => {
    const gaps = fed(STAIRS)
    // Comes back into the gap from 121 to 139, and leaves one from 131 to 138 itself.
    next(gaps, [140, 141, 138, 140])
    next(gaps, [140, 150, 140, 149])
    // Leaves one from 141 to 145.
    next(gaps, [149, 160, 145, 150])
    next(gaps, [150, 150, 140, 150])
    next(gaps, [150, 150, 137, 150])
    expect(told(gaps.current())).toEqual([
      [1, null, null, null, 0],
      [2, null, null, null, 0],
      [3, 6, null, null, 0.111111],
      [4, 10, null, null, 0.142857],
    ])
    expect(told(gaps.takeChanges())).toContainEqual([6, 9, 9, 9, 1])
  })

  it('are inverted from the highest down, each with the candle that closes beyond it', () => {
    const gaps = fed(STAIRS)
    next(gaps, [140, 141, 100, 130])
    expect(gaps.takeFinished()).toEqual([])
    next(gaps, [130, 130, 115, 120.75])
    expect(told(gaps.takeFinished())).toEqual([[3, 6, 6, 6, 1]])
    next(gaps, [120, 120, 111, 111])
    expect(gaps.takeFinished()).toEqual([])
    next(gaps, [111, 111, 100, 100])
    expect(told(gaps.takeFinished())).toEqual([
      [2, 6, 6, 6, 1],
      [1, 6, 6, 6, 1],
    ])
  })

  it('are inverted when they are filled later than those above them', () => {
    const gaps = fed(STAIRS)
    next(gaps, [140, 141, 121, 130])
    next(gaps, [130, 130, 111, 130])
    next(gaps, [130, 130, 101, 101])
    expect(told(gaps.takeFinished())).toEqual([
      [3, 6, 6, 6, 1],
      [2, 6, 7, 7, 1],
    ])
    next(gaps, [101, 101, 100, 100])
    expect(told(gaps.takeFinished())).toEqual([[1, 7, 8, 8, 1]])
  })

  it('may lie within each other: the one that reaches farther down is inverted later', () => {
    // From 106 to 110, and from 101 to 114: the second candle is lower than the first, and first of the next three.
    const gaps = fed([
      [105, 106, 100, 101],
      [101, 101, 100, 101],
      [110, 112, 110, 111],
      [114, 116, 114, 115],
    ])
    expect(gaps.current()).toMatchObject([edges(106, 110), edges(101, 114)])
    next(gaps, [115, 115, 100, 105])
    expect(told(gaps.takeFinished())).toEqual([[1, 5, 5, 5, 1]])
    next(gaps, [105, 105, 100, 100])
    expect(told(gaps.takeFinished())).toEqual([[2, 5, 5, 5, 1]])
  })
})
