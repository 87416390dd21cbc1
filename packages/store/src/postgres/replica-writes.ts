import { type CheckedReplica, REPLICATED_TABLES } from '../internal/replica.ts'
import { list, ON_REPLICA_CONFLICT, onConflict, columnNames } from '../internal/statements.ts'
import { removalColumns } from '../internal/row-order.ts'
import type { ReplicaResult, ReplicatedTableName } from '../store.ts'
import type { FeatureTableName } from '../tables.ts'
import type { PgStatement } from './pg-types.ts'
import { batchesOf, encodeColumns, encodeKeys } from './row-codec.ts'
import type { Session } from './session.ts'
import { isSent, sentSql } from './statements.ts'

const TAKE = Object.fromEntries(REPLICATED_TABLES.map((table) => [table, takeSql(table)])) as Readonly<
  Record<ReplicatedTableName, string>
>

const VERSIONS = 'SELECT instrument, history_version FROM instrument_state WHERE instrument = ANY ($1::text[])'

/** A statement with what its count is of. */
interface ReplicaStatement extends PgStatement {
  readonly counts: 'written' | 'removed' | 'nothing'
}

/** Takes over rows as they stand in another store; see `Store.replicate`. */
export async function takeReplica(session: Session, replica: CheckedReplica): Promise<ReplicaResult> {
  const counts = { written: 0, removed: 0, nothing: 0 }
  const historyVersions = Object.fromEntries(replica.instruments.map((instrument) => [instrument, 0]))
  for await (const [statement, { rows, rowCount }] of session.answers(statementsOf(replica))) {
    counts[statement.counts] += rowCount ?? 0
    for (const [instrument, version] of rows) historyVersions[instrument ?? ''] = Number(version)
  }
  return { written: counts.written, removed: counts.removed, historyVersions }
}

/** All statements for a replica, each made when it is its turn. */
function* statementsOf({ rows, removed, instruments }: CheckedReplica): Generator<ReplicaStatement> {
  for (const [table, all] of rows) {
    for (const batch of batchesOf(table, all)) {
      yield { sql: TAKE[table], values: encodeColumns(table, batch), counts: 'written' }
    }
  }
  for (const [table, all] of removed) {
    for (const batch of batchesOf(table, all)) {
      yield { sql: removeSql(table), values: encodeColumns(table, batch, removalColumns(table)), counts: 'removed' }
    }
  }
  const asked = instruments.map((instrument) => ({ instrument }))
  yield { sql: VERSIONS, values: encodeKeys('instrument_state', asked), counts: 'nothing' }
}

function takeSql(table: ReplicatedTableName): string {
  const names = list(columnNames(table))
  return `INSERT INTO ${table} (${names}) SELECT ${names} FROM ${sentSql(table)}${onConflict(table, ON_REPLICA_CONFLICT[table])}`
}

/** Deletes rows, but not where a newer writer has been. */
function removeSql(table: FeatureTableName): string {
  return `DELETE FROM ${table} USING ${sentSql(table, removalColumns(table))}
    WHERE ${isSent(table)} AND (${table}.as_of_version, ${table}.as_of) <= (sent.as_of_version, sent.as_of)`
}
