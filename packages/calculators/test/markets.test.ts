import { barProblem } from '@openpredict/market'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { casesOf, opened } from './cases.ts'
import { lengthOf, marketPlans, SMALL_INTERVALS } from './markets.ts'
import { fibonacciPivotsNaive } from './reference/fibonacci-pivots.ts'
import { LEVEL_TYPES, referenceLevelsNaive } from './reference/reference-levels.ts'
import { groupByPeriod } from './reference/rows.ts'
import { HOUR, newYorkClock, newYorkDay, tradingDay, utcDay } from './reference/time.ts'

const MARKETS = fc.sample(casesOf(marketPlans()), { seed: 2024, numRuns: 200 }).map((market) => ({
  ...market,
  ...opened(market),
}))
const LEVELS = MARKETS.map(({ bars, naive }) => referenceLevelsNaive(bars, naive))
const share = (counted: number): number => counted / MARKETS.length

describe('small markets', () => {
  it('have bars that can be, in order, on their grid and never one in another', () => {
    for (const { bars, plan } of MARKETS) {
      const length = lengthOf(plan.interval)
      for (const [index, bar] of bars.entries()) {
        expect(barProblem(bar)).toBeUndefined()
        expect(bar.time % length).toBe(0)
        expect(bar.time).toBeGreaterThanOrEqual((bars[index - 1]?.time ?? -Infinity) + length)
      }
    }
  })

  it('keep Globex hours when they are to', () => {
    const globex = MARKETS.filter(({ plan }) => plan.hours === 'globex')
    expect(globex.length).toBeGreaterThan(30)
    for (const bar of globex.flatMap(({ bars }) => bars)) {
      const reading = new Date(newYorkClock(bar.time))
      const [weekday, hour] = [reading.getUTCDay(), reading.getUTCHours()]
      const isOpen = weekday === 0 ? hour >= 18 : weekday === 5 ? hour < 17 : weekday < 6 && hour !== 17
      expect([reading.toISOString(), isOpen]).toEqual([reading.toISOString(), true])
    }
  })

  it('are small and still reach over days, weeks and months', () => {
    const sizes = MARKETS.map(({ bars }) => bars.length)
    const days = MARKETS.map(({ bars }) => new Set(bars.map((bar) => tradingDay(bar.time).start)).size)
    expect(Math.max(...sizes)).toBeLessThanOrEqual(96)
    expect(sizes).toContain(1)
    expect(share(days.filter((count) => count > 4).length)).toBeGreaterThan(0.4)
    const spans = MARKETS.map(({ bars }) => ((bars.at(-1)?.time ?? 0) - (bars[0]?.time ?? 0)) / (24 * HOUR))
    expect(share(spans.filter((span) => span > 14).length)).toBeGreaterThan(0.3)
  })

  it('come in every interval, flat and wild, with days of 23 and 25 hours among theirs', () => {
    expect(new Set(MARKETS.map(({ plan }) => plan.interval))).toEqual(new Set(SMALL_INTERVALS))
    expect(share(MARKETS.filter(({ plan }) => plan.volatility === 0).length)).toBeGreaterThan(0.05)
    expect(share(MARKETS.filter(({ plan }) => plan.volatility === 300).length)).toBeGreaterThan(0.05)
    const lengths = new Set(
      MARKETS.flatMap(({ bars }) => bars.map((bar) => tradingDay(bar.time))).map(({ start, end }) => end - start),
    )
    expect(lengths).toEqual(new Set([23 * HOUR, 24 * HOUR, 25 * HOUR]))
  })

  it.each(LEVEL_TYPES)('have %s, often more than once in a market', (level_type) => {
    const counts = LEVELS.map((rows) => rows.filter((row) => row.level_type === level_type).length)
    expect(share(counts.filter((count) => count > 0).length)).toBeGreaterThan(0.3)
    expect(share(counts.filter((count) => count > 1).length)).toBeGreaterThan(0.08)
  })

  it('have sessions that are complete and sessions that still run', () => {
    const sessions = LEVELS.flat().filter((row) => /ASIAN|LONDON|NY_AM|NY_PM/.test(row.level_type))
    expect(sessions.filter((row) => row.complete).length).toBeGreaterThan(500)
    for (const name of ['ASIAN', 'LONDON', 'NY_AM', 'NY_PM']) {
      expect(sessions.filter((row) => !row.complete && row.level_type.startsWith(name)).length).toBeGreaterThan(3)
    }
  })

  it.each([
    ['DAILY_OPEN', utcDay],
    ['MIDNIGHT_OPEN', (t: number) => newYorkDay(t, 0)],
    ['NY_OPEN', (t: number) => newYorkDay(t, 8.5 * HOUR)],
  ])('begin periods of %s on both sides of the tolerance', (level_type, periodOf) => {
    const delays = MARKETS.flatMap(({ bars, plan }) =>
      plan.interval === '1m'
        ? groupByPeriod(bars, periodOf).map(({ first, start }) => (first.time - start) / 60_000)
        : [],
    )
    expect([level_type, ...delays]).toEqual(expect.arrayContaining([level_type, 0, 14, 15, 16]))
  })

  it('have pivots of days and of weeks, some below zero', () => {
    const pivots = MARKETS.map(({ bars, naive }) => fibonacciPivotsNaive(bars, naive))
    for (const period of ['DAILY', 'WEEKLY']) {
      expect(share(pivots.filter((rows) => rows.some((row) => row.period === period)).length)).toBeGreaterThan(0.3)
    }
    expect(pivots.flat().some((row) => row.price < 0)).toBe(true)
  })
})
