import { describe, expect, it } from 'vitest'

import { AlertError } from './alert-error.ts'
import { parseCondition } from './condition.ts'

/** Whether a condition holds where metrics have these values. */
function holds(text: string, values: Readonly<Record<string, number | string>>): boolean | undefined {
  return parseCondition(text).holds(({ name }) => values[name])
}

function refusal(text: string): AlertError {
  try {
    parseCondition(text)
  } catch (error) {
    if (error instanceof AlertError) return error
    throw error
  }
  throw new Error(`"${text}" was not refused`)
}

describe('conditions', () => {
  it.each([
    ["process_status != 'running'", { process_status: 'stopped' }, { process_status: 'running' }],
    ['error_rate > 10%', { error_rate: 0.11 }, { error_rate: 0.1 }],
    ['execution_time_p95 > 8s', { execution_time_p95: 8.001 }, { execution_time_p95: 8 }],
    ['last_ohlc_age > 300s', { last_ohlc_age: 301 }, { last_ohlc_age: 300 }],
    ['time_since_last_ohlc > 300 seconds', { last_ohlc_age: 301 }, { last_ohlc_age: 300 }],
    ['memory_usage > 750MB', { memory_usage: 750_000_001 }, { memory_usage: 750_000_000 }],
    ['memory_usage > 90% of limit', { memory_usage: 91, memory_limit: 100 }, { memory_usage: 90, memory_limit: 100 }],
    ['yfinance_retry_rate > 20%', { yfinance_retry_rate: 0.21 }, { yfinance_retry_rate: 0.2 }],
    ['supabase_upsert_time_p95 > 2 seconds', { supabase_upsert_time_p95: 2.1 }, { supabase_upsert_time_p95: 2 }],
    [
      'reference_levels_count < expected_count * 0.8',
      { reference_levels_count: 15, expected_count: 20 },
      { reference_levels_count: 16, expected_count: 20 },
    ],
    ['agent1.execution_time.p95 > 8s', { execution_time_p95: 9 }, { execution_time_p95: 7 }],
    [
      'error_rate>10%and process_uptime<1h',
      { error_rate: 0.2, process_uptime: 60 },
      { error_rate: 0.2, process_uptime: 3_600 },
    ],
    [
      'not (error_rate <= 10%) || cycle_count == 0',
      { error_rate: 0.2, cycle_count: 5 },
      { error_rate: 0.1, cycle_count: 5 },
    ],
  ] as const)('%s', (text, yes, no) => {
    expect(holds(text, yes)).toBe(true)
    expect(holds(text, no)).toBe(false)
  })

  it('take their window from "over" at the end', () => {
    expect(parseCondition('error_rate > 50% over 10 minutes').windowMs).toBe(600_000)
    expect(parseCondition('error_rate > 50% over the last 2h').windowMs).toBe(7_200_000)
    expect(parseCondition('error_rate > 50%')).not.toHaveProperty('windowMs')
  })

  it('are unknown, not false, without data; what decides alone, decides', () => {
    expect(holds('error_rate > 10%', {})).toBeUndefined()
    expect(holds('error_rate > 10% and cycle_count > 5', { cycle_count: 1 })).toBe(false)
    expect(holds('error_rate > 10% and cycle_count > 5', { cycle_count: 9 })).toBeUndefined()
    expect(holds('error_rate > 10% or cycle_count > 5', { cycle_count: 9 })).toBe(true)
    expect(holds('error_rate > 10% or cycle_count > 5', { cycle_count: 1 })).toBeUndefined()
    expect(holds('not (error_count > 1)', {})).toBeUndefined()
    expect(holds('memory_usage / memory_limit > 90%', { memory_usage: 1, memory_limit: 0 })).toBeUndefined()
  })

  it('suggest the metric that was meant', () => {
    expect(refusal('eror_rate > 10%')).toMatchObject({
      message: 'The condition "eror_rate > 10%" names the metric "eror_rate", which is not known: expected error_rate.',
      failure: { kind: 'unknown-metric', metric: 'eror_rate', suggestions: ['error_rate'] },
    })
    expect(refusal('agent1.execution_tme.p95 > 8s').message).toContain('expected agent1.execution_time.p95')
    expect(refusal('weather > 1').message).toContain('expected a known metric')
  })

  it.each([
    [
      'last_ohlc_age > 300MB',
      'compares last_ohlc_age with an amount of memory such as 750MB: expected a duration such as 300s',
    ],
    ['error_rate > 10', 'compares error_rate with a number without a unit: expected a percentage such as 10%'],
    ['300 < last_ohlc_age', 'compares last_ohlc_age with a number without a unit: expected a duration such as 300s'],
    ['memory_usage > 750mb', 'has 750 with the unit "mb": expected one of %, ms, s'],
    ['memory_usage + 5s > 1MB', 'has an amount of memory such as 750MB + a duration such as 300s'],
    ["process_status != 'runing'", "compares process_status with 'runing': expected 'running' or 'stopped'"],
    ["process_status > 'running'", 'compares texts with >: expected == or !='],
    ['error_rate = 10%', 'has a single =: expected == to compare'],
    ['error_rate', 'is a percentage such as 10%: expected a comparison'],
    ['1 < 2', 'names no metric'],
    ['1 - 10% < error_rate', 'has a number without a unit - a percentage'],
    ['0% < error_rate < 10%', 'expected no comparison within a comparison'],
    ['error_rate > 10% over 5MB', 'expected a duration above 0'],
    ['error_rate > 10% 5', 'has something after its end'],
    ['error_rate > (10%', 'cannot be read at character'],
    ['error_rate > [10%]', 'has a list'],
    ['fetch(1) > 2', 'has a call'],
    ['this > 2', 'has "this"'],
    ['error_rate > 10% ? 1 : 2', 'has a choice'],
    ['error_rate["constructor"] > 2', 'takes something out of something else'],
    ['error_rate === 10%', 'has the operator "==="'],
    ['~error_count > 2', 'has the operator "~"'],
    ['not error_rate', 'has "not" before a percentage'],
    ['error_rate and cycle_count > 2', 'joins a percentage'],
    ['constructor > 2', 'names the metric "constructor"'],
    ['error_count > true', 'has true'],
    ['   ', 'is empty'],
    [`error_rate > ${'('.repeat(600)}`, 'expected 500 at the most'],
    [`${'!'.repeat(60)}(error_rate > 1%)`, 'is nested too deeply'],
  ])('refuse %s', (text, message) => {
    expect(refusal(text).message).toContain(message)
  })
})
