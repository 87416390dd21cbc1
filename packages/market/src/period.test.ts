import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { joined, overlap, wholeMinutes, without } from './period.ts'
import type { Period } from './trading-day.ts'

const period = fc
  .tuple(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 1, max: 12 }))
  .map(([start, length]): Period => ({ start, end: start + length }))
const periods = fc.array(period, { maxLength: 6 })

/** The whole numbers in periods: what a period is when looked at point by point. */
function points(...all: readonly (Period | undefined)[]): number[] {
  return Array.from({ length: 50 }, (_, i) => i).filter((i) => all.some((one) => one && one.start <= i && i < one.end))
}

/** In order, each not empty, none touching the next. */
function isTidy(all: readonly Period[]): boolean {
  return all.every(({ start, end }, i) => start < end && (i === 0 || start > (all[i - 1] as Period).end))
}

describe('periods', () => {
  it('overlap in the points that both have', () => {
    fc.assert(
      fc.property(period, period, (a, b) => {
        const inBoth = points(a).filter((point) => points(b).includes(point))
        expect(points(overlap(a, b))).toEqual(inBoth)
        expect(overlap(a, b) === undefined).toBe(inBoth.length === 0)
      }),
    )
  })

  it('only touch when one ends where the other begins', () => {
    expect(overlap({ start: 1, end: 2 }, { start: 2, end: 3 })).toBeUndefined()
  })

  it('join into the same points, in order and apart', () => {
    fc.assert(
      fc.property(periods, (all) => {
        const result = joined(all)
        expect(points(...result)).toEqual(points(...all))
        expect(isTidy(result)).toBe(true)
      }),
    )
    expect(joined([])).toEqual([])
    expect(
      joined([
        { start: 5, end: 9 },
        { start: 1, end: 5 },
      ]),
    ).toEqual([{ start: 1, end: 9 }])
    expect(
      joined([
        { start: 1, end: 9 },
        { start: 2, end: 3 },
      ]),
    ).toEqual([{ start: 1, end: 9 }])
  })

  it('lose the points of a hole', () => {
    fc.assert(
      fc.property(periods, period, (all, hole) => {
        const result = without(joined(all), hole)
        expect(points(...result)).toEqual(points(...all).filter((point) => !points(hole).includes(point)))
        expect(isTidy(result)).toBe(true)
      }),
    )
  })

  it('are left as they are by functions that take them', () => {
    const given = [
      { start: 5, end: 9 },
      { start: 1, end: 6 },
    ]
    const before = structuredClone(given)
    joined(given)
    without(given, { start: 2, end: 7 })
    expect(given).toEqual(before)
  })

  it('hold the minutes of the clock that begin and end in them', () => {
    const minute = 60_000
    const cases: readonly (readonly [number, number, number])[] = [
      [0, 3, 3],
      [0.5, 3, 2],
      [0, 2.5, 2],
      [0.5, 1.5, 0],
      [0.5, 2.5, 1],
      [0.2, 0.8, 0],
      [3, 1, 0],
      [-2, 1, 3],
    ]
    for (const [start, end, count] of cases) {
      expect(wholeMinutes({ start: start * minute, end: end * minute })).toBe(count)
    }
  })
})
