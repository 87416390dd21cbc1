import { expect, test } from 'vitest'

import { memoryGrowth } from './memory-growth.ts'

test('what fills in the first tenth is no growth', () => {
  const live = [0, 100, 400, 700, 1_000].map((round) => ({ round, bytes: round === 0 ? 10e6 : 40e6 }))
  expect(memoryGrowth(live)).toBe(0)
})

test('chance ups and downs around a straight line leave its slope', () => {
  const live = Array.from({ length: 21 }, (_, i) => ({
    round: i * 50,
    bytes: 40e6 + i * 50 * 2_000 + (i % 2 === 0 ? 500_000 : -500_000),
  }))
  expect(memoryGrowth(live)).toBeGreaterThan(60 * 1_900)
  expect(memoryGrowth(live)).toBeLessThan(60 * 2_100)
})

test('what shrinks has a growth below 0', () => {
  expect(memoryGrowth([0, 60, 120].map((round) => ({ round, bytes: 40e6 - round * 1_000 })))).toBe(-60_000)
})

test('less than an hour after the first tenth tells nothing', () => {
  const until = (rounds: number): number | undefined =>
    memoryGrowth([0, 5, 10, rounds].map((round) => ({ round, bytes: 40e6 })))
  expect(until(64)).toBeUndefined()
  expect(until(70)).toBe(0)
  expect(memoryGrowth([])).toBeUndefined()
})
