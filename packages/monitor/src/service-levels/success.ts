import type { FailureKind } from '../targets/target.ts'
import { type CycleRow, isGood } from './cycle-row.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

/** How many cycles ended in which way. */
export interface CycleCounts {
  readonly total: number
  readonly success: number
  /** The market was closed, and nothing was new: as good as a success. */
  readonly idle: number
  /** A calculator failed and the others ran: not a success. */
  readonly partial: number
  readonly failed: number
  /** Share of `success` and `idle` in all, 0 to 1; absent without a cycle. */
  readonly successRate?: number | undefined
}

/** The cycles of the last stretch of a window. */
export interface WindowCounts extends CycleCounts {
  readonly name: string
  readonly ms: number
}

/** Failed and partial cycles of a category. */
export interface FailureShare {
  readonly category: FailureKind
  readonly cycles: number
  /** In all cycles, 0 to 1; absent without a cycle. */
  readonly share?: number | undefined
  /** The step that failed most often. */
  readonly step?: string | undefined
}

/** The stretches that success is told for, shortest first. */
const WINDOWS: readonly { readonly name: string; readonly ms: number }[] = [
  { name: '15m', ms: 15 * MINUTE },
  { name: '1h', ms: HOUR },
  { name: '6h', ms: 6 * HOUR },
  { name: '24h', ms: 24 * HOUR },
]

const CATEGORIES: readonly FailureKind[] = ['network', 'database', 'data', 'calculation', 'system']

/** Counts cycles by how they ended. */
export function countCycles(rows: readonly CycleRow[]): CycleCounts {
  const counts = { success: 0, idle: 0, partial: 0, failed: 0 }
  for (const { status } of rows) counts[status]++
  const total = rows.length
  return { total, ...counts, successRate: total === 0 ? undefined : (counts.success + counts.idle) / total }
}

/** Cycles that began in the last 15 minutes, hour, 6 hours and 24 hours of a window, as far as it reaches back. */
export function countByWindow(
  rows: readonly CycleRow[],
  { from, to }: { readonly from: number; readonly to: number },
): readonly WindowCounts[] {
  return WINDOWS.filter(({ ms }) => ms <= to - from).map(({ name, ms }) => ({
    name,
    ms,
    ...countCycles(rows.filter(({ started_at: at }) => at >= to - ms && at < to)),
  }))
}

/** Which categories of failure kept cycles from succeeding, all five of them. A failure without one is of the system. */
export function failureShares(rows: readonly CycleRow[]): readonly FailureShare[] {
  const bad = rows.filter((row) => !isGood(row))
  return CATEGORIES.map((category) => {
    const its = bad.filter((row) => (row.error_category ?? 'system') === category)
    return {
      category,
      cycles: its.length,
      share: rows.length === 0 ? undefined : its.length / rows.length,
      step: mostFrequent(its.flatMap((row) => row.failed_step ?? [])),
    }
  })
}

/** The text that occurs most often, of several the first; `undefined` for none. */
export function mostFrequent<T extends string>(texts: readonly T[]): T | undefined {
  const counts = new Map<T, number>()
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1)
  let most: T | undefined
  for (const [text, count] of counts) if (most === undefined || count > (counts.get(most) ?? 0)) most = text
  return most
}
