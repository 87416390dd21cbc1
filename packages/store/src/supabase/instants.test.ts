import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { instantOf, instantText } from './instants.ts'

describe('instantOf', () => {
  it.each([
    ['2024-07-01T14:30:00+00:00', Date.UTC(2024, 6, 1, 14, 30)],
    ['2024-07-01T14:30:00.123+00:00', Date.UTC(2024, 6, 1, 14, 30, 0, 123)],
    ['2024-07-01T14:30:00.1234+00:00', Date.UTC(2024, 6, 1, 14, 30, 0, 123)],
    ['2024-07-01T14:30:00.999999+00:00', Date.UTC(2024, 6, 1, 14, 30, 1)],
    ['2024-07-01T20:00:00+05:30', Date.UTC(2024, 6, 1, 14, 30)],
    ['2024-07-01T10:30:00-04:00', Date.UTC(2024, 6, 1, 14, 30)],
    ['1899-12-31T23:57:01-00:02:59', Date.UTC(1900, 0, 1)],
    ['1915-07-03T09:30:00Z', Date.UTC(1915, 6, 3, 9, 30)],
    ['0044-03-15T00:00:00+00:00 BC', Date.parse('-000043-03-15T00:00:00Z')],
    ['275760-09-13T00:00:00+00:00', 8.64e15],
  ])('reads %s', (text, ms) => {
    expect(instantOf(text)).toBe(ms)
  })

  it.each(['', 'infinity', '2024-07-01', 'yesterday'])('refuses %j', (text) => {
    expect(() => instantOf(text)).toThrow(RangeError)
  })
})

it('writes instants that it reads as the same', () => {
  fc.assert(
    fc.property(fc.integer({ min: -210_000_000_000_000, max: 8.64e15 }), (ms) => {
      expect(instantOf(instantText(ms))).toBe(ms)
    }),
  )
})
