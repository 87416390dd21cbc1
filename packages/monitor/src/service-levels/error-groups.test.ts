import { describe, expect, it } from 'vitest'

import { errorGroups } from './error-groups.ts'

const error = {
  component: 'collector',
  operation: 'fetch',
  error_message: 'timed out',
  severity: 'error',
  error_category: 'network',
  instrument: 'NQ=F',
  cycle: 1,
  details: { code: 'timeout', hint: '' },
} as const

describe('errors', () => {
  it('are grouped by what they are, the most frequent first, with the words of the last', () => {
    const groups = errorGroups([
      { ...error, id: 'c', timestamp: 3, error_message: 'timed out again', instrument: 'ES=F' },
      { ...error, id: 'a', timestamp: 1 },
      { ...error, id: 'b', timestamp: 2, details: { code: 'rate-limited', hint: 'Wait.' } },
      { ...error, id: 'd', timestamp: 4, details: null },
    ])
    expect(
      groups.map(({ count, code, first, last, message, hint }) => [count, code, first, last, message, hint]),
    ).toEqual([
      [2, 'timeout', 1, 3, 'timed out again', undefined],
      [1, undefined, 4, 4, 'timed out', undefined],
      [1, 'rate-limited', 2, 2, 'timed out', 'Wait.'],
    ])
    expect(groups[0]?.instruments).toEqual(['ES=F', 'NQ=F'])
  })
})
