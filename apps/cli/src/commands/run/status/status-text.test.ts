import { describe, expect, it } from 'vitest'

import { sparkline, spread, wrap } from './status-text.ts'

describe('sparkline', () => {
  it('goes from 0 to the greatest value, of the newest that fit', () => {
    expect(sparkline([800, 100, 400, 800], 3)).toBe('▁▄█')
    expect(sparkline([0, 1, 50, 99, 100], 9)).toBe('▁▁▄██')
  })

  it('is flat for equal values and for zeros, and empty without any', () => {
    expect(sparkline([5, 5], 9)).toBe('██')
    expect(sparkline([0, 0], 9)).toBe('▁▁')
    expect(sparkline([], 9)).toBe('')
    expect(sparkline([1], 0)).toBe('')
  })
})

describe('lines', () => {
  it('put a second text at the right edge, or leave it out', () => {
    expect(spread(['ab'], ['cd'], 8)).toEqual(['ab', '    ', 'cd'])
    expect(spread(['ab'], ['cd'], 5)).toEqual(['ab'])
  })

  it('wrap words that do not fit', () => {
    expect(wrap(['aa', 'bb', 'cc'], 6)).toEqual(['aa  bb', 'cc'])
    expect(wrap(['aa', 'bb', 'cc'], 1)).toEqual(['aa', 'bb', 'cc'])
  })
})
