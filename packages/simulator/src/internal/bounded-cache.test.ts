import { describe, expect, it } from 'vitest'

import { BoundedCache } from './bounded-cache.ts'

describe('BoundedCache', () => {
  it('makes a value once while it is remembered', () => {
    const made: number[] = []
    const cache = new BoundedCache(2, (key) => {
      made.push(key)
      return key * 10
    })
    expect([cache.get(1), cache.get(1), cache.get(2), cache.get(1)]).toEqual([10, 10, 20, 10])
    expect(made).toEqual([1, 2])
  })

  it('forgets the value unused for longest, and never holds more than its capacity', () => {
    const made: number[] = []
    const cache = new BoundedCache(2, (key) => made.push(key))
    for (const key of [1, 2, 1, 3, 1, 2]) {
      cache.get(key)
      expect(cache.size).toBeLessThanOrEqual(2)
    }
    expect(made).toEqual([1, 2, 3, 2])
  })
})
