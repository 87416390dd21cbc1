import { calendarOf, instrumentOf } from '@openpredict/market'
import { describe, expect, it } from 'vitest'

import { contractOf } from './contract.ts'
import { createDayPlans, weekLevel } from './week-path.ts'

const nq = instrumentOf('NQ=F')
const contract = contractOf(nq)
const plans = createDayPlans(contract, calendarOf(nq), 12_345)
/** Monday 2024-03-04, an ordinary week, as days since 1970-01-01. */
const MONDAY = 19_786
const FRIDAY = MONDAY + 4

const meanSize = (gaps: readonly number[]): number => gaps.reduce((sum, gap) => sum + Math.abs(gap), 0) / gaps.length

describe('weekLevel', () => {
  const levels = Array.from({ length: 2000 }, (_, i) => weekLevel(contract, 12_345, 1000 + i) / contract.level)

  it('lives around the level asked for', () => {
    expect(levels.reduce((sum, level) => sum + level, 0) / levels.length).toBeCloseTo(1, 0)
    expect(Math.min(...levels)).toBeGreaterThan(0.5)
    expect(Math.max(...levels)).toBeLessThan(2)
  })

  it('moves by a few percent a week', () => {
    const moves = levels.slice(1).map((level, i) => Math.abs(level / (levels[i] ?? 1) - 1))
    const mean = moves.reduce((sum, move) => sum + move, 0) / moves.length
    expect(mean).toBeGreaterThan(0.008)
    expect(mean).toBeLessThan(0.03)
  })
})

describe('createDayPlans', () => {
  const week = Array.from({ length: 7 }, (_, day) => plans.planOf(MONDAY + day))

  it('lays trading days end to end, from 18:00 New York', () => {
    expect(new Date(plans.planOf(MONDAY).start).toISOString()).toBe('2024-03-03T23:00:00.000Z')
    expect(week.map(({ label }) => label)).toEqual(Array.from({ length: 7 }, (_, day) => MONDAY + day))
    for (const [i, day] of week.entries()) expect(day.start).toBe(week[i - 1]?.end ?? day.start)
    expect(plans.planOf(MONDAY - 1).end).toBe(plans.planOf(MONDAY).start)
  })

  it('ends the week at the level at which the next one begins', () => {
    const level = weekLevel(contract, 12_345, (MONDAY + 7 - 4) / 7)
    expect(plans.planOf(FRIDAY).close).toBe(level)
  })

  it('opens each day near the close before, farther away after a weekend', () => {
    const opens = Array.from({ length: 40 }, (_, i) => MONDAY + 7 * i).map((monday) => {
      const friday = plans.planOf(monday - 3)
      const days = [0, 1].map((day) => plans.planOf(monday + day))
      return { weekend: (days[0]?.open ?? 0) - friday.close, halt: (days[1]?.open ?? 0) - (days[0]?.close ?? 0) }
    })
    const weekend = meanSize(opens.map((gaps) => gaps.weekend)) / 4
    const halt = meanSize(opens.map((gaps) => gaps.halt)) / 4
    expect(weekend).toBeGreaterThan(15)
    expect(weekend).toBeLessThan(100)
    expect(halt).toBeGreaterThan(0.5)
    expect(halt).toBeLessThan(10)
  })

  it('keeps the price over a day without trading', () => {
    const saturday = plans.planOf(FRIDAY + 1)
    expect([saturday.close, saturday.movement]).toEqual([plans.planOf(FRIDAY).close, 0])
  })

  it('plans whole weeks around the clock without gaps', () => {
    const btc = instrumentOf('BTC-USD')
    const always = createDayPlans(contractOf(btc), calendarOf(btc), 12_345)
    for (let label = MONDAY - 3; label < MONDAY + 12; label++) {
      expect(always.planOf(label).open).toBe(always.planOf(label - 1).close)
      expect(always.planOf(label).movement).toBeGreaterThan(0)
    }
  })
})
