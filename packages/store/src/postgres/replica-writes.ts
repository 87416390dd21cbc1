import { type CheckedReplica, REPLICATED_TABLES } from '../internal/replica.ts'
import { list, ON_REPLICA_CONFLICT, onConflict, columnNames } from '../internal/statements.ts'
import type { ReplicaResult, ReplicatedTableName } from '../store.ts'
import { type FeatureTableName, tableOf } from '../tables.ts'
import { historyVersion } from './reads.ts'
import { batchesOf, encodeColumns } from './row-codec.ts'
import type { Session } from './session.ts'
import { isSent, sentSql } from './statements.ts'

const TAKE = Object.fromEntries(REPLICATED_TABLES.map((table) => [table, takeSql(table)])) as Readonly<
  Record<ReplicatedTableName, string>
>

/** Takes over rows as they stand in another store; see `Store.replicate`. */
export async function takeReplica(
  session: Session,
  { rows, removed, instruments }: CheckedReplica,
): Promise<ReplicaResult> {
  let written = 0
  for (const [table, all] of rows) {
    for (const batch of batchesOf(table, all)) written += await session.run(TAKE[table], encodeColumns(table, batch))
  }
  let deleted = 0
  for (const [table, all] of removed) {
    const columns = orderOf(table)
    for (const batch of batchesOf(table, all)) {
      deleted += await session.run(removeSql(table), encodeColumns(table, batch, columns))
    }
  }
  const historyVersions: Record<string, number> = {}
  for (const instrument of instruments) historyVersions[instrument] = await historyVersion(session, instrument)
  return { written, removed: deleted, historyVersions }
}

function takeSql(table: ReplicatedTableName): string {
  const names = list(columnNames(table))
  return `INSERT INTO ${table} (${names}) SELECT ${names} FROM ${sentSql(table)}${onConflict(table, ON_REPLICA_CONFLICT[table])}`
}

/** Deletes rows, but not where a newer writer has been. */
function removeSql(table: FeatureTableName): string {
  return `DELETE FROM ${table} USING ${sentSql(table, orderOf(table))}
    WHERE ${isSent(table)} AND (${table}.as_of_version, ${table}.as_of) <= (sent.as_of_version, sent.as_of)`
}

function orderOf(table: FeatureTableName): readonly string[] {
  return [...tableOf(table).key, 'as_of_version', 'as_of']
}
