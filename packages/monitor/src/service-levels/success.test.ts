import { describe, expect, it } from 'vitest'

import { cycleRow, FAILED, minutely } from '../../test/cycle-rows.ts'
import { countByWindow, countCycles, failureShares } from './success.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

describe('success', () => {
  it('counts idle as success, and partial as none', () => {
    const rows = (['success', 'success', 'idle', 'partial', 'failed'] as const).map((status, i) =>
      cycleRow({ at: i * MINUTE, status }),
    )
    expect(countCycles(rows)).toEqual({ total: 5, success: 2, idle: 1, partial: 1, failed: 1, successRate: 0.6 })
  })

  it('has no rate without a cycle', () => {
    expect(countCycles([]).successRate).toBeUndefined()
  })

  it('is told for the windows that the report reaches over, each from its end back', () => {
    const rows = minutely(0, 2 * HOUR, (at) => (at < 110 * MINUTE ? {} : FAILED))
    const windows = countByWindow(rows, { from: 0, to: 2 * HOUR })
    expect(windows.map(({ name, total, failed }) => [name, total, failed])).toEqual([
      ['15m', 15, 10],
      ['1h', 60, 10],
    ])
  })

  it('counts a cycle at the very beginning of a window, and not one at its end', () => {
    const rows = [0, 45 * MINUTE, HOUR].map((at) => cycleRow({ at }))
    const [quarter] = countByWindow(rows, { from: 0, to: HOUR })
    expect(quarter).toMatchObject({ name: '15m', total: 1 })
  })

  it('shares failures out by category, with the step that failed most', () => {
    const rows = [
      ...minutely(0, 96 * MINUTE),
      cycleRow({ at: 96 * MINUTE, ...FAILED }),
      cycleRow({ at: 97 * MINUTE, ...FAILED }),
      cycleRow({ at: 98 * MINUTE, status: 'partial', error_category: 'calculation', failed_step: 'detect_fvg' }),
      cycleRow({ at: 99 * MINUTE, status: 'failed', error_category: null, failed_step: 'store_ohlc' }),
    ]
    expect(failureShares(rows)).toEqual([
      { category: 'network', cycles: 2, share: 0.02, step: 'fetch' },
      { category: 'database', cycles: 0, share: 0, step: undefined },
      { category: 'data', cycles: 0, share: 0, step: undefined },
      { category: 'calculation', cycles: 1, share: 0.01, step: 'detect_fvg' },
      { category: 'system', cycles: 1, share: 0.01, step: 'store_ohlc' },
    ])
  })
})
