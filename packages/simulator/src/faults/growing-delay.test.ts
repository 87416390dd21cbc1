import { describe, expect, it } from 'vitest'

import type { FaultRule } from './fault.ts'
import { extraDelay } from './growing-delay.ts'

const MINUTE = 60_000
const START = 1_000 * MINUTE
const at = (rules: readonly FaultRule[], minutes: number, symbol = 'NQ=F') =>
  extraDelay(rules, symbol, START + minutes * MINUTE, START)

describe('extraDelay', () => {
  it('grows by a quarter of a minute a minute, up to ten minutes, unless told otherwise', () => {
    const rules: readonly FaultRule[] = [{ fault: { kind: 'growing-delay' } }]
    expect([-1, 0, 1, 4, 40, 100].map((minutes) => at(rules, minutes) / MINUTE)).toEqual([0, 0, 0.25, 1, 10, 10])
  })

  it('grows from one instant up to another, and is gone then', () => {
    const fault = { kind: 'growing-delay', secondsPerMinute: 60, mostMinutes: 3 } as const
    const rules: readonly FaultRule[] = [{ fault, from: START + 2 * MINUTE, to: START + 10 * MINUTE }]
    expect([1, 2, 3, 4, 9, 10].map((minutes) => at(rules, minutes) / MINUTE)).toEqual([0, 0, 1, 2, 3, 0])
  })

  it('is that of the symbol, and the longest of several', () => {
    const rules: readonly FaultRule[] = [
      { fault: { kind: 'growing-delay' }, symbol: 'nq=f' },
      { fault: { kind: 'growing-delay', secondsPerMinute: 30 } },
      { fault: { kind: 'hang' } },
    ]
    expect(at(rules, 4)).toBe(2 * MINUTE)
    expect(at(rules.slice(0, 1), 4, 'ES=F')).toBe(0)
  })
})
