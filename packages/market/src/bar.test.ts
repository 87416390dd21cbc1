import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { type Bar, barProblem } from './bar.ts'

const good: Bar = { time: 60_000, open: 10, high: 12, low: 8, close: 11, volume: 0 }

/** Any possible bar: low ≤ open, close ≤ high. */
const bars = fc
  .record({
    time: fc.maxSafeInteger(),
    prices: fc.tuple(...Array.from({ length: 4 }, () => fc.double({ min: 0.01, max: 1e6, noNaN: true }))),
    volume: fc.double({ min: 0, max: 1e9, noNaN: true }),
    falling: fc.boolean(),
  })
  .map(({ time, prices, volume, falling }): Bar => {
    const [low = 0, a = 0, b = 0, high = 0] = prices.toSorted((x, y) => x - y)
    return { time, open: falling ? b : a, high, low, close: falling ? a : b, volume }
  })

describe('barProblem', () => {
  it('finds none in any possible bar', () => {
    fc.assert(
      fc.property(bars, (bar) => {
        expect(barProblem(bar)).toBeUndefined()
      }),
    )
  })

  it('takes a bar of one price without volume, and a time before 1970', () => {
    expect(barProblem({ time: -60_000, open: 5, high: 5, low: 5, close: 5, volume: 0 })).toBeUndefined()
  })

  it('names what is wrong', () => {
    const cases: readonly (readonly [Partial<Bar>, string])[] = [
      [{ time: 0.5 }, 'time 0.5 is not a whole number of milliseconds'],
      [{ time: Number.NaN }, 'time NaN is not a whole number of milliseconds'],
      [{ time: 2 ** 53 }, 'time 9007199254740992 is not a whole number of milliseconds'],
      [{ open: Number.NaN }, 'open NaN is not a finite number'],
      [{ high: Number.POSITIVE_INFINITY }, 'high Infinity is not a finite number'],
      [{ low: Number.NEGATIVE_INFINITY }, 'low -Infinity is not a finite number'],
      [{ close: Number.NaN }, 'close NaN is not a finite number'],
      [{ open: -1 }, 'open -1 is not positive'],
      [{ high: 0 }, 'high 0 is not positive'],
      [{ low: 0 }, 'low 0 is not positive'],
      [{ close: -0.25 }, 'close -0.25 is not positive'],
      [{ high: 7 }, 'high 7 is below low 8'],
      [{ high: 9.75 }, 'high 9.75 is below open 10'],
      [{ high: 10.75 }, 'high 10.75 is below close 11'],
      [{ low: 10.25 }, 'low 10.25 is above open 10'],
      [{ open: 12, low: 11.25 }, 'low 11.25 is above close 11'],
      [{ volume: -1 }, 'volume -1 is not a number of 0 or more'],
      [{ volume: Number.NaN }, 'volume NaN is not a number of 0 or more'],
      [{ volume: Number.POSITIVE_INFINITY }, 'volume Infinity is not a number of 0 or more'],
    ]
    for (const [change, problem] of cases) expect(barProblem({ ...good, ...change })).toBe(problem)
  })

  it('lets high and low touch open and close', () => {
    expect(barProblem({ ...good, high: 11, low: 10 })).toBeUndefined()
    expect(barProblem({ ...good, open: 11, close: 10, high: 11, low: 10 })).toBeUndefined()
  })
})
