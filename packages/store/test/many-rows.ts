import type { Fields } from '../src/internal/row-check.ts'
import { REPLICATED_TABLES } from '../src/internal/replica.ts'
import type { ReplicatedTableName, Store } from '../src/store.ts'
import { tableOf } from '../src/tables.ts'
import { ES, MINUTE, NQ } from '../src/testing/samples.ts'
import { ROWS } from './rows-of-all-tables.ts'

/** The last two stand in another order by the bytes of UTF-8 than by the units of UTF-16. */
const INSTRUMENTS = [NQ, ES, 'ＦＦ', '😀=F']

/** Different rows of a table that fit it, over several instruments. */
export function manyRows(table: ReplicatedTableName, count: number): readonly Fields[] {
  const { key, time = '' } = tableOf(table)
  return Array.from({ length: count }, (_, i) => {
    const row = ROWS[table]
    const instrument = INSTRUMENTS[i % INSTRUMENTS.length] ?? NQ
    if (key.includes('id')) {
      const id = `${String(i % 7)}0000000-0000-4000-8000-${String(i).padStart(12, '0')}`
      return { ...row, id, instrument, [time]: Number(row[time]) + i }
    }
    if (time === '') return { ...row, instrument: `${instrument}${i}` }
    return { ...row, instrument, [time]: Number(row[time]) + i * MINUTE }
  })
}

/** Writes rows of one table as they are. */
export async function put(store: Store, table: ReplicatedTableName, rows: readonly Fields[]): Promise<void> {
  await store.replicate({ rows: { [table]: rows } })
}

/** Puts so many rows into every table. */
export async function fill(store: Store, count: number): Promise<void> {
  for (const table of REPLICATED_TABLES) await put(store, table, manyRows(table, count))
}

/** All rows of all tables. */
export async function everyRow(store: Store): Promise<Readonly<Record<string, readonly unknown[]>>> {
  const tables = await Promise.all(
    REPLICATED_TABLES.map(async (table) => [table, await store.readRows(table)] as const),
  )
  return Object.fromEntries(tables)
}
