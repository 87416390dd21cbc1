import { describe, expect, it } from 'vitest'

import { GAP_DIRECTIONS, type GapDirection } from '../../testing/gap-sides.ts'
import { barAt, barsFrom, newYork, type Prices } from '../../testing/hand-made-bars.ts'
import { FairValueGaps, fairValueGaps, type FairValueGapsOptions } from './fair-value-gaps.ts'
import type { FairValueGapRow } from './row.ts'

const MINUTE = 60_000
const START = newYork('2024-07-02 10:00')
const minute = (n: number): number => START + n * MINUTE

/** Three minutes that leave a gap from 101 to 105, known from minute 3 on. */
const GAP: readonly Prices[] = [
  [100, 101, 99, 100],
  [101, 106, 100, 105],
  [106, 108, 105, 107],
]
/** A bar that comes down so far, and closes there or elsewhere. */
const downTo = (low: number, close = 107): Prices => [107, 107, low, close]

describe.each(GAP_DIRECTIONS)('a $type gap', ({ prices: turned, type }) => {
  const fed = (later: readonly (Prices | null)[], options: FairValueGapsOptions = {}): FairValueGaps => {
    const gaps = new FairValueGaps({ timeframes: ['1m'], ...options })
    const sided = [...GAP, ...later].map((prices) => (prices === null ? null : turned(prices)))
    gaps.feed(barsFrom(START, sided))
    return gaps
  }
  const after = (...later: readonly (Prices | null)[]): FairValueGapRow | undefined =>
    fed(later)
      .takeChanges()
      .find(({ timestamp, fvg_type }) => timestamp === minute(1) && fvg_type === type)

  it('is untouched as long as price stays above', () => {
    expect(after(downTo(105.25))).toMatchObject({ touched_at: null, fill_fraction: 0, filled: false })
  })

  it('is touched by the first bar that comes to its near edge', () => {
    expect(after(downTo(106), downTo(105))).toMatchObject({
      touched_at: minute(5),
      half_filled_at: null,
      fill_timestamp: null,
      fill_fraction: 0,
    })
  })

  it('is half filled by the first bar that comes to its middle', () => {
    expect(after(downTo(103.25))).toMatchObject({ half_filled_at: null, fill_fraction: 0.4375 })
    expect(after(downTo(103.25), downTo(103))).toMatchObject({
      touched_at: minute(4),
      half_filled_at: minute(5),
      fill_timestamp: null,
      fill_fraction: 0.5,
    })
  })

  it('is filled by the first bar that comes to its far edge', () => {
    expect(after(downTo(101.25))).toMatchObject({ filled: false, fill_timestamp: null, fill_fraction: 0.9375 })
    expect(after(downTo(104), downTo(102), downTo(101))).toMatchObject({
      filled: true,
      touched_at: minute(4),
      half_filled_at: minute(5),
      fill_timestamp: minute(6),
      fill_fraction: 1,
      inverted_at: null,
    })
  })

  it('may pass all its stages with one bar', () => {
    expect(after(downTo(90))).toMatchObject({
      filled: true,
      touched_at: minute(4),
      half_filled_at: minute(4),
      fill_timestamp: minute(4),
      fill_fraction: 1,
    })
  })

  it('keeps the first instant of each stage, and the deepest that price has come', () => {
    expect(after(downTo(104.5), downTo(104), downTo(104.25), downTo(102.5), downTo(102), downTo(103))).toMatchObject({
      touched_at: minute(4),
      half_filled_at: minute(7),
      fill_fraction: 0.75,
    })
    const filled = after(downTo(100), downTo(107), downTo(90))
    expect(filled).toMatchObject({ touched_at: minute(4), half_filled_at: minute(4), fill_timestamp: minute(4) })
  })

  it('is inverted by the first candle that closes beyond its far edge', () => {
    expect(after(downTo(100, 101))).toMatchObject({ filled: true, inverted_at: null })
    expect(after(downTo(100, 100.75))).toMatchObject({ fill_timestamp: minute(4), inverted_at: minute(4) })
    expect(after(downTo(100, 101), downTo(101, 102), downTo(100, 100.5), downTo(99, 99))).toMatchObject({
      fill_timestamp: minute(4),
      inverted_at: minute(6),
    })
  })

  it('is inverted by the close of its own candles, not of bars', () => {
    const quarters = (...minutes: readonly Prices[]): FairValueGapRow | undefined => {
      const third = minute(30)
      const candles = GAP.map((prices, i) => barAt(minute(15 * i), turned(prices)))
      return fairValueGaps([...candles, ...barsFrom(third + 15 * MINUTE, minutes.map(turned))], {
        historyStart: START,
        asOf: third + 30 * MINUTE,
      }).find(({ fvg_type }) => fvg_type === type)
    }
    expect(quarters(downTo(100, 100), [100, 103, 100, 102])).toMatchObject({
      confirmed_at: minute(45),
      fill_timestamp: minute(46),
      inverted_at: null,
    })
    expect(quarters(downTo(101, 102), [102, 102, 99, 100])).toMatchObject({
      fill_timestamp: minute(46),
      inverted_at: minute(60),
    })
  })

  it('is not touched by bars of its own candles', () => {
    // The third candle comes to 105 in its last minute: the edge itself.
    const candles = GAP.slice(0, 2).map((prices, i) => barAt(minute(15 * i), turned(prices)))
    const third = [barAt(minute(30), turned([106, 108, 106, 107])), barAt(minute(44), turned([107, 107, 105, 107]))]
    const rows = fairValueGaps([...candles, ...third], { historyStart: START, asOf: minute(45) })
    expect(rows).toMatchObject([{ fvg_type: type, touched_at: null, fill_fraction: 0 }])
  })

  it('is told to six decimals of how far it is filled', () => {
    const third: Prices = [106, 108, 104, 107]
    const rows = fairValueGaps(barsFrom(START, [GAP[0] as Prices, GAP[1] as Prices, third, downTo(103)].map(turned)), {
      timeframes: ['1m'],
    })
    expect(rows).toMatchObject([{ gap_size: 3, fill_fraction: 0.333333 }])
  })

  it('is current until it is filled, and can change until it is inverted', () => {
    const gaps = fed([downTo(104)])
    expect(gaps.current()).toMatchObject([{ fill_fraction: 0.25 }])
    gaps.next(barAt(minute(4), turned(downTo(101))))
    expect(gaps.current()).toEqual([])
    expect(gaps.takeFinished()).toEqual([])
    gaps.next(barAt(minute(5), turned(downTo(100, 100))))
    expect(gaps.takeFinished()).toMatchObject([{ filled: true, inverted_at: minute(6) }])
    expect(gaps.takeChanges()).toEqual([])
  })

  it('is told when it comes, and whenever it has changed', () => {
    const gaps = fed([])
    const told = (...bar: readonly Prices[]): readonly (number | null)[] => {
      gaps.feed(bar.map((prices) => barAt((gaps.lastTime ?? 0) + MINUTE, turned(prices))))
      return gaps.takeChanges().map(({ fill_fraction }) => fill_fraction)
    }
    expect(told()).toEqual([0])
    expect(told()).toEqual([])
    expect(told(downTo(106))).toEqual([])
    expect(told(downTo(104))).toEqual([0.25])
    expect(told(downTo(104.5))).toEqual([])
    expect(told(downTo(104))).toEqual([])
    expect(told(downTo(103))).toEqual([0.5])
    expect(told(downTo(100))).toEqual([1])
    expect(told(downTo(98))).toEqual([])
    expect(told(downTo(98, 100))).toEqual([1])
    expect(told(downTo(90, 91))).toEqual([])
  })
})

const BULLISH = GAP_DIRECTIONS[0] as GapDirection

describe('other bars', () => {
  it('tell the stages by their own close', () => {
    const bars = barsFrom(START, [...GAP, downTo(104)].map(BULLISH.prices), 5 * MINUTE)
    expect(fairValueGaps(bars, { interval: '5m', timeframes: ['5m'] })).toMatchObject([
      { confirmed_at: minute(15), touched_at: minute(20) },
    ])
  })

  it('too long for the candles touch and fill gaps, and do not invert them', () => {
    const gaps = new FairValueGaps({ timeframes: ['1m'] })
    gaps.feed(barsFrom(START, [...GAP, 107, 107]))
    gaps.warmUp([barAt(minute(5), downTo(104)), barAt(minute(10), downTo(90, 90))], '5m')
    expect(gaps.takeChanges()).toMatchObject([
      { touched_at: minute(10), half_filled_at: minute(15), fill_timestamp: minute(15), inverted_at: null },
    ])
    gaps.next(barAt(minute(15), 100))
    expect(gaps.takeChanges()).toMatchObject([{ inverted_at: minute(16) }])
  })

  it('may take prices that floats cannot hold: the middle of 2100.1 and 2100.4 is 2100.25', () => {
    const rty = [2100.1, 2100.2, 2100.4, [2100.4, 2100.4, 2100.25, 2100.4]] as const
    expect((2100.1 + 2100.4) / 2).toBe(2100.25)
    const rows = fairValueGaps(barsFrom(START, rty), { timeframes: ['1m'], minGap: 0.1 })
    expect(rows).toMatchObject([{ half_filled_at: minute(4), fill_fraction: 0.5 }])
  })
})
