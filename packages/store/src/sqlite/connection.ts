import type { DatabaseSync, StatementSync } from 'node:sqlite'

import { CHECKSUM, checksumOf } from './checksum.ts'
import { storeErrorOf } from './failures.ts'
import type { SqlValue } from '../internal/statements.ts'
import { loadSqlite } from './load-sqlite.ts'

/** Pages copied at a time, about 40 MB; other work goes on between. */
const BACKUP_PAGES = 10_000

/** Options of a `Connection`. */
export interface ConnectionOptions {
  /** A path, or `:memory:`. */
  readonly path: string
  readonly readOnly?: boolean
}

/** One connection to a SQLite database: statements are prepared once, failures are `StoreError`s. */
export class Connection {
  readonly #db: DatabaseSync
  readonly #path: string
  readonly #statements = new Map<string, StatementSync>()

  constructor({ path, readOnly = false }: ConnectionOptions) {
    const { DatabaseSync: Database } = loadSqlite()
    this.#path = path
    // No time-out: waiting for a lock inside SQLite would stop everything else, signals included.
    this.#db = this.#translated(() => new Database(path, { readOnly, timeout: 0 }))
    this.#db.function(CHECKSUM, { deterministic: true, varargs: true }, checksumOf)
  }

  /** Whether a transaction is open. SQLite ends one by itself when the disk is full. */
  get inTransaction(): boolean {
    return this.#db.isTransaction
  }

  /** Runs SQL that has no parameters; may be several statements. */
  exec(sql: string): void {
    this.#translated(() => {
      this.#db.exec(sql)
    })
  }

  /** Runs a statement and says how many rows it changed. */
  run(sql: string, values: readonly SqlValue[] = []): number {
    return this.#translated(() => Number(this.#statement(sql).run(...values).changes))
  }

  /** The first row, as an array of its columns. */
  get(sql: string, values: readonly SqlValue[] = []): readonly SqlValue[] | undefined {
    return this.#translated(() => this.#statement(sql).get(...values) as readonly SqlValue[] | undefined)
  }

  /** All rows, each as an array of its columns. */
  all(sql: string, values: readonly SqlValue[] = []): readonly (readonly SqlValue[])[] {
    return this.#translated(() => this.#statement(sql).all(...values) as unknown as readonly (readonly SqlValue[])[])
  }

  /** Calls `visit` with each row in turn; the array is the row's own. */
  each(sql: string, values: readonly SqlValue[], visit: (row: readonly SqlValue[]) => void): void {
    this.#translated(() => {
      for (const row of this.#statement(sql).iterate(...values)) visit(row as unknown as readonly SqlValue[])
    })
  }

  /** The first column of the first row as a number. */
  number(sql: string, values: readonly SqlValue[] = []): number {
    return Number(this.get(sql, values)?.[0] ?? 0)
  }

  /** Copies the whole database, as it is at the end of the copying, to a file that is made or overwritten. */
  async backup(path: string): Promise<void> {
    try {
      await loadSqlite().backup(this.#db, path, { rate: BACKUP_PAGES })
    } catch (error) {
      throw storeErrorOf(error, path)
    }
  }

  close(): void {
    this.#statements.clear()
    this.#translated(() => {
      this.#db.close()
    })
  }

  #statement(sql: string): StatementSync {
    const known = this.#statements.get(sql)
    if (known !== undefined) return known
    const statement = this.#db.prepare(sql)
    statement.setReturnArrays(true)
    this.#statements.set(sql, statement)
    return statement
  }

  #translated<T>(work: () => T): T {
    try {
      return work()
    } catch (error) {
      throw storeErrorOf(error, this.#path)
    }
  }
}
