import { createHash } from 'node:crypto'

import { TABLES_SQL } from './migrations/0001-tables.ts'

/** One step from a schema to the next. Forward only. */
export interface Migration {
  readonly version: number
  readonly sql: string
  /** SHA-256 of the SQL, by which a store knows that what was applied is what is known now. */
  readonly checksum: string
}

/** All migrations, in order, from version 1 without a hole. */
export const MIGRATIONS: readonly Migration[] = [TABLES_SQL].map((sql, index) => ({
  version: index + 1,
  sql,
  checksum: createHash('sha256').update(sql).digest('hex'),
}))

/** The newest version that is known. */
export const LATEST: number = MIGRATIONS.length
