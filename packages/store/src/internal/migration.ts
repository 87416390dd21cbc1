import { createHash } from 'node:crypto'

import { StoreError } from '../errors.ts'
import type { SchemaState } from '../store.ts'

/** One step from a schema to the next. Forward only. */
export interface Migration {
  readonly version: number
  readonly sql: string
  /** SHA-256 of the SQL, by which a store knows that what was applied is what is known now. */
  readonly checksum: string
}

/** SQL in order, as migrations from version 1 without a hole. */
export function migrationsOf(sqls: readonly string[]): readonly Migration[] {
  return sqls.map((sql, index) => ({
    version: index + 1,
    sql,
    checksum: createHash('sha256').update(sql).digest('hex'),
  }))
}

/**
 * How tables to which `applied` was done (checksums in order) stand. Throws a `StoreError` when they are newer than this
 * program (`newer-schema`) or came about by other migrations than it knows (`changed-migration`).
 */
export function schemaStateOf(
  applied: readonly { readonly version: number; readonly checksum: string }[],
  migrations: readonly Migration[],
  location: string,
): SchemaState {
  const version = applied.at(-1)?.version ?? 0
  const latest = migrations.length
  if (version > latest) {
    throw new StoreError(
      `store ${location}: its tables have version ${version}, this program knows up to ${latest}`,
      { kind: 'newer-schema', found: version, latest },
      { hint: 'Update OpenPredict.' },
    )
  }
  const changed = migrations.slice(0, version).find(({ checksum }, i) => checksum !== applied[i]?.checksum)
  if (changed !== undefined) {
    throw new StoreError(
      `store ${location}: its migration ${changed.version} is not the one that this program knows`,
      { kind: 'changed-migration', version: changed.version },
      { hint: 'Use the version of OpenPredict that made the tables, or a new store.' },
    )
  }
  return { version, latest, pending: migrations.slice(version).map((migration) => migration.version) }
}
