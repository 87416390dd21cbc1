import type { Row } from '@openpredict/store'

import type { FailureKind } from '../targets/target.ts'

/** Errors of the log that are the same but for their time. */
export interface ErrorGroup {
  readonly category: FailureKind
  readonly operation: string
  /** What failed, for machines; absent in what tells none. */
  readonly code?: string | undefined
  readonly severity: Row<'error_log'>['severity']
  readonly count: number
  /** Epoch ms. */
  readonly first: number
  readonly last: number
  /** Of the last one. */
  readonly message: string
  readonly hint?: string | undefined
  readonly instruments: readonly string[]
}

/** Groups errors by category, operation and code, the most frequent first. */
export function errorGroups(rows: readonly Row<'error_log'>[]): readonly ErrorGroup[] {
  const groups = Map.groupBy(
    rows.toSorted((a, b) => a.timestamp - b.timestamp),
    (row) => JSON.stringify([row.error_category, row.operation, textOf(row, 'code'), row.severity]),
  )
  return [...groups.values()]
    .flatMap((its) => {
      const [first, last] = [its[0], its.at(-1)]
      if (first === undefined || last === undefined) return []
      return [
        {
          category: last.error_category,
          operation: last.operation,
          code: textOf(last, 'code'),
          severity: last.severity,
          count: its.length,
          first: first.timestamp,
          last: last.timestamp,
          message: last.error_message,
          hint: textOf(last, 'hint'),
          instruments: [...new Set(its.flatMap(({ instrument }) => instrument ?? []))].toSorted(),
        },
      ]
    })
    .toSorted((a, b) => b.count - a.count || b.last - a.last)
}

function textOf({ details }: Row<'error_log'>, name: string): string | undefined {
  if (details === null || typeof details !== 'object' || Array.isArray(details)) return undefined
  const value = (details as Readonly<Record<string, unknown>>)[name]
  return typeof value === 'string' && value !== '' ? value : undefined
}
