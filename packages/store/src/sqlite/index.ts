export { createSqliteStore, type SqliteStoreOptions } from './create-sqlite-store.ts'
export { loadSqlite } from './load-sqlite.ts'
