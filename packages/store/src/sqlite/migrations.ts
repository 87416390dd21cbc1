import { type Migration, migrationsOf } from '../internal/migration.ts'
import { TABLES_SQL } from './migrations/0001-tables.ts'

/** All migrations, in order, from version 1 without a hole. */
export const MIGRATIONS: readonly Migration[] = migrationsOf([TABLES_SQL])

/** The newest version that is known. */
export const LATEST: number = MIGRATIONS.length
