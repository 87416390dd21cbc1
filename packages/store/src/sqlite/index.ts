import type { Store } from '../store.ts'
import type { OpenStoreOptions } from '../open-store.ts'

export interface SqliteStoreOptions extends OpenStoreOptions {
  readonly path: string
}
export async function createSqliteStore(options: SqliteStoreOptions): Promise<Store> {
  throw new Error(`not yet: ${options.path}`)
}
