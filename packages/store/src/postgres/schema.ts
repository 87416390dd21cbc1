import { type Migration, schemaStateOf } from '../internal/migration.ts'
import type { SchemaState } from '../store.ts'
import { instantSql } from './dialect.ts'
import { migrations } from './migrations.ts'
import type { Session } from './session.ts'

const RECORD = `INSERT INTO schema_migrations (version, applied_at, checksum)
  VALUES ($1::bigint, ${instantSql('$2::bigint')}, $3)`

/** How the tables stand; throws as `schemaStateOf` does. */
export async function schemaState(session: Session, location: string): Promise<SchemaState> {
  const there = await session.number(
    `SELECT count(*) FROM pg_class WHERE oid = to_regclass('public.schema_migrations')`,
  )
  const { rows } =
    there === 0 ? { rows: [] } : await session.query('SELECT version, checksum FROM schema_migrations ORDER BY version')
  const applied = rows.map(([version, checksum]) => ({ version: Number(version), checksum: checksum ?? '' }))
  return schemaStateOf(applied, migrations(), location)
}

/** Applies one migration within the open transaction. */
export async function applyMigration(session: Session, migration: Migration, appliedAt: number): Promise<void> {
  await session.execUnlimited(migration.sql)
  await session.run(RECORD, [migration.version, appliedAt, migration.checksum])
}
