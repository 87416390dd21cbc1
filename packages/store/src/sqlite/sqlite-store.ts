import type { BarSeries, Clock } from '@openpredict/market'

import { pagesOf } from '../internal/pages.ts'
import { probeFailed, probeRow } from '../internal/probe.ts'
import { closedStore, readOnlyStore } from '../internal/refusals.ts'
import { checkedReplica } from '../internal/replica.ts'
import { checkRetention, PRUNED_TABLES, pruneResult } from '../internal/retention.ts'
import { orAborted, SerialQueue } from '../internal/serial-queue.ts'
import type { SqlValue } from '../internal/statements.ts'
import { WorkScope } from '../internal/work-scope.ts'
import type { Row } from '../rows.ts'
import type {
  BarQuery,
  MigrationResult,
  PruneResult,
  Replica,
  ReplicaResult,
  RowQuery,
  SchemaState,
  Store,
  StoredBar,
  StoreTransaction,
  StreamOptions,
  WaitOptions,
} from '../store.ts'
import { TABLE_NAMES, type TableName } from '../tables.ts'
import type { Connection } from './connection.ts'
import { writeWhole } from './whole-file.ts'
import { whenFree } from './lock-wait.ts'
import { forgetDelivery, withoutMarks } from './marks.ts'
import { MIGRATIONS } from './migrations.ts'
import { countRows, historyVersion, lastCycle, readBars, readRows, storedBar } from './reads.ts'
import { takeReplica } from './replica-writes.ts'
import { decodeRow, encodeRow } from './row-codec.ts'
import { applyMigration, schemaState } from './schema.ts'
import { SqliteTransaction } from './sqlite-transaction.ts'
import { insertSql, selectSql } from './statements.ts'

/** What a `SqliteStore` is made of. */
export interface SqliteStoreParts {
  /** Writes; absent when the store is opened only for reading. */
  readonly writer: Connection | undefined
  /** Makes a connection that reads while the writer writes; `undefined` when there can be only one connection. */
  readonly openReader: (() => Connection) | undefined
  readonly location: string
  readonly clock: Clock
  readonly lockTimeoutMs: number
}

/** A store in one SQLite database. */
export class SqliteStore implements Store {
  readonly kind = 'sqlite'
  readonly location: string
  readonly #parts: SqliteStoreParts
  readonly #queue = new SerialQueue()
  readonly #work = new WorkScope()
  /** What was thrown by work with the database. */
  readonly #thrown = new WeakSet<Error>()
  #reader: Connection | undefined
  #closed = false

  constructor(parts: SqliteStoreParts) {
    this.#parts = parts
    this.location = parts.location
  }

  readBars(query: BarQuery, options?: WaitOptions): Promise<BarSeries> {
    return this.readWith('readBars', (connection) => readBars(connection, query), options)
  }

  readRows<T extends TableName>(table: T, query?: RowQuery, options?: WaitOptions): Promise<readonly Row<T>[]> {
    return this.readWith('readRows', (connection) => readRows(connection, table, query), options)
  }

  countRows(table: TableName, instrument?: string, options?: WaitOptions): Promise<number> {
    return this.readWith('countRows', (connection) => countRows(connection, table, instrument), options)
  }

  newestBar(instrument: string, options?: WaitOptions): Promise<StoredBar | undefined> {
    return this.readWith('newestBar', (connection) => storedBar(connection, instrument, 'newest'), options)
  }

  oldestBar(instrument: string, options?: WaitOptions): Promise<StoredBar | undefined> {
    return this.readWith('oldestBar', (connection) => storedBar(connection, instrument, 'oldest'), options)
  }

  historyVersion(instrument: string, options?: WaitOptions): Promise<number> {
    return this.readWith('historyVersion', (connection) => historyVersion(connection, instrument), options)
  }

  lastCycle(instrument: string, options?: WaitOptions): Promise<number> {
    return this.readWith('lastCycle', (connection) => lastCycle(connection, instrument), options)
  }

  schema(options?: WaitOptions): Promise<SchemaState> {
    return this.readWith('schema', (connection) => schemaState(connection, this.location), options)
  }

  async *streamRows<T extends TableName>(
    table: T,
    query: Pick<RowQuery, 'instrument' | 'from' | 'to'> = {},
    options: StreamOptions = {},
  ): AsyncGenerator<Row<T>, void, undefined> {
    const { signal } = options
    const read = async (bounds: RowQuery, after?: readonly SqlValue[]): Promise<readonly (readonly SqlValue[])[]> => {
      const { sql, values } = selectSql(table, bounds, after)
      return await this.readWith('streamRows', (connection) => connection.all(sql, values), { signal })
    }
    for await (const page of pagesOf(table, query, options, read)) {
      for (const row of page) yield decodeRow(table, row)
    }
  }

  async transaction<T>(work: (tx: StoreTransaction) => T | Promise<T>, { signal }: WaitOptions = {}): Promise<T> {
    this.#work.refuse('transaction')
    return await this.writeWith(signal, async (connection) => {
      const tx = new SqliteTransaction(connection)
      try {
        return await orAborted(
          this.#work.run(() => work(tx)),
          signal,
        )
      } finally {
        tx.end()
      }
    })
  }

  async migrate({ signal }: WaitOptions = {}): Promise<MigrationResult> {
    this.#work.refuse('migrate')
    const applied: number[] = []
    let from: number | undefined
    for (;;) {
      // Looked at inside the transaction: another process may be migrating, too.
      const { version, pending } = await this.writeWith(signal, (connection) => {
        const state = schemaState(connection, this.location)
        const next = MIGRATIONS[state.version]
        if (next !== undefined) applyMigration(connection, next, Math.floor(this.#parts.clock.now()))
        return state
      })
      from ??= version
      if (pending[0] === undefined) return { from, to: version, applied }
      applied.push(pending[0])
    }
  }

  async probe({ signal }: WaitOptions = {}): Promise<void> {
    this.#work.refuse('probe')
    const row = probeRow(this.#parts.clock.now())
    const rollback = new Error('rolled back')
    try {
      await this.writeWith(signal, (connection) => {
        connection.run(insertSql('error_log'), encodeRow('error_log', row))
        const found = connection.get('SELECT error_message FROM error_log WHERE id = ?', [row.id])?.[0]
        if (found !== row.error_message) throw probeFailed(this.location)
        throw rollback
      })
    } catch (error) {
      if (error !== rollback) throw error
    }
  }

  async replicate(replica: Replica, { signal }: WaitOptions = {}): Promise<ReplicaResult> {
    this.#work.refuse('replicate')
    const checked = checkedReplica(replica)
    return await this.writeWith(signal, (connection) => takeReplica(connection, checked))
  }

  async prune(before: number, { signal }: WaitOptions = {}): Promise<PruneResult> {
    this.#work.refuse('prune')
    checkRetention(before, this.#parts.clock.now())
    return await this.writeWith(signal, (connection) => {
      const prune = (table: TableName, time: string): number =>
        connection.run(`DELETE FROM ${table} WHERE ${time} < ?`, [before])
      return withoutMarks(connection, () =>
        pruneResult(PRUNED_TABLES.map(([table, time]) => [table, prune(table, time)] as const)),
      )
    })
  }

  async reset({ signal }: WaitOptions = {}): Promise<void> {
    this.#work.refuse('reset')
    await this.writeWith(signal, (connection) => {
      for (const table of TABLE_NAMES) if (table !== 'schema_migrations') connection.run(`DELETE FROM ${table}`)
      forgetDelivery(connection)
    })
  }

  async backup(path: string, { signal }: WaitOptions = {}): Promise<void> {
    this.#work.refuse('backup')
    const { writer, openReader } = this.#parts
    await writeWhole(path, async (partial) => {
      // A connection of its own where there can be one: the copying must not hold up readers.
      const connection = await this.readWith('backup', () => openReader?.() ?? (writer as Connection), { signal })
      try {
        await orAborted(connection.backup(partial), signal)
      } finally {
        if (connection !== writer) connection.close()
      }
    })
  }

  async close(): Promise<void> {
    this.#work.refuse('close')
    if (this.#closed) return
    this.#closed = true
    await this.#queue.run(() => {
      this.#reader?.close()
      this.#parts.writer?.close()
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  /** Whether the work of a transaction is what runs now. */
  get isInWork(): boolean {
    return this.#work.isOpen
  }

  /** Refuses what must not be called inside a transaction. */
  refuse(method: string): void {
    this.#work.refuse(method)
  }

  /** Whether a failure came out of this store, for those who work with several. */
  threw(error: unknown): boolean {
    return error instanceof Error && this.#thrown.has(error)
  }

  /** Reads what is committed: beside the writer where there can be two connections, else when it is done. */
  async readWith<T>(
    method: string,
    read: (connection: Connection) => T,
    { signal }: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<T> {
    this.#work.refuse(method)
    return await this.#remembering(async () => {
      this.#refuseClosed()
      const { writer, openReader } = this.#parts
      if (openReader !== undefined) {
        return await this.#whenFree(() => {
          this.#refuseClosed()
          this.#reader ??= openReader()
          return read(this.#reader)
        }, signal)
      }
      return await this.#queue.run(() => read(writer as Connection), signal)
    })
  }

  /** Runs `work` in a transaction of the writer. */
  async writeWith<T>(signal: AbortSignal | undefined, work: (connection: Connection) => T | Promise<T>): Promise<T> {
    return await this.#remembering(async () => {
      this.#refuseClosed()
      const { writer } = this.#parts
      if (writer === undefined) throw readOnlyStore(this.location)
      return await this.#queue.run(async () => {
        await this.#whenFree(() => writer.exec('BEGIN IMMEDIATE'), signal)
        try {
          const result = await work(writer)
          signal?.throwIfAborted()
          writer.exec('COMMIT')
          return result
        } catch (error) {
          if (writer.inTransaction) writer.exec('ROLLBACK')
          throw error
        }
      }, signal)
    })
  }

  async #remembering<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      if (error instanceof Error) this.#thrown.add(error)
      throw error
    }
  }

  #whenFree<T>(attempt: () => T, signal: AbortSignal | undefined): Promise<T> {
    const { clock, location, lockTimeoutMs: timeoutMs } = this.#parts
    return whenFree(attempt, { clock, location, timeoutMs, signal })
  }

  #refuseClosed(): void {
    if (this.#closed) throw closedStore(this.location)
  }
}
