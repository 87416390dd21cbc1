import { formatInstant } from '@openpredict/market'

import type { PruneResult } from '../store.ts'
import { type TableName, tableOf } from '../tables.ts'
import { REPLICATED_TABLES } from './replica.ts'
import { misuse } from './statements.ts'

const DAY = 86_400_000
/** What is always kept: the levels of a month need its bars. */
const KEPT_DAYS = 40

/** The tables that retention knows, each with the column that places its rows in time. */
export const PRUNED_TABLES: readonly (readonly [table: TableName, time: string])[] = REPLICATED_TABLES.flatMap(
  (table) => {
    const { time } = tableOf(table)
    return time === undefined ? [] : [[table, time] as const]
  },
)

/** Refuses to prune what is always kept. */
export function checkRetention(before: number, now: number): void {
  if (before <= now - KEPT_DAYS * DAY) return
  const found = Number.isFinite(before) ? formatInstant(before) : String(before)
  throw misuse(`prune before ${found}: the last ${KEPT_DAYS} days are always kept`)
}

/** Counts by table as the result of `prune`. */
export function pruneResult(counts: Iterable<readonly [table: string, deleted: number]>): PruneResult {
  return Object.fromEntries(counts)
}
