import { describe, expect, it } from 'vitest'

import { atLeast, atMost, defaultDistance, moreThan } from './limits.ts'

describe('reference limits', () => {
  it('take what is within 1e-9 of a limit for the limit', () => {
    expect([0.5 - 9e-10, 0.5 - 2e-9].map((value) => atLeast(value, 0.5))).toEqual([true, false])
    expect([0.5 + 9e-10, 0.5 + 2e-9].map((value) => atMost(value, 0.5))).toEqual([true, false])
    expect([0.5 + 9e-10, 0.5 + 2e-9].map((value) => moreThan(value, 0.5))).toEqual([false, true])
  })

  it.each([
    ['NQ=F', [0.5, 1, 2, 5, 10, 20]],
    ['MNQ=F', [0.5, 1, 2, 5, 10, 20]],
    // 0.2 of it; a tenth and a fifth of a point are less than a tick.
    ['ES=F', [0.25, 0.25, 0.5, 1, 2, 4]],
    // 1.4 of it, in whole points: 0.7, 1.4, 2.8, 7, 14, 28.
    ['YM=F', [1, 1, 3, 7, 14, 28]],
    // 0.11 of it, in tenths: 0.055, 0.11, 0.22, 0.55, 1.1, 2.2.
    ['RTY=F', [0.1, 0.1, 0.2, 0.6, 1.1, 2.2]],
    ['AAPL', [0.5, 1, 2, 5, 10, 20]],
  ])('have defaults for %s', (instrument, distances) => {
    expect([0.5, 1, 2, 5, 10, 20].map((points) => defaultDistance(points, { instrument }))).toEqual(distances)
  })
})
