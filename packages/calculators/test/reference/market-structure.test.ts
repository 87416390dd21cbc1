import type { Bar } from '@openpredict/market'
import { describe, expect, it } from 'vitest'

import { barsFrom, type Prices } from '../../testing/hand-made-bars.ts'
import { currentBreaksNaive, marketStructureNaive, type StructureOptions } from './market-structure.ts'

const QUARTER = 900_000
const START = Date.parse('2024-07-01T14:00:00Z')

const quarters = (...prices: Prices[]): Bar[] => barsFrom(START, prices, QUARTER)

const options: StructureOptions = { interval: '15m', timeframes: ['15m'] }
const breaks = (bars: readonly Bar[], more: StructureOptions = {}): unknown[] =>
  marketStructureNaive(bars, { ...options, ...more }).map((row) => [
    (row.timestamp - START) / QUARTER,
    row.break_type,
    row.direction,
    row.level,
    (row.swing_timestamp - START) / QUARTER,
  ])

/** A swing high of 110 at candle 2, confirmed by candle 4. */
const PEAK: readonly Prices[] = [100, 105, [105, 110, 105, 106], 104, 102]
/** A swing low of 90 at candle 7, confirmed by candle 9. */
const VALLEY: readonly Prices[] = [98, 95, [95, 95, 90, 94], 97, 99]

describe('reference market structure', () => {
  it('breaks a swing by a close beyond it, once', () => {
    expect(breaks(quarters(...PEAK, 110))).toEqual([])
    expect(breaks(quarters(...PEAK, [104, 112, 104, 108]))).toEqual([])
    expect(breaks(quarters(...PEAK, 110.25, 120))).toEqual([[5, 'BOS', 'BULLISH', 110, 2]])
  })

  it('looks at the close before it takes in the swing that the candle confirms', () => {
    // Candle 7 wicks above 110. Candle 9 closes above 110 and confirms the swing of candle 7 at 115, which replaces it.
    const wicks: readonly Prices[] = [103, 104, [104, 115, 104, 108], [108, 112, 108, 109], [109, 113, 109, 111]]
    expect(breaks(quarters(...PEAK, ...wicks))).toEqual([[9, 'BOS', 'BULLISH', 110, 2]])
    expect(breaks(quarters(...PEAK, ...wicks, 116))).toEqual([
      [9, 'BOS', 'BULLISH', 110, 2],
      [10, 'BOS', 'BULLISH', 115, 7],
    ])
  })

  it('needs two candles on each side that are strictly lower', () => {
    expect(breaks(quarters(100, 110, [105, 110, 105, 106], 104, 102, 111))).toEqual([])
    expect(breaks(quarters(100, 105, [105, 110, 105, 106], 104, 110, 111))).toEqual([])
    expect(breaks(quarters(100, 105, 110, 104, 111))).toEqual([])
  })

  it('knows a change of character from a break of structure by the trend', () => {
    const down = quarters(...PEAK, ...VALLEY, 89, 111)
    expect(breaks(down)).toEqual([
      [10, 'BOS', 'BEARISH', 90, 7],
      [11, 'CHOCH', 'BULLISH', 110, 2],
    ])
    // Up, and up again over a later high.
    const up = quarters(...PEAK, 111, 112, 109, 108, 113)
    expect(breaks(up)).toEqual([
      [5, 'BOS', 'BULLISH', 110, 2],
      [9, 'BOS', 'BULLISH', 112, 6],
    ])
  })

  it('forgets a swing for a newer one, broken or not', () => {
    // A second, lower high of 107 at candle 7.
    const bars = quarters(...PEAK, 103, 104, 107, 103, 102, 108, 111)
    expect(breaks(bars)).toEqual([[10, 'BOS', 'BULLISH', 107, 7]])
  })

  it('may break both sides by wick on one candle, against the close first', () => {
    const wide = (open: number, close: number): Bar[] => quarters(...PEAK, ...VALLEY, [open, 112, 88, close])
    const byWick = { breakBy: 'wick' } as const
    expect(breaks(wide(100, 101))).toEqual([])
    expect(breaks(wide(100, 101), byWick)).toEqual([
      [10, 'BOS', 'BEARISH', 90, 7],
      [10, 'CHOCH', 'BULLISH', 110, 2],
    ])
    expect(breaks(wide(100, 100), byWick)).toEqual(breaks(wide(100, 101), byWick))
    expect(breaks(wide(101, 100), byWick)).toEqual([
      [10, 'BOS', 'BULLISH', 110, 2],
      [10, 'CHOCH', 'BEARISH', 90, 7],
    ])
    const [current, ...others] = currentBreaksNaive(wide(101, 100), { ...options, ...byWick })
    expect([current?.direction, others]).toEqual(['BEARISH', []])
  })

  it('goes over holes and takes candles as they exist', () => {
    const later = quarters(...PEAK, 111).map((bar, index) => ({
      ...bar,
      time: bar.time + (index > 2 ? 90 * QUARTER : 0),
    }))
    expect(breaks(later)).toEqual([[95, 'BOS', 'BULLISH', 110, 2]])
  })

  it('gives a whole row, with the strength of the candle that breaks', () => {
    const [row] = marketStructureNaive(quarters(...PEAK, [99.25, 112, 99.25, 111.5]), options)
    expect(row).toEqual({
      timeframe: '15m',
      timestamp: START + 5 * QUARTER,
      break_type: 'BOS',
      direction: 'BULLISH',
      level: 110,
      swing_timestamp: START + 2 * QUARTER,
      displacement: 12.25,
      // 12.25 points in 15 minutes.
      displacement_speed: 0.816_667,
      displacement_quality: 'MODERATE',
      break_weight: 1,
      confirmed_at: START + 6 * QUARTER,
    })
  })

  it.each([
    ['15m', 20, 'STRONG'],
    ['15m', 19.75, 'MODERATE'],
    ['15m', 10, 'MODERATE'],
    ['15m', 9.75, 'WEAK'],
    // Twice and four times as far on candles that are four and sixteen times as long.
    ['1H', 40, 'STRONG'],
    ['1H', 39.75, 'MODERATE'],
    ['1H', 19.75, 'WEAK'],
    ['4H', 80, 'STRONG'],
    ['4H', 79.75, 'MODERATE'],
    ['4H', 39.75, 'WEAK'],
  ] as const)('on %s calls a displacement of %d points %s', (timeframe, points, quality) => {
    const length = { '15m': QUARTER, '1H': 4 * QUARTER, '4H': 16 * QUARTER }[timeframe]
    const breaking: Prices = [111 - points, 111, 111 - points, 111]
    const bars = barsFrom(START, [...PEAK, breaking], length)
    const asOf = START + 6 * length
    const [row] = marketStructureNaive(bars, { interval: '15m', timeframes: [timeframe], asOf })
    expect(row?.displacement_quality).toBe(quality)
    expect(row?.break_weight).toBe({ '15m': 1, '1H': 2, '4H': 3 }[timeframe])
  })

  it('goes on each timeframe by itself, leaving out those that bars cannot make', () => {
    const bars = barsFrom(START, [...PEAK, 111], 4 * QUARTER)
    const found = (interval: '15m' | '1h'): unknown[] =>
      currentBreaksNaive(bars, { interval, asOf: START + 24 * QUARTER }).map((row) => row.timeframe)
    expect(found('15m')).toEqual(['15m', '1H'])
    expect(found('1h')).toEqual(['1H'])
  })
})
