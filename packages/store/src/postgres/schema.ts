import { StoreError } from '../errors.ts'
import { type Migration, schemaStateOf } from '../internal/migration.ts'
import type { SchemaState } from '../store.ts'
import { instantSql } from './dialect.ts'
import { migrations } from './migrations.ts'
import type { Session } from './session.ts'

const RECORD = `INSERT INTO schema_migrations (version, applied_at, checksum)
  VALUES ($1::bigint, ${instantSql('$2::bigint')}, $3)`

/** Whether the table hides rows from this user; no row when it is not there. */
const THERE = `SELECT row_security_active(oid) FROM pg_class WHERE oid = to_regclass('public.schema_migrations')`

/** How the tables stand; throws as `schemaStateOf` does. */
export async function schemaState(session: Session, location: string): Promise<SchemaState> {
  const { rows: found } = await session.query(THERE)
  const hides = found[0]?.[0]
  const { rows } =
    hides === undefined
      ? { rows: [] }
      : await session.query('SELECT version, checksum FROM schema_migrations ORDER BY version')
  if (rows.length === 0 && hides === 't') throw hiddenRows(location)
  const applied = rows.map(([version, checksum]) => ({ version: Number(version), checksum: checksum ?? '' }))
  return schemaStateOf(applied, migrations(), location)
}

/** Where a policy is missing the server does not refuse: it shows empty tables, which nobody must take for the truth. */
function hiddenRows(location: string): StoreError {
  return new StoreError(
    `store ${location}: row-level security hides the rows of its tables from this user`,
    { kind: 'no-permission' },
    {
      hint: 'Connect as the owner of the tables, as a member of service_role, or as a role with a policy or BYPASSRLS.',
    },
  )
}

/** Applies one migration within the open transaction. */
export async function applyMigration(session: Session, migration: Migration, appliedAt: number): Promise<void> {
  await session.execUnlimited(migration.sql)
  await session.run(RECORD, [migration.version, appliedAt, migration.checksum])
}
