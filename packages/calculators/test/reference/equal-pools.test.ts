import type { Bar } from '@openpredict/market'
import { describe, expect, it } from 'vitest'

import { barsFrom } from '../../testing/hand-made-bars.ts'
import { liquidityEventsNaive, type LiquidityOptions, type NaiveEvent } from './liquidity-events.ts'
import { poolsAbove } from './pools.ts'

const QUARTER = 900_000
const HOUR = 3_600_000
// 10:00 New York on a Monday: no session starts before 13:00, so equal highs are the only pools.
const START = Date.parse('2024-07-01T14:00:00Z')

/** Quarters of an hour that reach up to these highs. */
const quarters = (highs: readonly number[], from = START): Bar[] =>
  barsFrom(
    from,
    highs.map((high) => [5, high, 5, 5] as const),
    QUARTER,
  )

const options = { interval: '15m' } as const
const pools = (bars: readonly Bar[], more: LiquidityOptions = {}): unknown[] =>
  poolsAbove(bars, { ...options, ...more })
    .filter(({ name }) => name === 'EQUAL')
    .map(({ price, periodStart, from, until }) => [
      price,
      (periodStart - START) / QUARTER,
      (from - START) / QUARTER,
      (until - from) / HOUR,
    ])

describe('reference equal highs', () => {
  it('are two swing highs at most a point apart, known when the later is', () => {
    expect(pools(quarters([10, 12, 20, 12, 10, 12, 21, 12, 11]))).toEqual([[21, 6, 9, 120]])
    expect(pools(quarters([10, 12, 21, 12, 10, 12, 20, 12, 11]))).toEqual([[21, 6, 9, 120]])
    expect(pools(quarters([10, 12, 20, 12, 10, 12, 21.25, 12, 11]))).toEqual([])
    expect(pools(quarters([10, 12, 20, 12, 10, 12, 21, 12]))).toEqual([])
  })

  it('have nothing between them that is above the higher', () => {
    const withPeak = (peak: number): Bar[] => quarters([10, 12, 20, 12, 10, peak, peak, 10, 12, 21, 12, 11])
    expect(pools(withPeak(21))).toEqual([[21, 9, 12, 120]])
    expect(pools(withPeak(21.25))).toEqual([])
  })

  it('pair a swing with the nearest that qualifies, which may serve several', () => {
    const three = (a: number, b: number, c: number): Bar[] =>
      quarters([10, 12, a, 12, 10, 12, b, 12, 10, 12, c, 12, 10])
    // The third pairs with the second at 20.5, not with the first at 20.
    expect(pools(three(20, 20.5, 20))).toEqual([
      [20.5, 6, 9, 120],
      [20.5, 10, 13, 120],
    ])
    // The second and the third are two points apart; the first is one from both.
    expect(pools(three(20, 19, 21))).toEqual([
      [20, 6, 9, 120],
      [21, 10, 13, 120],
    ])
  })

  it('are at most five days apart', () => {
    const first = quarters([10, 12, 20, 12, 10])
    const apart = (quartersLater: number): Bar[] => [
      ...first,
      ...quarters([10, 12, 20, 12, 10], START + quartersLater * QUARTER),
    ]
    expect(pools(apart(480))).toHaveLength(1)
    expect(pools(apart(481))).toEqual([])
    expect(pools(apart(481), { equalHours: 121 })).toHaveLength(1)
  })

  it('are of swings on candles, with as many neighbours as wished, and of none that bars cannot make', () => {
    const bars = quarters([10, 20, 12, 20.5, 10])
    expect(pools(bars, { swingLength: 1 })).toEqual([[20.5, 3, 5, 120]])
    expect(pools(bars, { swingLength: 1, interval: '1h' })).toEqual([])
    expect(pools(bars, { swingLength: 1, swingTimeframe: '1H' })).toEqual([])
  })

  it('count although a close beyond the first has broken structure since', () => {
    const bars = quarters([10, 12, 20, 12, 10, 20.5, 20.75, 12, 11])
    const broken = bars.map((bar, index) => (index === 5 ? { ...bar, close: 20.25 } : bar))
    expect(pools(broken)).toEqual([[20.75, 6, 9, 120]])
  })
})

describe('reference events at equal highs and lows', () => {
  const events = (bars: readonly Bar[]): NaiveEvent[] =>
    liquidityEventsNaive(bars, options).filter((row) => row.event_type === 'EQUAL_HL')
  const twoHighs = quarters([10, 12, 20, 12, 10, 12, 21, 12, 11])

  it('are taken from the confirmation on', () => {
    expect(events([...twoHighs, ...quarters([22], START + 9 * QUARTER)])).toMatchObject([
      {
        level_type: 'EQUAL_HIGH',
        period_start: START + 6 * QUARTER,
        timestamp: START + 9 * QUARTER,
        level_price: 21,
        quality: 'WICK',
        event_weight: 2,
      },
    ])
  })

  it('expire after five days, a bar at that instant included', () => {
    const at = (quartersLater: number): Bar[] => [...twoHighs, ...quarters([22], START + (9 + quartersLater) * QUARTER)]
    expect(events(at(479))).toHaveLength(1)
    expect(events(at(480))).toEqual([])
  })

  it('are several at once when one bar takes several pools', () => {
    const rows = events([
      ...quarters([10, 12, 20, 12, 10, 12, 20.5, 12, 10, 12, 20, 12, 10]),
      ...quarters([30], START + 13 * QUARTER),
    ])
    expect(rows.map((row) => (row.period_start - START) / QUARTER)).toEqual([6, 10])
  })

  it('mirror at lows', () => {
    const lows = barsFrom(
      START,
      [30, 28, 20, 28, 30, 28, 19, 28, 29, 18].map((low) => [35, 35, low, 35] as const),
      QUARTER,
    )
    expect(events(lows)).toMatchObject([
      { level_type: 'EQUAL_LOW', direction: 'BULLISH', level_price: 19, sweep_price: 18, quality: 'WICK' },
    ])
  })
})
