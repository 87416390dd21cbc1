import type { Fields } from '../internal/row-check.ts'
import { removalColumns } from '../internal/row-order.ts'
import type { Json } from '../rows.ts'
import type { ReplicaResult } from '../store.ts'
import type { FeatureTableName, TableName } from '../tables.ts'
import { encodeRow } from './row-codec.ts'

/** What is sent to be taken over, whose rows were checked. */
export interface ReplicaChanges {
  readonly rows: readonly (readonly [table: TableName, rows: readonly Fields[]])[]
  readonly removed: readonly (readonly [table: FeatureTableName, rows: readonly Fields[]])[]
  /** Of which the history versions are to come back. */
  readonly instruments?: readonly string[]
  /** The history versions that everything is based on. */
  readonly expected?: Readonly<Record<string, number>>
}

/** Changes as the function `openpredict_replicate` takes them. */
export function replicaBody({ rows, removed, instruments = [], expected = {} }: ReplicaChanges): Json {
  return {
    rows: Object.fromEntries(rows.map(([table, list]) => [table, list.map((row) => encodeRow(table, row))])),
    removed: Object.fromEntries(
      removed.map(([table, list]) => {
        const names = removalColumns(table)
        return [table, list.map((row) => encodeRow(table, row, names))]
      }),
    ),
    instruments,
    expected,
  }
}

/** What the function answers. */
export function replicaResultOf(answer: unknown): ReplicaResult {
  const {
    written,
    removed,
    history_versions: versions,
  } = answer as {
    readonly written: number
    readonly removed: number
    readonly history_versions: Readonly<Record<string, number>>
  }
  return { written, removed, historyVersions: versions }
}
