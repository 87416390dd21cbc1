import { candles, type Timeframe } from '@openpredict/calculators'
import { instrumentOf, parseInstant } from '@openpredict/market'
import { createMarket } from '@openpredict/simulator'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import type { CandleLength } from './candle-period.ts'
import { resample } from './resample.ts'

const MINUTE = 60_000
// Over the night in which New York's clock goes forward; Bitcoin trades through it.
const START = parseInstant('2024-03-08T14:00:00Z')
const bars = createMarket({ seed: 3, instrument: instrumentOf('BTC-USD') }).bars(START, START + 3 * 1_440 * MINUTE)
const futures = createMarket({ seed: 3, instrument: instrumentOf('NQ=F') }).bars(START, START + 4 * 1_440 * MINUTE)

describe('resample', () => {
  it('makes the candles that the calculators make', () => {
    const lengths: readonly (readonly [Timeframe, CandleLength])[] = [
      ['1m', '1m'],
      ['5m', '5m'],
      ['15m', '15m'],
      ['1H', '1h'],
      ['4H', '4h'],
    ]
    fc.assert(
      fc.property(
        fc.constantFrom(...lengths),
        fc.constantFrom(bars, futures),
        fc.nat({ max: 3_000 }),
        fc.nat({ max: 900 }),
        ([timeframe, length], series, from, count) => {
          const given = series.slice(from, from + count)
          expect(resample(given, length).toArray()).toEqual(candles(given, timeframe))
        },
      ),
      { numRuns: 60 },
    )
  })

  it('ends days at 18:00 New York, through the change of the clock', () => {
    const days = resample(bars, '1d', { partial: true })
    expect([...days.time].map((time) => new Date(time).toISOString())).toEqual([
      '2024-03-07T23:00:00.000Z',
      '2024-03-08T23:00:00.000Z',
      '2024-03-09T23:00:00.000Z',
      '2024-03-10T22:00:00.000Z',
    ])
    expect(resample(bars, '1d').time).toEqual(days.time.subarray(1, 3))
  })

  it('makes weeks of days of hours', () => {
    const hours = resample(bars, '1h')
    expect(resample(hours, '1d', { interval: '1h' })).toEqual(resample(bars, '1d'))
    expect(resample(bars, '1w', { partial: true }).length).toBe(2)
  })

  it('keeps cut candles only when asked to', () => {
    const cut = bars.slice(2, 13)
    expect(resample(cut, '5m').time).toHaveLength(1)
    expect(resample(cut, '5m', { partial: true }).time).toHaveLength(3)
    expect(resample([], '5m').length).toBe(0)
  })

  it.each([
    ['15m', '10m', 'bars of 10m do not make up whole candles of 15m: expected a multiple of 10m'],
    ['1m', '5m', 'bars of 5m do not make up whole candles of 1m'],
    ['7m', '1m', 'candles of "7m" from bars of "1m": expected lengths among 1s'],
  ] as const)('refuses candles of %s from bars of %s', (to, interval, message) => {
    expect(() => resample([], to as CandleLength, { interval })).toThrow(message)
  })

  it('refuses bars off the grid, or not in order', () => {
    const [first, second] = bars.toArray()
    if (first === undefined || second === undefined) throw new Error('the market has no bars')
    expect(() => resample([{ ...first, time: first.time + 1 }], '5m')).toThrow('is not a whole multiple of 1m')
    expect(() => resample([second, first], '5m')).toThrow('row 1 opens before the bar before it has closed')
  })
})
