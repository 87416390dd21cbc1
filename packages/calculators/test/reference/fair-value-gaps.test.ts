import type { Bar } from '@openpredict/market'
import { describe, expect, it } from 'vitest'

import { barAt, barsFrom, type Prices } from '../../testing/hand-made-bars.ts'
import { currentGapsNaive, fairValueGapsNaive, type GapOptions } from './fair-value-gaps.ts'

const QUARTER = 900_000
const START = Date.parse('2024-07-01T14:00:00Z')
const options: GapOptions = { interval: '15m' }

const quarters = (...prices: Prices[]): Bar[] => barsFrom(START, prices, QUARTER)

/** From 102, the high of the first, to 104, the low of the third. */
const BULLISH: readonly Prices[] = [
  [100, 102, 99, 101],
  [101, 108, 101, 107],
  [107, 110, 104, 109],
]

/** The same upside down: from 98, the low of the first, to 96, the high of the third. */
const BEARISH: readonly Prices[] = BULLISH.map((prices) =>
  typeof prices === 'number' ? 200 - prices : [200 - prices[0], 200 - prices[2], 200 - prices[1], 200 - prices[3]],
)

describe('reference fair value gaps', () => {
  it('lie between the first and the third candle', () => {
    const row = {
      timeframe: '15m',
      timestamp: START + QUARTER,
      gap_size: 2,
      filled: false,
      touched_at: null,
      half_filled_at: null,
      fill_timestamp: null,
      fill_fraction: 0,
      inverted_at: null,
      confirmed_at: START + 3 * QUARTER,
    }
    expect(fairValueGapsNaive(quarters(...BULLISH), options)).toEqual([
      { ...row, fvg_type: 'BULLISH', gap_top: 104, gap_bottom: 102 },
    ])
    expect(fairValueGapsNaive(quarters(...BEARISH), options)).toEqual([
      { ...row, fvg_type: 'BEARISH', gap_top: 98, gap_bottom: 96 },
    ])
    expect(fairValueGapsNaive(quarters(...BULLISH.slice(0, 2)), options)).toEqual([])
  })

  it('are of at least two points, or of any size asked for that is one', () => {
    const gaps = (low: number, more: GapOptions = {}): number =>
      fairValueGapsNaive(quarters(...BULLISH.slice(0, 2), [107, 110, low, 109]), { ...options, ...more }).length
    expect([gaps(103.75), gaps(104)]).toEqual([0, 1])
    expect([gaps(102, { minGap: 0 }), gaps(102.25, { minGap: 0 })]).toEqual([0, 1])
    // 102.3 − 102 is 0.2999…97.
    expect([gaps(102.29, { minGap: 0.3 }), gaps(102.3, { minGap: 0.3 })]).toEqual([0, 1])
    // 1.4 · 2 to the tick of the Dow is 3.
    expect([gaps(104.9, { instrument: 'YM=F' }), gaps(105, { instrument: 'YM=F' })]).toEqual([0, 1])
  })

  it('need candles in adjacent buckets, unless that is not asked for', () => {
    const [first, second, third] = quarters(...BULLISH) as [Bar, Bar, Bar]
    const later = (bar: Bar): Bar => ({ ...bar, time: bar.time + QUARTER })
    expect(fairValueGapsNaive([first, later(second), later(third)], options)).toEqual([])
    expect(fairValueGapsNaive([first, second, later(third)], options)).toEqual([])
    expect(fairValueGapsNaive([first, second, later(third)], { ...options, adjacent: false })).toHaveLength(1)
  })

  it('need a body in their direction only when asked to', () => {
    const against = quarters([100, 102, 99, 101], [107, 108, 101, 101], [107, 110, 104, 109])
    expect(fairValueGapsNaive(against, options)).toHaveLength(1)
    expect(fairValueGapsNaive(against, { ...options, bodyDirection: true })).toEqual([])
    expect(fairValueGapsNaive(quarters(...BULLISH), { ...options, bodyDirection: true })).toHaveLength(1)
    expect(fairValueGapsNaive(quarters(...BEARISH), { ...options, bodyDirection: true })).toHaveLength(1)
  })

  it('are of the timeframes asked for that bars can make', () => {
    const hours = barsFrom(Date.parse('2024-07-01T12:00:00Z'), BULLISH, 3_600_000)
    expect(fairValueGapsNaive(hours, { interval: '1h' })).toEqual([])
    const rows = fairValueGapsNaive(hours, { interval: '1h', timeframes: ['5m', '15m', '1H'] })
    expect(rows.map((row) => row.timeframe)).toEqual(['1H'])
  })

  it('of four hours are confirmed where a trading day that is an hour shorter ends', () => {
    // Clocks go forward on 2024-03-10: from 14:00 New York on there are three hours until 17:00, from there the halt.
    const days = [
      barAt(Date.parse('2024-03-10T11:00:00Z'), BULLISH[0] as Prices),
      barAt(Date.parse('2024-03-10T15:00:00Z'), BULLISH[1] as Prices),
      barAt(Date.parse('2024-03-10T19:00:00Z'), BULLISH[2] as Prices),
    ]
    const end = Date.parse('2024-03-10T22:00:00Z')
    const found = (asOf: number): unknown[] =>
      fairValueGapsNaive(days, { interval: '1h', timeframes: ['4H'], asOf }).map((row) => row.confirmed_at)
    expect([found(end - 1), found(end)]).toEqual([[], [end]])
  })
})

describe('reference lives of fair value gaps', () => {
  const minutes = (...lows: number[]): Bar[] =>
    barsFrom(
      START + 3 * QUARTER,
      lows.map((low) => [109, 109, low, 109] as const),
    )
  /** Three quarters of minutes that make the bullish gap, and then minutes that reach down to these lows. */
  const market = (...lows: number[]): Bar[] => [
    ...BULLISH.flatMap((prices, i) => barAt(START + i * QUARTER, prices)),
    ...minutes(...lows),
  ]
  const life = (bars: readonly Bar[], more: GapOptions = {}): unknown[] => {
    const [row] = fairValueGapsNaive(bars, more)
    const minute = (t: number | null | undefined): number | null =>
      t === null || t === undefined ? null : (t - START - 3 * QUARTER) / 60_000
    return [
      row?.fill_fraction,
      minute(row?.touched_at),
      minute(row?.half_filled_at),
      minute(row?.fill_timestamp),
      minute(row?.inverted_at),
      row?.filled,
    ]
  }

  it('are told by the closes of the minutes that first reach so far', () => {
    expect(life(market(104.25))).toEqual([0, null, null, null, null, false])
    expect(life(market(104.25, 104))).toEqual([0, 2, null, null, null, false])
    expect(life(market(104, 103.25, 104))).toEqual([0.375, 1, null, null, null, false])
    expect(life(market(104, 103.25, 103))).toEqual([0.5, 1, 3, null, null, false])
    expect(life(market(105, 102.25, 102))).toEqual([1, 2, 2, 3, null, true])
    expect(life(market(90))).toEqual([1, 1, 1, 1, null, true])
  })

  it('do not begin before the gap is known', () => {
    const inside = [...market().slice(0, 2), barAt(START + 2 * QUARTER, [107, 110, 104, 109])]
    expect(life([...inside, barAt(START + 2 * QUARTER + 840_000, [109, 109, 104, 109])])[1]).toBeNull()
  })

  it('write a fraction to six decimals', () => {
    const bars = [
      ...barsFrom(START, [[100, 101, 99, 101], BULLISH[1] as Prices, BULLISH[2] as Prices], QUARTER),
      ...minutes(103),
    ]
    expect(life(bars)[0]).toBe(0.333_333)
  })

  it('end inverted at the close of a candle that closes beyond', () => {
    const closing = (close: number): Bar => barAt(START + 3 * QUARTER, [107, 107, 95, close])
    const after = (bar: Bar, asOf: number): unknown => life([...market(), bar], { asOf: START + asOf * QUARTER })[4]
    expect(after(closing(101.75), 4)).toBe(15)
    expect(after(closing(101.75), 3.9)).toBeNull()
    expect(after(closing(102), 4)).toBeNull()
  })

  it('mirror below', () => {
    const down = [
      ...BEARISH.map((prices, i) => barAt(START + i * QUARTER, prices)),
      barAt(START + 3 * QUARTER, [92, 97.5, 91, 92]),
    ]
    expect(life(down)).toEqual([0.75, 1, 1, null, null, false])
    expect(life([...down, barAt(START + 4 * QUARTER, [92, 99, 91, 98.25])], { asOf: START + 5 * QUARTER })).toEqual([
      1,
      1,
      1,
      16,
      30,
      true,
    ])
  })

  it('are current until they are filled', () => {
    expect(currentGapsNaive(market(102.25))).toHaveLength(1)
    expect(currentGapsNaive(market(102))).toEqual([])
  })
})
