import type { RemovedRow, Replica, ReplicatedTableName } from '../store.ts'
import { type FeatureTableName, TABLE_NAMES } from '../tables.ts'
import { keyTextOf } from './columns.ts'
import { checkKey, checkRow, type Fields } from './row-check.ts'
import { WRITER_COLUMNS } from './row-order.ts'
import { misuse } from './statements.ts'

/** The tables of a replica. */
export const REPLICATED_TABLES: readonly ReplicatedTableName[] = TABLE_NAMES.filter(
  (table) => table !== 'schema_migrations',
)

/** A replica whose every row was found storable. */
export interface CheckedReplica {
  readonly rows: readonly (readonly [table: ReplicatedTableName, rows: readonly Fields[]])[]
  /** Keys of rows that are gone, with the order in which they had been written. */
  readonly removed: readonly (readonly [table: FeatureTableName, rows: readonly Fields[]])[]
  /** All instruments that are in it. */
  readonly instruments: readonly string[]
}

/** Checks all rows of a replica; see `Store.replicate`. */
export function checkedReplica({ rows, removed = [] }: Replica): CheckedReplica {
  const seen = new Set<string>()
  const once = (table: ReplicatedTableName, row: Fields): void => {
    const key = `${table}\0${keyTextOf(table, row)}`
    if (seen.has(key)) throw misuse(`${table}: a key is twice in one replica`)
    seen.add(key)
  }
  const instruments = new Set<string>()
  const lists = REPLICATED_TABLES.flatMap((table) => {
    const list: readonly Fields[] = rows[table] ?? []
    for (const row of list) {
      checkRow(table, row)
      once(table, row)
      if (typeof row['instrument'] === 'string') instruments.add(row['instrument'])
    }
    return list.length === 0 ? [] : [[table, list] as const]
  })
  const gone = new Map<FeatureTableName, Fields[]>()
  for (const each of removed) {
    const row = removedFields(each)
    checkKey(each.table, row, WRITER_COLUMNS)
    once(each.table, row)
    instruments.add(String(row['instrument']))
    gone.set(each.table, [...(gone.get(each.table) ?? []), row])
  }
  return { rows: lists, removed: [...gone], instruments: [...instruments] }
}

function removedFields({ key, as_of_version: version, as_of: asOf }: RemovedRow): Fields {
  return { ...key, as_of_version: version, as_of: asOf }
}
