import { describe, expect, it } from 'vitest'

import { round } from './round.ts'

describe('round', () => {
  it.each([
    [1.005, 2, 1.01],
    [1.004_999, 2, 1],
    [-1.005, 2, -1.01],
    [0.125, 2, 0.13],
    [-0.125, 2, -0.13],
    [15_893.125, 2, 15_893.13],
    [15_893.25, 2, 15_893.25],
    [2.5, 0, 3],
    [-2.5, 0, -3],
    [2.4, 0, 2],
    [0.05, 1, 0.1],
    [1.234_567_5, 6, 1.234_568],
  ])('takes %d to %d decimals as %d: half goes away from zero', (value, decimals, expected) => {
    expect(round(value, decimals)).toBe(expected)
  })

  it('counts a value within 1e-9 of a tie as the tie, one farther below it as below', () => {
    expect(round(0.125 - 0.9e-9, 2)).toBe(0.13)
    expect(round(0.125 - 1.1e-9, 2)).toBe(0.12)
    expect(round(-0.125 + 0.9e-9, 2)).toBe(-0.13)
    expect(round(-0.125 + 1.1e-9, 2)).toBe(-0.12)
  })

  it('never gives a negative zero', () => {
    expect(Object.is(round(-0.001, 2), 0)).toBe(true)
    expect(Object.is(round(-0, 2), 0)).toBe(true)
  })
})
