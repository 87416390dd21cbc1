import { comparableColumns, openStore, type Store, TABLE_NAMES, tableOf } from '@openpredict/store'

import type { Workplace } from './run-cli.ts'
import { timer } from './world.ts'

/** The rows of each table. */
export type StoredTables = Readonly<Record<string, readonly unknown[]>>

/** Opens the store that commands have left in a folder, only to look. */
export async function openStored(workplace: Workplace, file = 'openpredict.sqlite'): Promise<Store> {
  return await openStore(`sqlite:${workplace.path(file)}`, { clock: timer, readOnly: true })
}

/** The market and feature rows of a store: what two runs are compared by. */
export async function marketRows(store: Store): Promise<StoredTables> {
  const tables: Record<string, readonly unknown[]> = {}
  for (const table of TABLE_NAMES) {
    if (tableOf(table).group === 'record') continue
    const columns = comparableColumns(table)
    const rows: readonly object[] = await store.readRows(table)
    tables[table] = rows.map((row) =>
      Object.fromEntries(Object.entries(row).filter(([name]) => columns.includes(name))),
    )
  }
  return tables
}
