import type { Json, Row } from '@openpredict/store'

/** A cycle as the store has it. */
export type CycleRow = Row<'collection_cycles'>

/** More bars than a day has: a cold start or the return from a long absence, which has a deadline of its own. */
const LONG_FETCH_BARS = 1_440

/**
 * Whether a cycle succeeded: it ended with `success`, or with `idle`, which says that the market was closed and that
 * nothing was wrong. `partial`, where a calculator failed, is no success.
 */
export function isGood({ status }: Pick<CycleRow, 'status'>): boolean {
  return status === 'success' || status === 'idle'
}

/** Whether a cycle fetched more than a day of bars. Such cycles are not held to the times of warm ones. */
export function isLong({ bars_fetched: bars }: Pick<CycleRow, 'bars_fetched'>): boolean {
  return bars > LONG_FETCH_BARS
}

/** A figure that was recorded with a cycle; `undefined` where it is not known. */
export function measureOf({ measures }: Pick<CycleRow, 'measures'>, name: string): number | undefined {
  return numbersOf(measures)[name]
}

/** How long each step of a cycle took, in milliseconds, in the order in which they ran. */
export function stepsOf({ step_ms: steps }: Pick<CycleRow, 'step_ms'>): Readonly<Record<string, number>> {
  return numbersOf(steps)
}

/** Figures that were recorded under a name with any of the cycles, in the order of the cycles. */
export function measuresOf(rows: readonly CycleRow[], name: string): readonly number[] {
  return rows.flatMap((row) => measureOf(row, name) ?? [])
}

/** Cycles in the order in which they began. */
export function byStart(rows: readonly CycleRow[]): readonly CycleRow[] {
  return rows.toSorted((a, b) => a.started_at - b.started_at || a.finished_at - b.finished_at)
}

function numbersOf(value: Json): Readonly<Record<string, number>> {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return {}
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, number] => Number.isFinite(entry[1])),
  )
}
