import { describe, expect, it } from 'vitest'

import { timeliness } from './freshness.ts'
import { qualityScore, SCORE_WEIGHTS } from './quality-score.ts'

describe('the score', () => {
  it('has weights of one hundred in all', () => {
    expect(Object.values(SCORE_WEIGHTS).reduce((sum, weight) => sum + weight, 0)).toBe(100)
  })

  it('is the weighted mean of its parts', () => {
    const scores = {
      completeness: 80,
      validity: 100,
      consistency: 90,
      timeliness: 0,
      coverage: 50,
      events: 100,
      gaps: 20,
    }
    expect(qualityScore(scores)).toBe((25 * 80 + 20 * 100 + 15 * 90 + 15 * 0 + 15 * 50 + 5 * 100 + 5 * 20) / 100)
  })

  it('leaves out what nothing could be said about', () => {
    expect(qualityScore({ completeness: 50, events: 100 })).toBe((25 * 50 + 5 * 100) / 30)
    expect(qualityScore({})).toBeUndefined()
  })
})

it.each([
  [0, 100],
  [120_000, 100],
  [360_000, 50],
  [600_000, 0],
  [6_000_000, 0],
])('of %i ms behind, timeliness is %i', (lag, score) => {
  expect(timeliness(lag)).toBe(score)
})
