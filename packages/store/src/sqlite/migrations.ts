import { type Migration, migrationsOf } from '../internal/migration.ts'
import { TABLES_SQL } from './migrations/0001-tables.ts'
import { MEASURES_SQL } from './migrations/0002-cycle-measures.ts'

/** All migrations, in order, from version 1 without a hole. */
export const MIGRATIONS: readonly Migration[] = migrationsOf([TABLES_SQL, MEASURES_SQL])

/** The newest version that is known. */
export const LATEST: number = MIGRATIONS.length
