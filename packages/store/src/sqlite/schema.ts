import { type Migration, schemaStateOf } from '../internal/migration.ts'
import type { SchemaState } from '../store.ts'
import type { Connection } from './connection.ts'
import { noteSchema } from './marks.ts'
import { MIGRATIONS } from './migrations.ts'

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
  return schemaStateOf(
    applied.map(([version, checksum]) => ({ version: Number(version), checksum: String(checksum) })),
    MIGRATIONS,
    location,
  )
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
  noteSchema(connection)
}

function hasHistory(connection: Connection): boolean {
  return connection.number(`SELECT count(*) FROM sqlite_schema WHERE name = 'schema_migrations'`) === 1
}
