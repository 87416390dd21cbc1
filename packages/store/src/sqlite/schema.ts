import { StoreError } from '../errors.ts'
import type { SchemaState } from '../store.ts'
import type { Connection } from './connection.ts'
import { LATEST, type Migration, MIGRATIONS } from './migrations.ts'

const HISTORY = `CREATE TABLE schema_migrations (
  version INTEGER NOT NULL PRIMARY KEY CONSTRAINT version_range CHECK (version >= 1),
  applied_at INTEGER NOT NULL,
  checksum TEXT NOT NULL
) STRICT, WITHOUT ROWID`

/**
 * How the tables stand. Throws a `StoreError` when they are newer than this program (`newer-schema`) or came about by
 * other migrations than it knows (`changed-migration`).
 */
export function schemaState(connection: Connection, location: string): SchemaState {
  const applied = hasHistory(connection)
    ? connection.all('SELECT version, checksum FROM schema_migrations ORDER BY version')
    : []
  const version = Number(applied.at(-1)?.[0] ?? 0)
  if (version > LATEST) {
    throw new StoreError(
      `store ${location}: its tables have version ${version}, this program knows up to ${LATEST}`,
      { kind: 'newer-schema', found: version, latest: LATEST },
      { hint: 'Update OpenPredict.' },
    )
  }
  const changed = MIGRATIONS.slice(0, version).find(({ checksum }, i) => checksum !== applied[i]?.[1])
  if (changed !== undefined) {
    throw new StoreError(
      `store ${location}: its migration ${changed.version} is not the one that this program knows`,
      { kind: 'changed-migration', version: changed.version },
      { hint: 'Use the version of OpenPredict that made the file, or a new file.' },
    )
  }
  return { version, latest: LATEST, pending: MIGRATIONS.slice(version).map((migration) => migration.version) }
}

/** Applies one migration within the open transaction. */
export function applyMigration(connection: Connection, migration: Migration, appliedAt: number): void {
  if (!hasHistory(connection)) connection.exec(HISTORY)
  connection.exec(migration.sql)
  connection.run('INSERT INTO schema_migrations (version, applied_at, checksum) VALUES (?, ?, ?)', [
    migration.version,
    appliedAt,
    migration.checksum,
  ])
}

function hasHistory(connection: Connection): boolean {
  return connection.number(`SELECT count(*) FROM sqlite_schema WHERE name = 'schema_migrations'`) === 1
}
