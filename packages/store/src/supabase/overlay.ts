import { columnsOf, keyTextOf } from '../internal/columns.ts'
import { REPLICATED_TABLES } from '../internal/replica.ts'
import type { Fields } from '../internal/row-check.ts'
import { isLater, orderOf } from '../internal/row-order.ts'
import { columnNames, list, type SqlValue } from '../internal/statements.ts'
import type { ReplicatedTableName } from '../store.ts'
import { type FeatureTableName, tableOf } from '../tables.ts'
import { Connection } from '../sqlite/connection.ts'
import { MIGRATIONS } from '../sqlite/migrations.ts'
import { decodeRow, encodeRow } from '../sqlite/row-codec.ts'
import { insertSql } from '../sqlite/statements.ts'

/** What has become of the rows that were known. */
export interface Changes {
  /** Rows that are new or have other values, whole. */
  readonly rows: readonly (readonly [table: ReplicatedTableName, rows: readonly Fields[]])[]
  /**
   * Feature rows to delete, as they were: those that are gone, and those whose new state was written by an older writer
   * than the old one (which went before it came).
   */
  readonly removed: readonly (readonly [table: FeatureTableName, rows: readonly Fields[]])[]
}

interface TableSql {
  readonly insert: string
  readonly all: string
}

const SQL = Object.fromEntries(
  REPLICATED_TABLES.map((table) => [
    table,
    { insert: insertSql(table), all: `SELECT ${list(columnNames(table))} FROM ${table}` },
  ]),
) as Readonly<Record<ReplicatedTableName, TableSql>>

/**
 * The part of a remote store that a transaction has seen, in a SQLite database in memory: there its calls are carried
 * out, by the driver of SQLite. Knows of every row whether and how it stands in the remote store.
 */
export class Overlay {
  /** In a transaction from `begin` to `end`. */
  readonly connection: Connection
  /** Rows by key as the remote store has them; `undefined`: it has none. */
  #known = new Map<ReplicatedTableName, Map<string, readonly SqlValue[] | undefined>>()
  #whole = new Set<string>()

  constructor() {
    this.connection = new Connection({ path: ':memory:' })
    for (const { sql } of MIGRATIONS) this.connection.exec(sql)
  }

  /** Begins empty. */
  begin(): void {
    this.connection.exec('BEGIN')
  }

  /** Forgets everything. */
  end(): void {
    if (this.connection.inTransaction) this.connection.exec('ROLLBACK')
    this.#known.clear()
    this.#whole.clear()
  }

  close(): void {
    this.connection.close()
  }

  /** Whether it is known how a key stands. */
  knows(table: ReplicatedTableName, row: Fields): boolean {
    return this.#of(table).has(keyTextOf(table, row)) || this.#whole.has(`${table}\0${String(row['instrument'])}`)
  }

  /** Whether all rows of an instrument are known. */
  knowsAll(table: ReplicatedTableName, instrument: string): boolean {
    return this.#whole.has(`${table}\0${instrument}`)
  }

  /** How many rows of the remote store are known that are gone or have other values here. */
  changed(table: ReplicatedTableName): number {
    const { changed, gone } = this.#compared(table)
    return changed.length + gone.length
  }

  /** How many rows there are more than in the remote store, of one instrument or in all. */
  grown(table: ReplicatedTableName, instrument?: string): number {
    const { added, gone } = this.#compared(table)
    const ofIt = (values: readonly SqlValue[]): boolean =>
      instrument === undefined || (decodeRow(table, values) as Fields)['instrument'] === instrument
    return added.filter(ofIt).length - gone.filter(ofIt).length
  }

  /** Takes rows in as the remote store has them, unless they were known. */
  learn(table: ReplicatedTableName, rows: Iterable<Fields>): void {
    const known = this.#of(table)
    for (const row of rows) {
      if (this.knows(table, row)) continue
      const values = encodeRow(table, row)
      this.connection.run(SQL[table].insert, values)
      known.set(keyTextOf(table, row), values)
    }
  }

  /** The remote store has no other rows of these keys than those that it gave. */
  learnAbsent(table: ReplicatedTableName, keys: Iterable<Fields>): void {
    const known = this.#of(table)
    for (const key of keys) if (!this.knows(table, key)) known.set(keyTextOf(table, key), undefined)
  }

  /** The remote store has no other rows of an instrument than those that it gave. */
  learnWhole(table: ReplicatedTableName, instrument: string): void {
    this.#whole.add(`${table}\0${instrument}`)
  }

  /** The history versions that were looked at, as the remote store has them. */
  expected(): Readonly<Record<string, number>> {
    return Object.fromEntries(
      [...this.#of('instrument_state')].map(([name, values]) => [name, Number(values?.[1] ?? 0)]),
    )
  }

  /** What has become of the rows that were known. */
  changes(): Changes {
    const rows: (readonly [ReplicatedTableName, readonly Fields[]])[] = []
    const removed: (readonly [FeatureTableName, readonly Fields[]])[] = []
    for (const table of REPLICATED_TABLES) {
      const { added, changed, gone } = this.#compared(table)
      const fields = (values: readonly SqlValue[]): Fields => decodeRow(table, values)
      const written = [...added, ...changed.map(([now]) => now)].map(fields)
      if (written.length > 0) rows.push([table, written])
      if (tableOf(table).group !== 'feature') continue
      const older = changed
        .filter(([now, before]) => isLater(orderOf(table, fields(before)), orderOf(table, fields(now))))
        .map(([, before]) => before)
      const deleted = [...gone, ...older].map(fields)
      if (deleted.length > 0) removed.push([table as FeatureTableName, deleted])
    }
    return { rows, removed }
  }

  #of(table: ReplicatedTableName): Map<string, readonly SqlValue[] | undefined> {
    const known = this.#known.get(table) ?? new Map<string, readonly SqlValue[] | undefined>()
    this.#known.set(table, known)
    return known
  }

  #compared(table: ReplicatedTableName): {
    readonly added: readonly (readonly SqlValue[])[]
    readonly changed: readonly (readonly [now: readonly SqlValue[], before: readonly SqlValue[]])[]
    readonly gone: readonly (readonly SqlValue[])[]
  } {
    const added: (readonly SqlValue[])[] = []
    const changed: (readonly [readonly SqlValue[], readonly SqlValue[]])[] = []
    const left = new Map(this.#of(table))
    const places = columnsOf(table).flatMap(({ inKey }, i) => (inKey ? [i] : []))
    this.connection.each(SQL[table].all, [], (now) => {
      const key = places.map((i) => String(now[i])).join('\0')
      const before = left.get(key)
      left.delete(key)
      if (before === undefined) added.push(now)
      else if (now.some((value, i) => value !== before[i])) changed.push([now, before])
    })
    return { added, changed, gone: [...left.values()].filter((values) => values !== undefined) }
  }
}
