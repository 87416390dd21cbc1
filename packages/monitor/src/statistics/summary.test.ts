import fc from 'fast-check'
import { expect, test } from 'vitest'

import { summaryOf } from './summary.ts'

test('sums up values in any order and leaves them as they are', () => {
  const values = [9, 10, 1]
  expect(summaryOf(values)).toEqual({ count: 3, min: 1, max: 10, mean: 20 / 3, median: 9, p95: 10, p99: 10 })
  expect(values).toEqual([9, 10, 1])
})

test('none have no summary', () => {
  expect(summaryOf([])).toBeUndefined()
})

test('refuses what is not finite', () => {
  expect(() => summaryOf([1, Number.NaN])).toThrow('found NaN')
  expect(() => summaryOf([Number.POSITIVE_INFINITY])).toThrow('found Infinity')
})

test('at least the share of a percentile lies at or below it, and fewer below it', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -1_000, max: 1_000 }), { minLength: 1, maxLength: 300 }), (values) => {
      const summary = summaryOf(values)
      for (const [figure, percent] of [
        [summary?.median, 50],
        [summary?.p95, 95],
        [summary?.p99, 99],
      ] as const) {
        const value = figure ?? Number.NaN
        expect(values).toContain(value)
        expect(values.filter((other) => other <= value).length * 100).toBeGreaterThanOrEqual(percent * values.length)
        expect(values.filter((other) => other < value).length * 100).toBeLessThan(percent * values.length)
      }
    }),
  )
})
