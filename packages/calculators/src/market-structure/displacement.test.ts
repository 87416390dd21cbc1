import { instrumentOf, type Interval } from '@openpredict/market'
import { describe, expect, it } from 'vitest'

import type { Timeframe } from '../candles/timeframe.ts'
import { barAt, newYork, type Prices } from '../../testing/hand-made-bars.ts'
import { CalculatorError } from '../errors.ts'
import { MarketStructure, marketStructure, type MarketStructureOptions } from './market-structure.ts'
import type { MarketStructureRow } from './row.ts'

const MINUTE = 60_000
const START = newYork('2024-07-01 18:00')
const MINUTES = { '1m': 1, '5m': 5, '15m': 15, '1H': 60, '4H': 240 } as const
const INTERVALS = { '1m': '1m', '5m': '5m', '15m': '15m', '1H': '1h', '4H': '1h' } as const

/** The break of a candle that opens and closes there, above everything before it. */
function breakBy(
  timeframe: Timeframe,
  [open, close]: readonly [number, number],
  options: MarketStructureOptions & { readonly base?: number } = {},
): MarketStructureRow | undefined {
  const { base = 100, ...others } = options
  const interval: Interval = INTERVALS[timeframe]
  const step = MINUTES[timeframe] * MINUTE
  const candles: Prices[] = [base, base, [base, base + 1, base, base], base, base]
  const last: Prices = [open, Math.max(open, close), Math.min(open, close), close]
  const bars = [...candles, last].map((prices, i) => barAt(START + i * step, prices))
  const asOf = START + 6 * step
  return marketStructure(bars, { interval, timeframes: [timeframe], asOf, ...others })[0]
}

describe('displacement', () => {
  it('is how far the breaking candle closes from its open, in either direction', () => {
    expect(breakBy('15m', [110, 125.5])).toMatchObject({ displacement: 15.5 })
    expect(breakBy('15m', [125.5, 110])).toMatchObject({ displacement: 15.5, direction: 'BULLISH' })
    expect(breakBy('15m', [110, 110])).toMatchObject({ displacement: 0, displacement_speed: 0 })
  })

  it.each<[Timeframe, points: number, speed: number, quality: MarketStructureRow['displacement_quality']]>([
    // √(1/15) of 20 and 10 points: 5.164 and 2.582.
    ['1m', 5.17, 5.17, 'STRONG'],
    ['1m', 5.16, 5.16, 'MODERATE'],
    ['1m', 2.59, 2.59, 'MODERATE'],
    ['1m', 2.58, 2.58, 'WEAK'],
    // √(1/3): 11.547 and 5.774.
    ['5m', 11.55, 2.31, 'STRONG'],
    ['5m', 11.54, 2.308, 'MODERATE'],
    ['5m', 5.78, 1.156, 'MODERATE'],
    ['5m', 5.77, 1.154, 'WEAK'],
    ['15m', 20, 1.333333, 'STRONG'],
    ['15m', 19.75, 1.316667, 'MODERATE'],
    ['15m', 10, 0.666667, 'MODERATE'],
    ['15m', 9.75, 0.65, 'WEAK'],
    // Twice as much.
    ['1H', 40, 0.666667, 'STRONG'],
    ['1H', 39.75, 0.6625, 'MODERATE'],
    ['1H', 20, 0.333333, 'MODERATE'],
    ['1H', 19.75, 0.329167, 'WEAK'],
    // Four times as much.
    ['4H', 80, 0.333333, 'STRONG'],
    ['4H', 79.75, 0.332292, 'MODERATE'],
    ['4H', 40, 0.166667, 'MODERATE'],
    ['4H', 39.75, 0.165625, 'WEAK'],
  ])('of a %s candle of %d points is %d points a minute, and %s', (timeframe, points, speed, quality) => {
    expect(breakBy(timeframe, [110, 110 + points])).toMatchObject({
      displacement: points,
      displacement_speed: speed,
      displacement_quality: quality,
    })
  })

  it.each<[symbol: string, strong: number, moderate: number, tick: number]>([
    ['NQ=F', 20, 10, 0.25],
    ['MNQ=F', 20, 10, 0.25],
    ['ES=F', 4, 2, 0.25],
    ['YM=F', 28, 14, 1],
    ['RTY=F', 2.2, 1.1, 0.1],
    ['BTC-USD', 20, 10, 0.001],
  ])('of %s is strong from %d points on, moderate from %d', (symbol, strong, moderate, tick) => {
    const quality = (points: number): unknown => {
      const close = Number((2110.3 + points).toFixed(3))
      return breakBy('15m', [2110.3, close], { base: 2100, instrument: instrumentOf(symbol) })?.displacement_quality
    }
    expect([quality(strong), quality(strong - tick)]).toEqual(['STRONG', 'MODERATE'])
    expect([quality(moderate), quality(moderate - tick)]).toEqual(['MODERATE', 'WEAK'])
  })

  it('is not missed by the error of a float: 2112.6 − 2110.4 is less than 2.2', () => {
    expect(2112.6 - 2110.4).toBeLessThan(2.2)
    const options = { base: 2100, instrument: instrumentOf('RTY=F') }
    expect(breakBy('15m', [2110.4, 2112.6], options)).toMatchObject({
      displacement: 2.2,
      displacement_quality: 'STRONG',
    })
    expect(2111.5 - 2110.4).toBeLessThan(1.1)
    expect(breakBy('15m', [2110.4, 2111.5], options)).toMatchObject({ displacement_quality: 'MODERATE' })
  })
})

describe('a break', () => {
  it.each<[Timeframe, number]>([
    ['1m', 1],
    ['5m', 1],
    ['15m', 1],
    ['1H', 2],
    ['4H', 3],
  ])('of %s weighs %d', (timeframe, weight) => {
    expect(breakBy(timeframe, [110, 111])?.break_weight).toBe(weight)
  })
})

describe('options', () => {
  it('strongDisplacement and moderateDisplacement: of 15-minute candles, in proportion for others', () => {
    const options = { strongDisplacement: 8, moderateDisplacement: 3 }
    const quality = (timeframe: Timeframe, points: number): unknown =>
      breakBy(timeframe, [110, 110 + points], options)?.displacement_quality
    expect([8, 7.75, 3, 2.75].map((points) => quality('15m', points))).toEqual([
      'STRONG',
      'MODERATE',
      'MODERATE',
      'WEAK',
    ])
    expect([16, 15.75, 6, 5.75].map((points) => quality('1H', points))).toEqual([
      'STRONG',
      'MODERATE',
      'MODERATE',
      'WEAK',
    ])
  })

  it('timeframes: those of the usual ones that bars make up', () => {
    const { settings } = new MarketStructure({ interval: '30m' }).snapshot()
    expect(settings['timeframes']).toEqual(['1H', '4H'])
    new MarketStructure({ interval: '30m', timeframes: ['1H', '4H'] }).restore(
      new MarketStructure({ interval: '30m' }).snapshot(),
    )
  })

  it('breakWeights: some of them, the others as usual', () => {
    const options = { breakWeights: { '1H': 7 } }
    expect(breakBy('1H', [110, 111], options)?.break_weight).toBe(7)
    expect(breakBy('4H', [110, 111], options)?.break_weight).toBe(3)
  })

  it.each<[MarketStructureOptions, string]>([
    [{ breakBy: 'body' as 'close' }, 'option breakBy: found "body", expected close or wick'],
    [{ swingLength: 0 }, 'option swingLength: found 0, expected a whole number of candles from 1 to 100'],
    [{ strongDisplacement: -1 }, 'option strongDisplacement: found -1, expected points, 0 or more'],
    [{ moderateDisplacement: Number.NaN }, 'option moderateDisplacement: found NaN, expected points, 0 or more'],
    [{ breakWeights: { '2H': 1 } as object }, 'option breakWeights: found "2H", expected some of 1m, 5m, 15m, 1H, 4H'],
    [{ breakWeights: { '1H': -1 } }, 'option breakWeights.1H: found -1, expected a number, 0 or more'],
    [{ timeframes: [] }, 'option timeframes: found , expected some of 1m, 5m, 15m, 1H, 4H, each once'],
    [
      { timeframes: ['15m'], interval: '30m' },
      'option timeframes: found "15m", expected a whole multiple of the 1800 s that bars last',
    ],
    [{ interval: '7m' as '5m' }, 'option interval: found "7m"'],
  ])('that cannot be are refused: %o', (options, message) => {
    expect(() => new MarketStructure(options)).toThrow(CalculatorError)
    expect(() => new MarketStructure(options)).toThrow(message)
  })

  it('are part of a snapshot: one made with others is refused', () => {
    const others: readonly MarketStructureOptions[] = [
      { breakBy: 'wick' },
      { swingLength: 3 },
      { strongDisplacement: 21 },
      { moderateDisplacement: 11 },
      { breakWeights: { '4H': 4 } },
      { timeframes: ['1H'] },
    ]
    const snapshot = new MarketStructure().snapshot()
    for (const options of others) {
      const [name = ''] = Object.keys(options)
      expect(() => new MarketStructure(options).restore(snapshot)).toThrow(`snapshot: made with ${name} `)
    }
    new MarketStructure({ breakBy: 'close', swingLength: 2, timeframes: ['15m', '1H', '4H'] }).restore(snapshot)
  })
})
