import { instrumentOf } from '@openpredict/market'
import { describe, expect, it } from 'vitest'

import { exceeds, reaches, usualDistance } from './distances.ts'

describe('a difference of prices', () => {
  it('reaches a limit from it on', () => {
    expect([0.25, 0.5, 0.75].map((difference) => reaches(difference, 0.5))).toEqual([false, true, true])
    expect([-5.25, -5, -4.75].map((difference) => reaches(difference, -5))).toEqual([false, true, true])
  })

  it('exceeds a limit from above it on', () => {
    expect([0.25, 0.5, 0.75].map((difference) => exceeds(difference, 0.5))).toEqual([false, false, true])
  })

  it('is not decided by the error of floats', () => {
    expect(2100.6 - 2100.4).toBeLessThan(0.2)
    expect(reaches(2100.6 - 2100.4, 0.2)).toBe(true)
    expect(2100.3 - 2100.2).toBeGreaterThan(0.1)
    expect(exceeds(2100.3 - 2100.2, 0.1)).toBe(false)
  })

  it('is at the limit when it is within 1e-9 of it', () => {
    expect([reaches(1 - 0.9e-9, 1), reaches(1 - 1.1e-9, 1)]).toEqual([true, false])
    expect([exceeds(1 + 0.9e-9, 1), exceeds(1 + 1.1e-9, 1)]).toEqual([false, true])
    expect([reaches(1 - 1e-9, 1), exceeds(1 + 1e-9, 1)]).toEqual([true, false])
  })

  it('is told apart from the limit when prices have eight decimals', () => {
    expect(reaches(0.000_000_01, 0.000_000_02)).toBe(false)
    expect(exceeds(0.000_000_02, 0.000_000_01)).toBe(true)
  })
})

describe('the usual distance', () => {
  it.each<[symbol: string, half: number, two: number, twenty: number]>([
    ['NQ=F', 0.5, 2, 20],
    ['MNQ=F', 0.5, 2, 20],
    // 0.1, 0.4 and 4 points: less than a tick counts as one, 0.4 is nearer to two quarters than to one.
    ['ES=F', 0.25, 0.5, 4],
    ['MES=F', 0.25, 0.5, 4],
    // 0.7, 2.8 and 28 points.
    ['YM=F', 1, 3, 28],
    // 0.055, 0.22 and 2.2 points.
    ['RTY=F', 0.1, 0.2, 2.2],
  ])('of %s is in proportion to its range, to the tick and at least one', (symbol, half, two, twenty) => {
    expect([0.5, 2, 20].map((forNq) => usualDistance(forNq, instrumentOf(symbol)))).toEqual([half, two, twenty])
  })

  it('without a known tick is not rounded', () => {
    expect(usualDistance(0.5, { ...instrumentOf('BTC-USD'), rangeRatio: 0.333 })).toBe(0.1665)
  })
})
