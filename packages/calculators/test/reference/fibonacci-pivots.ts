import type { Bar } from '@openpredict/market'

import { closeOf, groupByPeriod, historyBegins, rounded, type ReferenceOptions } from './rows.ts'
import { tradingDay, tradingWeek, type Period } from './time.ts'

/** One row of `fibonacci_pivots`; instants in epoch ms. */
export interface NaivePivot {
  readonly period: string
  readonly period_start: number
  readonly level: string
  readonly price: number
  readonly timestamp: number
  readonly confirmed_at: number
}

const PERIODS: readonly (readonly [name: string, periodOf: (t: number) => Period])[] = [
  ['DAILY', tradingDay],
  ['WEEKLY', tradingWeek],
]

/** Every pivot level with its distance from PP in parts of the range. */
const DISTANCES = { PP: 0, R1: 0.382, R2: 0.618, R3: 1, S1: -0.382, S2: -0.618, S3: -1 }

/** The history: pivots of every day and week that has bars and a whole one with bars before it. */
export function fibonacciPivotsNaive(bars: readonly Bar[], options: ReferenceOptions = {}): NaivePivot[] {
  const begins = historyBegins(bars, options)
  return PERIODS.flatMap(([period, periodOf]) => {
    const groups = groupByPeriod(bars, periodOf)
    return groups.slice(1).flatMap((group, index) => {
      // `index` counts from the second group, so this is the one before.
      const before = groups[index]
      if (before === undefined || begins > before.start) return []
      const { high, low, last } = before
      const middle = (high + low + last.close) / 3
      return Object.entries(DISTANCES).map(([level, distance]) => ({
        period,
        period_start: group.start,
        level,
        price: rounded(middle + distance * (high - low), options),
        timestamp: closeOf(group.last, options),
        confirmed_at: closeOf(group.first, options),
      }))
    })
  })
}

/** The current set: the pivots of the latest day and of the latest week. */
export function currentPivotsNaive(bars: readonly Bar[], options: ReferenceOptions = {}): NaivePivot[] {
  const last = bars.at(-1)
  if (last === undefined) return []
  const now = new Map(PERIODS.map(([period, periodOf]) => [period, periodOf(last.time).start]))
  return fibonacciPivotsNaive(bars, options).filter((pivot) => now.get(pivot.period) === pivot.period_start)
}
