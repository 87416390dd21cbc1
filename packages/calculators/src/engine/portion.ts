import { BarSeries, type BarSeriesBuilder, type Interval, intervalMs } from '@openpredict/market'

import type { SavedParts } from '../internal/state.ts'

/** How many bars a portion holds at most. */
export const PORTION = 8_192

/** Kept bars, and where the calculators stood before the first of them. */
export interface Portion {
  readonly interval: Interval
  readonly bars: BarSeriesBuilder
  /** What each calculator remembered. */
  readonly states: readonly SavedParts[]
  /** How many finished rows of each calculator, of those not taken until now, waited already. */
  waiting: readonly number[]
}

/** Bars of one length that follow each other. */
export interface Stretch {
  readonly interval: Interval
  readonly bars: BarSeries
}

/** The index of the first bar of a stretch that closes after an instant. */
export function indexAfter({ interval, bars }: Stretch, asOf: number): number {
  return bars.indexAtOrAfter(asOf - intervalMs(interval) + 1)
}

/** Stretches with bars replaced or inserted where they belong. */
export function withBars(stretches: readonly Stretch[], given: BarSeries): Stretch[] {
  const starts = stretches.map(({ bars }) => bars.time[0] as number)
  return stretches.map(({ interval, bars }, i) => {
    const from = i === 0 ? Number.NEGATIVE_INFINITY : (starts[i] as number)
    const here = given.between(from, starts[i + 1] ?? Number.POSITIVE_INFINITY)
    if (here.length === 0) return { interval, bars }
    const times = new Set(here.time)
    const others = bars.toArray().filter(({ time }) => !times.has(time))
    return { interval, bars: BarSeries.from([...others, ...here].toSorted((a, b) => a.time - b.time)) }
  })
}
