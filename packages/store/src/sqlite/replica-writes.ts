import { REPLICATED_TABLES, type CheckedReplica } from '../internal/replica.ts'
import { removalColumns } from '../internal/row-order.ts'
import { ON_REPLICA_CONFLICT, onConflict } from '../internal/statements.ts'
import type { ReplicaResult, ReplicatedTableName } from '../store.ts'
import type { Connection } from './connection.ts'
import { historyVersion } from './reads.ts'
import { encodeFields, encodeRow } from './row-codec.ts'
import { deleteRowSql, insertSql } from './statements.ts'

const TAKE = Object.fromEntries(
  REPLICATED_TABLES.map((table) => [table, insertSql(table) + onConflict(table, ON_REPLICA_CONFLICT[table])]),
) as Readonly<Record<ReplicatedTableName, string>>
/** Not where a newer writer has been. Parameters: key, version, asOf. */
const NOT_NEWER = ' AND (as_of_version, as_of) <= (?, ?)'

/** Takes over rows as they stand in another store; see `Store.replicate`. */
export function takeReplica(connection: Connection, { rows, removed, instruments }: CheckedReplica): ReplicaResult {
  let written = 0
  for (const [table, list] of rows) {
    for (const row of list) written += connection.run(TAKE[table], encodeRow(table, row))
  }
  let deleted = 0
  for (const [table, list] of removed) {
    const sql = deleteRowSql(table) + NOT_NEWER
    for (const row of list) deleted += connection.run(sql, encodeFields(table, row, removalColumns(table)))
  }
  const historyVersions = Object.fromEntries(instruments.map((name) => [name, historyVersion(connection, name)]))
  return { written, removed: deleted, historyVersions }
}
