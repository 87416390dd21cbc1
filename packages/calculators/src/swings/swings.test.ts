import { type Bar, BarSeries } from '@openpredict/market'
import { describe, expect, it } from 'vitest'

import { barAt } from '../../testing/hand-made-bars.ts'
import { CalculatorError } from '../errors.ts'
import { swings, type SwingsOptions } from './swings.ts'

const QUARTER = 900_000

/** Candles with these highs, all with the same low. */
const highs = (...prices: readonly number[]): Bar[] => prices.map((high, i) => barAt(i * QUARTER, [50, high, 50, 50]))
/** Candles with these lows, all with the same high. */
const lows = (...prices: readonly number[]): Bar[] => prices.map((low, i) => barAt(i * QUARTER, [150, 150, low, 150]))

/** Swings as text: type, price, which candle it is and which confirms it. */
const told = (candles: readonly Bar[], options?: SwingsOptions): readonly string[] =>
  swings(candles, options).map(
    ({ type, time, price, confirmed_by }) => `${type} ${price} ${time / QUARTER} by ${confirmed_by / QUARTER}`,
  )

describe('a swing high', () => {
  it('is above the two candles before and the two after, and confirmed by the last of them', () => {
    expect(told(highs(98, 99, 100, 99, 98))).toEqual(['HIGH 100 2 by 4'])
    expect(told(highs(99, 98, 100, 97, 99.75, 101))).toEqual(['HIGH 100 2 by 4'])
    expect(told(highs(98, 99, 100, 99))).toEqual([])
  })

  it.each([0, 1, 3, 4])('is strictly above: not equal to candle %d of five', (rival) => {
    const five = (price: number): readonly string[] => told(highs(...[90, 90, 100, 90, 90].with(rival, price)))
    expect(five(99.75)).toEqual(['HIGH 100 2 by 4'])
    expect(five(100)).toEqual([])
    expect(five(100.25)).toEqual([])
  })

  it('may be equal to candles farther away', () => {
    expect(told(highs(100, 98, 98, 100, 98, 98, 100))).toEqual(['HIGH 100 3 by 5'])
  })

  it('needs two candles before it', () => {
    expect(told(highs(100, 98, 97, 96, 95))).toEqual([])
    expect(told(highs(98, 100, 97, 96, 95))).toEqual([])
  })
})

describe('a swing low', () => {
  it('is below the two candles before and the two after', () => {
    expect(told(lows(102, 101, 100, 101, 102))).toEqual(['LOW 100 2 by 4'])
    expect(told(lows(102, 101, 100, 101, 100))).toEqual([])
    expect(told(lows(102, 100, 100, 101, 102))).toEqual([])
  })
})

describe('swings', () => {
  it('come in the order of their confirmation, a high before a low that the same candle confirms', () => {
    const wave = [10, 11, 13, 12, 11, 9, 8, 9, 10, 12, 11, 10]
    const candles = wave.map((price, i) => barAt(i * QUARTER, [price, price + 1, price - 1, price]))
    expect(told(candles)).toEqual(['HIGH 14 2 by 4', 'LOW 7 6 by 8', 'HIGH 13 9 by 11'])
    const wide = [barAt(0, 10), barAt(QUARTER, 10), barAt(2 * QUARTER, [10, 12, 8, 10])]
    expect(told([...wide, barAt(3 * QUARTER, 10), barAt(4 * QUARTER, 10)])).toEqual(['HIGH 12 2 by 4', 'LOW 8 2 by 4'])
  })

  it('stand out from as many candles on each side as they are told', () => {
    const longest = Array.from({ length: 201 }, (_, i) => 100 - Math.abs(i - 100) / 8)
    const candles = highs(97, 98, 99, 100, 99, 98, 99, 97, 101)
    expect(told(candles, { swingLength: 1 })).toEqual(['HIGH 100 3 by 4', 'HIGH 99 6 by 7'])
    expect(told(candles, { swingLength: 2 })).toEqual(['HIGH 100 3 by 5'])
    expect(told(candles, { swingLength: 3 })).toEqual(['HIGH 100 3 by 6'])
    expect(told(candles, { swingLength: 4 })).toEqual([])
    expect(told(highs(...longest), { swingLength: 100 })).toEqual(['HIGH 100 100 by 200'])
  })

  it('do not ask how much time lies between candles', () => {
    const candles = [98, 99, 100, 99, 98].map((high, i) => barAt(i * i * QUARTER, [50, high, 50, 50]))
    expect(told(candles)).toEqual(['HIGH 100 4 by 16'])
  })

  it('are those of columns, too; of nothing there are none', () => {
    const candles = highs(98, 99, 100, 99, 98)
    expect(swings(BarSeries.from(candles))).toEqual(swings(candles))
    expect(swings([])).toEqual([])
  })

  it.each([0, -1, 1.5, 101, Number.NaN])('of length %d are refused', (swingLength) => {
    expect(() => swings([], { swingLength })).toThrow(CalculatorError)
    expect(() => swings([], { swingLength })).toThrow(
      `option swingLength: found ${swingLength}, expected a whole number of candles from 1 to 100`,
    )
  })
})
