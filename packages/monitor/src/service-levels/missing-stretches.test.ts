import { describe, expect, it } from 'vitest'

import { missingStretches } from './missing-stretches.ts'

const MINUTE = 60_000
const minute = (n: number, state: 'not_fetched' | 'absent_at_source', healed: number | null = null) => ({
  instrument: 'NQ=F',
  timestamp: n * MINUTE,
  state,
  times_asked: 1,
  first_asked_at: null,
  last_asked_at: null,
  healed_at: healed,
})

describe('missing minutes', () => {
  it('are joined where they follow each other in one state; healed ones are none', () => {
    const rows = [
      minute(3, 'absent_at_source'),
      minute(1, 'not_fetched'),
      minute(2, 'not_fetched'),
      minute(4, 'absent_at_source', 5),
      minute(5, 'absent_at_source'),
    ]
    expect(missingStretches(rows)).toEqual([
      { start: MINUTE, end: 3 * MINUTE, minutes: 2, state: 'not_fetched' },
      { start: 3 * MINUTE, end: 4 * MINUTE, minutes: 1, state: 'absent_at_source' },
      { start: 5 * MINUTE, end: 6 * MINUTE, minutes: 1, state: 'absent_at_source' },
    ])
  })
})
