import type { RowsByTable } from '@openpredict/calculators'
import { type Bar, parseInstant } from '@openpredict/market'
import { HOUR, NOW, TO } from './quality-store.ts'
import type { CheckId, QualityReport } from '../src/quality/quality-report.ts'

/** A minute in the middle of the window. */
export const AT: number = parseInstant('2024-06-04T09:05:00Z')

/** Leaves bars out. */
export const without =
  (...times: readonly number[]): ((bars: readonly Bar[]) => readonly Bar[]) =>
  (bars: readonly Bar[]): readonly Bar[] =>
    bars.filter(({ time }) => !times.includes(time))

/** Changes one bar. */
export const changing =
  (time: number, change: (bar: Bar) => Partial<Bar>): ((bars: readonly Bar[]) => readonly Bar[]) =>
  (bars: readonly Bar[]): readonly Bar[] =>
    bars.map((bar) => (bar.time === time ? { ...bar, ...change(bar) } : bar))

/** Changes the first row of a table that qualifies. */
export function changed<T extends keyof RowsByTable>(
  table: T,
  qualifies: (row: RowsByTable[T][number]) => boolean,
  change: Partial<RowsByTable[T][number]>,
): (rows: RowsByTable) => RowsByTable {
  return (rows) => {
    const its: readonly RowsByTable[T][number][] = rows[table]
    const first = its.find(qualifies)
    if (first === undefined) throw new Error(`no row of ${table} qualifies`)
    return { ...rows, [table]: its.map((row) => (row === first ? { ...row, ...change } : row)) }
  }
}

/** Leaves out so many of the rows of a table that qualify. */
export function lacking<T extends keyof RowsByTable>(
  table: T,
  qualifies: (row: RowsByTable[T][number]) => boolean,
  most = 1,
): (rows: RowsByTable) => RowsByTable {
  return (rows) => {
    const its: readonly RowsByTable[T][number][] = rows[table]
    const gone = new Set(its.filter(qualifies).slice(0, most))
    if (gone.size < most) throw new Error(`${gone.size} rows of ${table} qualify`)
    return { ...rows, [table]: its.filter((row) => !gone.has(row)) }
  }
}

/** What a report says of one check. */
export function check({ checks }: QualityReport, id: CheckId): QualityReport['checks'][number] {
  const found = checks.find((each) => each.id === id)
  if (found === undefined) throw new Error(`no check ${id}`)
  return found
}

/** Whether a row is of the part of the window in which everything about it is known. */
export const inWindow = ({ timestamp }: { readonly timestamp: number }): boolean =>
  timestamp >= NOW - 24 * HOUR && timestamp < TO - 5 * HOUR
