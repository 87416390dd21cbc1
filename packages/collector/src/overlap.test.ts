import { describe, expect, it } from 'vitest'

import { Overlap } from './overlap.ts'

function after(...durations: readonly number[]): number {
  const overlap = new Overlap(30)
  for (const ms of durations) overlap.note(ms)
  return overlap.minutes
}

const slow = (times: number): readonly number[] => Array.from({ length: times }, () => 4_001)

describe('Overlap', () => {
  it('stays as it is while fewer than five fetches in a row are slow', () => {
    expect(after()).toBe(30)
    expect(after(...slow(4))).toBe(30)
    expect(after(...slow(4), 4_000, ...slow(4))).toBe(30)
  })

  it('is half as long with the fifth slow fetch and with each further one, down to two minutes', () => {
    expect([5, 6, 7, 8, 9, 30].map((times) => after(...slow(times)))).toEqual([15, 8, 4, 2, 2, 2])
  })

  it('is whole again after the first fetch that is not slow', () => {
    expect(after(...slow(9), 4_000)).toBe(30)
  })

  it('of a single minute never grows', () => {
    const overlap = new Overlap(1)
    for (const ms of slow(9)) overlap.note(ms)
    expect(overlap.minutes).toBe(1)
  })
})
