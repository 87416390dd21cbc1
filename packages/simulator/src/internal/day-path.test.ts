import { calendarOf, instrumentOf } from '@openpredict/market'
import { describe, expect, it } from 'vitest'

import { contractOf } from './contract.ts'
import { walkDay } from './day-path.ts'
import { MOST_TRADES } from './minute-trades.ts'
import { createDayPlans } from './week-path.ts'

const nq = instrumentOf('NQ=F')
const contract = contractOf(nq)
const calendar = calendarOf(nq)
const streams = { movement: 1, phase: 2, spell: 3, gap: 4, activity: 5, trades: 6 }
const plans = createDayPlans(contract, calendar, 7)
/** Monday 2024-03-04, as days since 1970-01-01. */
const MONDAY = 19_786

describe('walkDay', () => {
  const plan = plans.planOf(MONDAY)
  const day = walkDay(contract, calendar, streams, plan)
  /** Two years, in which nobody trades at other times each day. */
  const days = Array.from({ length: 728 }, (_, i) =>
    walkDay(contract, calendar, { ...streams, activity: i }, plans.planOf(MONDAY + i)),
  )

  it('opens and closes where the plan says', () => {
    expect(day.open[0]).toBe(plan.open)
    expect(day.close.at(-1)).toBe(plan.close)
  })

  it('begins with the first open minute and ends with the last', () => {
    expect(new Date(day.bars.time[0] ?? 0).toISOString()).toBe('2024-03-03T23:00:00.000Z')
    expect(new Date(day.bars.time.at(-1) ?? 0).toISOString()).toBe('2024-03-04T21:59:00.000Z')
  })

  it('opens each minute within a few ticks of the close before', () => {
    const gaps = day.bars
      .toArray()
      .slice(1)
      .map((bar, i) => Math.abs(bar.open - (day.bars.close[i] ?? 0)))
    expect(Math.max(...gaps)).toBeLessThan(10)
    expect(gaps.filter((gap) => gap <= 0.25).length).toBeGreaterThan(gaps.length / 3)
    expect(gaps.filter((gap) => gap > 0).length).toBeGreaterThan(gaps.length / 3)
  })

  it('has one trade to twelve in a minute, and never more of them than contracts', () => {
    const counts = days.flatMap(({ trades, bars }) =>
      [...trades].map((count, i) => ({ count, contracts: bars.volume[i] ?? 0 })),
    )
    expect(counts.every(({ count, contracts }) => count >= 1 && count <= Math.min(MOST_TRADES, contracts))).toBe(true)
    expect(Math.min(...days.flatMap(({ trades }) => Math.min(...trades)))).toBe(1)
  })

  it('opens and closes a minute of one trade at its price', () => {
    const jumps = days.flatMap(({ open, close, trades }) =>
      [...open].map((ticks, i) => (trades[i] === 1 ? ticks - (close[i] ?? 0) : 0)),
    )
    expect(jumps.every((jump) => jump === 0)).toBe(true)
  })

  it('trades in the first and in the last minute of each day', () => {
    for (const [i, { bars }] of days.entries()) {
      const { start, end } = plans.planOf(MONDAY + i)
      const periods = calendar.openPeriods(start, end)
      expect(bars.time[0]).toBe(periods[0]?.start)
      expect(bars.time.at(-1)).toBe(periods.length === 0 ? undefined : (periods.at(-1)?.end ?? 0) - 60_000)
    }
  })

  it('is empty on a day without trading', () => {
    expect(walkDay(contract, calendar, streams, plans.planOf(MONDAY + 5)).bars.length).toBe(0)
  })

  it('stays above zero for a price of a few ticks', () => {
    const penny = contractOf(nq, 1)
    const cheap = createDayPlans(penny, calendar, 7)
    for (let label = MONDAY; label < MONDAY + 5; label++) {
      expect(Math.min(...walkDay(penny, calendar, streams, cheap.planOf(label)).bars.low)).toBeGreaterThan(0)
    }
  })
})
