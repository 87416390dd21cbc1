import { type Summary, summaryOf } from '../statistics/summary.ts'
import { type CycleRow, isLong, stepsOf } from './cycle-row.ts'

/** How long cycles took, in milliseconds. Cycles that fetched more than a day of bars are left out. */
export interface Latency {
  readonly total?: Summary | undefined
  /** Without the time spent waiting for the network and the store. */
  readonly own?: Summary | undefined
  /** The time spent waiting. */
  readonly waiting?: Summary | undefined
  /** By the name of the step, in the order in which they run. */
  readonly steps: Readonly<Record<string, Summary>>
  /** Mean of the sum of the steps of a cycle, delivery left out, of cycles that ran all of them. */
  readonly stepsTogether?: number | undefined
  /** Cold starts and returns from long absences, which are in none of these. */
  readonly longCycles: number
  /** The longest of those. */
  readonly longestMs?: number | undefined
}

const STEP_COUNT = 8
const DELIVER = 'deliver'

/** Sums up how long cycles and their steps took. Failed cycles count, with the steps that they reached. */
export function latencyOf(rows: readonly CycleRow[]): Latency {
  const warm = rows.filter((row) => !isLong(row))
  const long = rows.filter(isLong)
  const steps = new Map<string, number[]>()
  const sums: number[] = []
  for (const row of warm) {
    const own = Object.entries(stepsOf(row))
    for (const [name, ms] of own) {
      const values = steps.get(name)
      if (values === undefined) steps.set(name, [ms])
      else values.push(ms)
    }
    const eight = own.filter(([name]) => name !== DELIVER)
    if (eight.length === STEP_COUNT) sums.push(eight.reduce((sum, [, ms]) => sum + ms, 0))
  }
  return {
    total: summaryOf(warm.map(({ duration_ms: ms }) => ms)),
    own: summaryOf(warm.map(({ duration_ms: ms, waiting_ms: waiting }) => Math.max(0, ms - waiting))),
    waiting: summaryOf(warm.map(({ waiting_ms: ms }) => ms)),
    steps: Object.fromEntries(
      [...steps].flatMap(([name, values]) => {
        const summary = summaryOf(values)
        return summary === undefined ? [] : [[name, summary]]
      }),
    ),
    stepsTogether: summaryOf(sums)?.mean,
    longCycles: long.length,
    longestMs: summaryOf(long.map(({ duration_ms: ms }) => ms))?.max,
  }
}
