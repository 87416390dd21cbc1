import type { Row } from '@openpredict/store'
import { describe, expect, it } from 'vitest'

import { nearbyLevels } from './nearby-levels.ts'

type LevelType = Row<'reference_levels'>['level_type']

function level(level_type: LevelType, period_start: number, price: number, complete = true): Row<'reference_levels'> {
  const confirmed_at = complete ? 0 : null
  const order = { history_version: 0, as_of_version: 0, as_of: 0 }
  return {
    instrument: 'NQ=F',
    level_type,
    period_start,
    price,
    period_end: 9,
    complete,
    timestamp: 0,
    confirmed_at,
    ...order,
  }
}

function pivot(period_start: number, price: number): Row<'fibonacci_pivots'> {
  const order = { history_version: 0, as_of_version: 0, as_of: 0 }
  return {
    instrument: 'NQ=F',
    period: 'DAILY',
    period_start,
    level: 'R1',
    price,
    timestamp: 0,
    confirmed_at: 0,
    ...order,
  }
}

describe('nearbyLevels', () => {
  it('has the nearest first on both sides, one at the price below', () => {
    const levels = [
      level('NY_OPEN', 1, 120),
      level('ASIAN_HIGH', 1, 101),
      level('1H_OPEN', 1, 100),
      level('ASIAN_LOW', 1, 90, false),
    ]
    const near = nearbyLevels({ levels, pivots: [pivot(1, 110)], price: 100 })
    expect(near.above.map(({ name }) => name)).toEqual(['ASIAN_HIGH', 'DAILY R1', 'NY_OPEN'])
    expect(near.below).toEqual([
      { name: '1H_OPEN', price: 100, since: 1, isRunning: false },
      { name: 'ASIAN_LOW', price: 90, since: 1, isRunning: true },
    ])
  })

  it('has of each type the one of the latest period, in whatever order they come', () => {
    const levels = [level('NY_OPEN', 2, 102), level('NY_OPEN', 3, 103), level('NY_OPEN', 1, 101)]
    const { above } = nearbyLevels({ levels, pivots: [pivot(2, 105), pivot(1, 104)], price: 100 })
    expect(above.map(({ price }) => price)).toEqual([103, 105])
  })

  it('is empty without a price', () => {
    expect(nearbyLevels({ levels: [level('NY_OPEN', 1, 1)], pivots: [], price: undefined })).toEqual({
      above: [],
      below: [],
    })
  })
})
