import { describe, expect, it } from 'vitest'

import { MarketError } from './errors.ts'

describe('MarketError', () => {
  it('is an error with a name, a message and a failure to switch on', () => {
    const error = new MarketError('unknown interval "7m"', { kind: 'interval', found: '7m' })
    expect(error).toBeInstanceOf(Error)
    expect(error.name).toBe('MarketError')
    expect(error.failure).toEqual({ kind: 'interval', found: '7m' })
    expect(String(error)).toBe('MarketError: unknown interval "7m"')
  })
})
