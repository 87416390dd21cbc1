import { expect, test } from 'vitest'

import { percentileOf } from './percentile.ts'

const HUNDRED = Array.from({ length: 100 }, (_, i) => i + 1)

test('the nth of a hundred is the nth percentile, whatever the rounding of its share', () => {
  expect(HUNDRED.map((n) => percentileOf(HUNDRED, n / 100))).toEqual(HUNDRED)
  expect(percentileOf(HUNDRED, 0.955)).toBe(96)
})

test('of 20 values the p95 is the 19th, of 19 the last', () => {
  expect(percentileOf(HUNDRED.slice(0, 20), 0.95)).toBe(19)
  expect(percentileOf(HUNDRED.slice(0, 19), 0.95)).toBe(19)
})

test('shares of 0 and 1 are the least and the greatest', () => {
  expect(percentileOf([2, 3, 5], 0)).toBe(2)
  expect(percentileOf([2, 3, 5], 1)).toBe(5)
})

test('no values and shares outside of 0 to 1 are refused', () => {
  expect(() => percentileOf([], 0.5)).toThrow('at least one value, found none')
  expect(() => percentileOf([1], 95)).toThrow('found 95')
  expect(() => percentileOf([1], Number.NaN)).toThrow('found NaN')
})
