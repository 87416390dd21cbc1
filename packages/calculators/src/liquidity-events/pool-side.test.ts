import { BarSeries, instrumentOf } from '@openpredict/market'
import { describe, expect, it } from 'vitest'

import { barAt } from '../../testing/hand-made-bars.ts'
import { checkOptions } from '../internal/checked-options.ts'
import { checkLiquidityOptions } from './liquidity-options.ts'
import { PoolSide } from './pool-side.ts'
import type { LiquidityEventRow } from './row.ts'

const { rules } = checkLiquidityOptions({}, checkOptions({ instrument: instrumentOf('NQ=F') }))

describe('the pools of a side', () => {
  const sideOf = (): { readonly side: PoolSide; readonly rows: LiquidityEventRow[] } => {
    const rows: LiquidityEventRow[] = []
    return { side: new PoolSide(1, rules, (row) => rows.push(row)), rows }
  }
  const prices = (side: PoolSide): readonly number[] => side.pools.map(({ price }) => price)

  it('are none at first', () => {
    expect(sideOf().side).toMatchObject({ pools: [], sweeps: [] })
  })

  it('are dropped when another comes and they have expired, not before', () => {
    const { side } = sideOf()
    side.activate('EQUAL_HIGH', 0, 100, 0, 10)
    side.activate('EQUAL_HIGH', 1, 101, 9, 30)
    expect(prices(side)).toEqual([100, 101])
    side.activate('ASIAN_HIGH', 2, 102, 10)
    expect(prices(side)).toEqual([101, 102])
  })

  it('are replaced by the next of their type, unless they expire instead', () => {
    const { side } = sideOf()
    side.activate('ASIAN_HIGH', 0, 100, 0)
    side.activate('PREV_DAY_HIGH', 1, 101, 1)
    side.activate('EQUAL_HIGH', 1, 102, 1, 30)
    side.activate('ASIAN_HIGH', 2, 103, 2)
    side.activate('EQUAL_HIGH', 3, 104, 3, 30)
    expect(prices(side)).toEqual([101, 102, 103, 104])
  })

  it('are gone when they are taken, and stay when they are nearly', () => {
    const { side, rows } = sideOf()
    side.activate('ASIAN_HIGH', 0, 100, 0)
    side.activate('PREV_DAY_HIGH', 0, 103, 0)
    side.take(BarSeries.from([barAt(60_000, [90, 101, 70, 101]), barAt(120_000, 75)]), 0, 2, 60_000)
    expect(prices(side)).toEqual([103])
    expect(rows).toMatchObject([{ level_type: 'PREV_DAY_HIGH', quality: 'NEAR_MISS' }])
    expect(side.liveRows()).toMatchObject([{ level_type: 'ASIAN_HIGH', quality: 'RUN', hold_minutes: 1 }])
  })
})
