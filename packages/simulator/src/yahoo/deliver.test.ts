import { describe, expect, it } from 'vitest'

import { acceptsGzip } from './deliver.ts'

describe('acceptsGzip', () => {
  it.each(['gzip', 'gzip, deflate', 'deflate, GZIP', 'br;q=1.0, gzip;q=0.8', '*', 'x-gzip', 'br, *;q=0.1'])(
    'is true for "%s"',
    (header) => {
      expect(acceptsGzip(header)).toBe(true)
    },
  )

  it.each([undefined, '', 'identity', 'br', 'gzip;q=0', 'gzip; q=0.0', '*;q=0', 'gzip;q=0, *', 'gzip;q=much'])(
    'is false for %j',
    (header) => {
      expect(acceptsGzip(header)).toBe(false)
    },
  )
})
