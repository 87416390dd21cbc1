export { createSupabaseStore, type SupabaseStoreOptions } from './create-supabase-store.ts'
export type { Database, RestInsert, RestRow } from './database.ts'
export { cannotWrite, type KeyRole, roleOfKey } from './key-role.ts'
export { pendingMigrationsSql } from './pending-migrations-sql.ts'
