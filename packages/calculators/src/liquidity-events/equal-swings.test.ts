import { describe, expect, it } from 'vitest'

import { EqualSwings } from './equal-swings.ts'

/** Candles one hour apart, in which swings stand out from one candle on each side. */
const HOUR = 3_600_000

interface Pair {
  /** Which candle the later swing is. */
  readonly at: number
  readonly price: number
}

/** The pairs among candles with these highs, each as the index of its later swing and its price. */
function pairs(highs: readonly number[], { tolerance = 1, hours = 120 } = {}): readonly Pair[] {
  const equal = new EqualSwings(1, tolerance, hours * HOUR)
  const found: Pair[] = []
  for (const [i, high] of highs.entries()) {
    if (!equal.next(i * HOUR, high)) continue
    // The later swing is confirmed by the candle after it.
    expect(equal.time).toBe((i - 1) * HOUR)
    found.push({ at: i - 1, price: equal.price })
  }
  return found
}

/** Swings of these prices, each between two low candles: the first is candle 1, the next 3, and so on. */
const swings = (...prices: readonly number[]): readonly number[] => [90, ...prices.flatMap((price) => [price, 90])]

describe('two swing highs', () => {
  it('are equal when they differ by no more than the tolerance; the price is that of the higher', () => {
    expect(pairs(swings(100, 99))).toEqual([{ at: 3, price: 100 }])
    expect(pairs(swings(99, 100))).toEqual([{ at: 3, price: 100 }])
    expect(pairs(swings(100, 100))).toEqual([{ at: 3, price: 100 }])
    expect(pairs(swings(100, 98.75))).toEqual([])
    expect(pairs(swings(98.75, 100))).toEqual([])
  })

  it('are as near as they look, whatever floats make of it', () => {
    expect(100.3 - 100.2).toBeLessThan(0.1)
    expect(2100.3 - 2100.2).toBeGreaterThan(0.1)
    expect(pairs(swings(2100.3, 2100.2), { tolerance: 0.1 })).toEqual([{ at: 3, price: 2100.3 }])
    expect(pairs(swings(2100.2, 2100.3), { tolerance: 0.1 })).toEqual([{ at: 3, price: 2100.3 }])
    expect(pairs(swings(2100.2, 2100.4), { tolerance: 0.1 })).toEqual([])
  })

  it('may have candles between them up to the higher of the two, and none above', () => {
    // Two candles that are equally high are no swing.
    const around = (first: number, between: number, second: number): readonly Pair[] =>
      pairs([90, first, 90, between, between, 90, second, 90])
    expect(around(100, 100, 99.5)).toEqual([{ at: 6, price: 100 }])
    expect(around(99.5, 100, 100)).toEqual([{ at: 6, price: 100 }])
    expect(around(100, 99.75, 99.5)).toEqual([{ at: 6, price: 100 }])
    expect(around(100, 100.25, 99.5)).toEqual([])
    expect(around(99.5, 100.25, 100)).toEqual([])
    expect(around(100, 150, 100)).toEqual([])
  })

  it('may lie so many hours apart and no more', () => {
    expect(pairs([90, 100, 90, 90, 90, 100, 90], { hours: 4 })).toEqual([{ at: 5, price: 100 }])
    expect(pairs([90, 100, 90, 90, 90, 90, 100, 90], { hours: 4 })).toEqual([])
  })
})

describe('a swing high', () => {
  it('pairs with the nearest earlier one that is equal', () => {
    expect(pairs(swings(100, 99.5, 100.25))).toEqual([
      { at: 3, price: 100 },
      { at: 5, price: 100.25 },
    ])
    expect(pairs(swings(100, 99.25, 99))).toEqual([
      { at: 3, price: 100 },
      { at: 5, price: 99.25 },
    ])
  })

  it('looks past lower swings that are not equal', () => {
    expect(pairs(swings(100, 98, 97, 99.75))).toEqual([
      { at: 5, price: 98 },
      { at: 7, price: 100 },
    ])
  })

  it('looks past no higher swing', () => {
    expect(pairs(swings(100, 102, 100))).toEqual([])
    expect(pairs(swings(100, 101.5, 100.25))).toEqual([])
  })

  it('may be paired with by several later ones', () => {
    expect(pairs(swings(100, 99.25, 100.5))).toEqual([
      { at: 3, price: 100 },
      { at: 5, price: 100.5 },
    ])
    expect(pairs(swings(100, 97, 99.5, 95, 100.75))).toEqual([
      { at: 5, price: 100 },
      { at: 9, price: 100.75 },
    ])
  })

  it('does not pair with one that is too old, nor past it', () => {
    expect(pairs([90, 100, 90, 95, 90, 90, 100, 90], { hours: 5 })).toEqual([{ at: 6, price: 100 }])
    expect(pairs([90, 100, 90, 95, 90, 90, 100, 90], { hours: 4 })).toEqual([])
  })

  it('is kept from an earlier one by a candle between them, also when swings between have been passed', () => {
    // 98.5 passes 97; 100 then looks from 98.5 to the first 100, over the two candles in the middle.
    const over = (between: number): readonly Pair[] =>
      pairs([90, 100, 90, 97, 90, between, between, 90, 98.5, 90, 100, 90])
    expect(over(100)).toEqual([{ at: 10, price: 100 }])
    expect(over(100.25)).toEqual([])
    // And here the two candles lie before the swing that is passed.
    const before = (between: number): readonly Pair[] =>
      pairs([90, 100, 90, between, between, 90, 97, 90, 98.5, 90, 100, 90])
    expect(before(100)).toEqual([{ at: 10, price: 100 }])
    expect(before(100.25)).toEqual([])
  })
})

describe('what is remembered', () => {
  const kept = (highs: readonly number[], hours = 120): readonly number[] => {
    const equal = new EqualSwings(1, 1, hours * HOUR)
    for (const [i, high] of highs.entries()) equal.next(i * HOUR, high)
    return equal.earlier.map(({ price }) => price)
  }

  it('are the swings that a later one may still equal: none that a higher one has passed', () => {
    expect(kept(swings(100, 97, 95))).toEqual([100, 97, 95])
    expect(kept(swings(100, 97, 95, 98.25))).toEqual([100, 98.25])
    expect(kept(swings(100, 97, 95, 120))).toEqual([120])
  })

  it('is nothing before the first swing, and one less when it is passed', () => {
    expect(kept([90, 100])).toEqual([])
    expect(kept(swings(97, 100))).toEqual([100])
  })

  it('are no swings that are too old', () => {
    expect(kept(swings(100, 98, 96), 4)).toEqual([100, 98, 96])
    expect(kept(swings(100, 98, 96), 3)).toEqual([98, 96])
    expect(kept(swings(100, 98, 96), 1)).toEqual([96])
  })
})

it('stand out from as many candles on each side as they are told', () => {
  const equal = new EqualSwings(2, 1, 120 * HOUR)
  const found = [90, 95, 100, 95, 90, 95, 99, 95, 98].map((high, i) => equal.next(i * HOUR, high))
  expect(found.indexOf(true)).toBe(8)
  expect([equal.time, equal.price]).toEqual([6 * HOUR, 100])
})
