import { describe, expect, it } from 'vitest'

import { SimulatorError } from '../errors.ts'
import { createFaultSchedule } from './fault-schedule.ts'

describe('createFaultSchedule', () => {
  it('puts windows before chance', () => {
    const outage = { fault: { kind: 'reset', at: 'body' }, from: 10, to: 20, symbol: 'NQ=F' } as const
    expect(createFaultSchedule({ seed: 9, rates: { hang: 0.1, random: 0.2 }, windows: [outage] })).toEqual({
      seed: 9,
      rules: [outage, { fault: { kind: 'hang' }, rate: 0.1 }, { fault: { kind: 'random' }, rate: 0.2 }],
    })
  })

  it('is nothing with seed 1 unless told otherwise', () => {
    expect(createFaultSchedule({})).toEqual({ seed: 1, rules: [] })
  })

  it('refuses what cannot be', () => {
    expect(() => createFaultSchedule({ rates: { hang: 1.5 } })).toThrow(SimulatorError)
    expect(() => createFaultSchedule({ windows: [{ fault: { kind: 'hang' }, from: 2, to: 1 }] })).toThrow(
      'expected from to be before to',
    )
  })
})
