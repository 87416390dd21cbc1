import { expect, test } from 'vitest'

import { judge } from './judge.ts'
import type { TargetId } from './target.ts'
import { targetOf, TARGETS } from './targets.ts'

interface Boundary {
  readonly id: TargetId
  readonly met: number
  readonly missed: number
  readonly critical?: number
}

/** The worst value that meets each target and the best that does not, and the first critical one. */
const BOUNDARIES: readonly Boundary[] = [
  { id: 'mean', met: 4_999, missed: 5_000, critical: 8_001 },
  { id: 'p95', met: 6_999, missed: 7_000, critical: 10_001 },
  { id: 'p99', met: 7_999, missed: 8_000, critical: 12_001 },
  { id: 'max', met: 9_999, missed: 10_000 },
  { id: 'cycle-time', met: 5_999, missed: 8_000 },
  { id: 'step-fetch', met: 3_000, missed: 3_001 },
  { id: 'step-store_ohlc', met: 500, missed: 501 },
  { id: 'step-calc_ref_levels', met: 400, missed: 401 },
  { id: 'step-calc_pivots', met: 300, missed: 301 },
  { id: 'step-detect_liquidity', met: 500, missed: 501 },
  { id: 'step-detect_fvg', met: 300, missed: 301 },
  { id: 'step-segment_blocks', met: 200, missed: 201 },
  { id: 'step-detect_structure', met: 500, missed: 501 },
  { id: 'steps', met: 5_700, missed: 5_701 },
  { id: 'optimise-fetch', met: 4_000, missed: 4_001 },
  { id: 'optimise-store', met: 1_000, missed: 1_001 },
  { id: 'optimise-calculators', met: 1_000, missed: 1_001 },
  { id: 'slowdown', met: 1.199, missed: 1.2 },
  { id: 'upsert-p95', met: 2_000, missed: 2_001 },
  { id: 'memory', met: 499_999_999, missed: 500_000_000, critical: 750_000_001 },
  { id: 'memory-growth', met: 999_999, missed: 1_000_000 },
  { id: 'memory-growth-1000', met: 99_999_999, missed: 100_000_000 },
  { id: 'cpu', met: 29.9, missed: 30, critical: 80.1 },
  { id: 'cpu-day', met: 19.9, missed: 20 },
  { id: 'cpu-peak', met: 79.9, missed: 80 },
  { id: 'disk', met: 9_999_999, missed: 10_000_000 },
  { id: 'success', met: 95.1, missed: 95, critical: 89.9 },
  { id: 'errors', met: 4.9, missed: 5 },
  { id: 'uptime', met: 99.1, missed: 99, critical: 94.9 },
  { id: 'failures-network', met: 1.9, missed: 2 },
  { id: 'failures-database', met: 0.9, missed: 1 },
  { id: 'failures-data', met: 0.9, missed: 1 },
  { id: 'failures-system', met: 0.9, missed: 1 },
  { id: 'retries', met: 20, missed: 20.1 },
  { id: 'freshness', met: 119_999, missed: 120_000, critical: 300_001 },
  { id: 'completeness', met: 98.1, missed: 98, critical: 89.9 },
  { id: 'test-coverage', met: 98.1, missed: 98, critical: 94.9 },
  { id: 'unit-tests', met: 100, missed: 99.9, critical: 99.9 },
  { id: 'integration-tests', met: 100, missed: 99.9, critical: 99.9 },
]

test.each(BOUNDARIES)('$id is met by $met and not by $missed', ({ id, met, missed, critical }) => {
  const target = targetOf(id)
  expect(judge(target, met)).toEqual({ target, measured: met, verdict: 'met', isNear: false })
  expect(judge(target, missed).verdict).toBe(missed === critical ? 'critical' : 'missed')
})

test.each(BOUNDARIES.filter(({ critical }) => critical !== undefined))(
  '$id is critical at $critical, not at its threshold',
  ({ id, critical }) => {
    const target = targetOf(id)
    expect(judge(target, critical).verdict).toBe('critical')
    expect(judge(target, target.critical).verdict).toMatch(/^(met|missed)$/)
  },
)

test('a target has a critical threshold exactly where one is tried here', () => {
  expect(TARGETS.filter(({ critical }) => critical !== undefined).map(({ id }) => id)).toEqual(
    BOUNDARIES.filter(({ critical }) => critical !== undefined).map(({ id }) => id),
  )
})

test('every target has its boundaries here', () => {
  expect(BOUNDARIES.map(({ id }) => id)).toEqual(TARGETS.map(({ id }) => id))
})

test('faster than a range is met', () => {
  expect(judge(targetOf('mean'), 20).verdict).toBe('met')
  expect(judge(targetOf('step-fetch'), 2).verdict).toBe('met')
})

test('without a figure, or with none that is a number, nothing is judged', () => {
  expect(judge(targetOf('mean'), undefined)).toEqual({
    target: targetOf('mean'),
    verdict: 'not measured',
    isNear: false,
  })
  expect(judge(targetOf('mean'), Number.NaN).verdict).toBe('not measured')
})

test('from its warning threshold on a target is met, but near', () => {
  const target = targetOf('cycle-time')
  expect([5_999, 6_000, 8_000].map((ms) => judge(target, ms).isNear)).toEqual([false, true, false])
})
