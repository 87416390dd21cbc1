import type { Fields } from '../internal/row-check.ts'
import { rowKeyOf } from '../internal/row-json.ts'
import type { RemovedRow, Store, WaitOptions } from '../store.ts'
import { type FeatureTableName, tableOf } from '../tables.ts'

/**
 * Which of some feature rows, found in the target alone, a correction of the source has removed. Its `feature_revisions`
 * say so; rows from before its oldest bar are left out, for retention may have taken them.
 */
export async function removedRows(
  source: Store,
  table: FeatureTableName,
  found: readonly Fields[],
  { signal }: WaitOptions,
): Promise<readonly RemovedRow[]> {
  const removed: RemovedRow[] = []
  for (const [instrument, rows] of Map.groupBy(found, (row) => String(row['instrument']))) {
    const options = signal === undefined ? {} : { signal }
    const oldest = (await source.oldestBar(instrument, options))?.time ?? Number.POSITIVE_INFINITY
    const candidates = new Map(
      rows.filter((row) => timeOf(table, row) >= oldest).map((row) => [rowKeyOf(table, row), row]),
    )
    if (candidates.size === 0) continue
    for await (const revision of source.streamRows('feature_revisions', { instrument }, options)) {
      const row = revision.table_name === table ? candidates.get(revision.row_key) : undefined
      if (row === undefined || revision.history_version <= Number(row['as_of_version'])) continue
      candidates.delete(revision.row_key)
      removed.push(removedRow(table, row))
    }
  }
  return removed
}

function timeOf(table: FeatureTableName, row: Fields): number {
  return Number(row[tableOf(table).time ?? ''])
}

function removedRow(table: FeatureTableName, row: Fields): RemovedRow {
  const key = Object.fromEntries(tableOf(table).key.map((name) => [name, row[name] as string | number]))
  return { table, key, as_of_version: Number(row['as_of_version']), as_of: Number(row['as_of']) }
}
