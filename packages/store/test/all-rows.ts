import type { StoreReader } from '../src/index.ts'
import { TABLE_NAMES } from '../src/tables.ts'

/** Every row of every table with all of its columns, but for the list of migrations. */
export async function allRows(store: StoreReader): Promise<Readonly<Record<string, readonly object[]>>> {
  const rows: Record<string, readonly object[]> = {}
  for (const table of TABLE_NAMES) if (table !== 'schema_migrations') rows[table] = await store.readRows(table)
  return rows
}
