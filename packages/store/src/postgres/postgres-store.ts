import type { BarSeries, Clock } from '@openpredict/market'

import { StoreError } from '../errors.ts'
import { pagesOf } from '../internal/pages.ts'
import { probeFailed, probeRow } from '../internal/probe.ts'
import { closedStore, readOnlyStore } from '../internal/refusals.ts'
import { checkedReplica } from '../internal/replica.ts'
import { checkRetention, pruneResult } from '../internal/retention.ts'
import { SerialQueue } from '../internal/serial-queue.ts'
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
import type { Connections } from './connections.ts'
import { POSTGRES } from './dialect.ts'
import { migrations } from './migrations.ts'
import type { PgResult } from './pg-types.ts'
import { PostgresTransaction } from './postgres-transaction.ts'
import { countRows, endBar, historyVersion, lastCycle, readBars, readRows } from './reads.ts'
import { takeReplica } from './replica-writes.ts'
import { decodeRow, encodeColumns } from './row-codec.ts'
import { applyMigration, schemaState } from './schema.ts'
import type { Session } from './session.ts'
import { putSql, selectSql } from './statements.ts'

/** What a `PostgresStore` is made of. */
export interface PostgresStoreParts {
  readonly connections: Connections
  readonly location: string
  readonly clock: Clock
  readonly readOnly: boolean
}

/** The advisory lock of whoever writes: 'OPNP' in ASCII. */
const LOCK = 'SELECT pg_advisory_xact_lock(1330663504, 1)'

const SERVER_TIME = 'SELECT extract(epoch FROM clock_timestamp()) * 1000'
const PRUNE = `SELECT table_name, deleted FROM prune_before(${POSTGRES.parameter(1, 'instant')})`

/** A store in one PostgreSQL database. */
export class PostgresStore implements Store {
  readonly kind = 'postgres'
  readonly location: string
  readonly #parts: PostgresStoreParts
  readonly #queue = new SerialQueue()
  readonly #work = new WorkScope()
  #closed = false

  constructor(parts: PostgresStoreParts) {
    this.#parts = parts
    this.location = parts.location
  }

  readBars(query: BarQuery, options?: WaitOptions): Promise<BarSeries> {
    return this.#read('readBars', (session) => readBars(session, query), options)
  }

  readRows<T extends TableName>(table: T, query?: RowQuery, options?: WaitOptions): Promise<readonly Row<T>[]> {
    return this.#read('readRows', (session) => readRows(session, table, query), options)
  }

  countRows(table: TableName, instrument?: string, options?: WaitOptions): Promise<number> {
    return this.#read('countRows', (session) => countRows(session, table, instrument), options)
  }

  newestBar(instrument: string, options?: WaitOptions): Promise<StoredBar | undefined> {
    return this.#read('newestBar', (session) => endBar(session, instrument, 'newest'), options)
  }

  oldestBar(instrument: string, options?: WaitOptions): Promise<StoredBar | undefined> {
    return this.#read('oldestBar', (session) => endBar(session, instrument, 'oldest'), options)
  }

  historyVersion(instrument: string, options?: WaitOptions): Promise<number> {
    return this.#read('historyVersion', (session) => historyVersion(session, instrument), options)
  }

  lastCycle(instrument: string, options?: WaitOptions): Promise<number> {
    return this.#read('lastCycle', (session) => lastCycle(session, instrument), options)
  }

  schema(options?: WaitOptions): Promise<SchemaState> {
    return this.#read('schema', (session) => schemaState(session, this.location), options)
  }

  async *streamRows<T extends TableName>(
    table: T,
    query: Pick<RowQuery, 'instrument' | 'from' | 'to'> = {},
    options: StreamOptions = {},
  ): AsyncGenerator<Row<T>, void, undefined> {
    const { signal } = options
    const read = async (bounds: RowQuery, after?: readonly SqlValue[]): Promise<PgResult['rows']> => {
      const { sql, values } = selectSql(table, bounds, after)
      return (await this.#read('streamRows', (session) => session.query(sql, values), { signal })).rows
    }
    for await (const page of pagesOf(table, query, options, read)) {
      for (const row of page) yield decodeRow(table, row)
    }
  }

  async transaction<T>(work: (tx: StoreTransaction) => T | Promise<T>, { signal }: WaitOptions = {}): Promise<T> {
    this.#work.refuse('transaction')
    return await this.#write(signal, async (session) => {
      const tx = new PostgresTransaction(session)
      // The work is not waited for when the signal aborts: what it still tries must be refused by then.
      const end = (): void => tx.end()
      signal?.addEventListener('abort', end, { once: true })
      try {
        return await this.#work.run(() => work(tx))
      } finally {
        tx.end()
        signal?.removeEventListener('abort', end)
      }
    })
  }

  async migrate({ signal }: WaitOptions = {}): Promise<MigrationResult> {
    this.#work.refuse('migrate')
    const applied: number[] = []
    let from: number | undefined
    for (;;) {
      // Looked at inside the transaction: another process may be migrating, too.
      const { version, pending } = await this.#write(signal, async (session) => {
        const state = await schemaState(session, this.location)
        const next = migrations()[state.version]
        if (next !== undefined) await applyMigration(session, next, Math.floor(this.#parts.clock.now()))
        return state
      })
      from ??= version
      if (pending[0] === undefined) return { from, to: version, applied }
      applied.push(pending[0])
    }
  }

  serverTime(options?: WaitOptions): Promise<number> {
    return this.#read('serverTime', (session) => session.number(SERVER_TIME), options)
  }

  async probe({ signal }: WaitOptions = {}): Promise<void> {
    this.#work.refuse('probe')
    const row = probeRow(this.#parts.clock.now())
    const rollback = new Error('rolled back')
    try {
      await this.#write(signal, async (session) => {
        await session.run(putSql('error_log'), encodeColumns('error_log', [row]))
        const { rows } = await session.query('SELECT error_message FROM error_log WHERE id = $1::uuid', [row.id])
        if (rows[0]?.[0] !== row.error_message) throw probeFailed(this.location)
        throw rollback
      })
    } catch (error) {
      if (error !== rollback) throw error
    }
  }

  async replicate(replica: Replica, { signal }: WaitOptions = {}): Promise<ReplicaResult> {
    this.#work.refuse('replicate')
    const checked = checkedReplica(replica)
    return await this.#write(signal, (session) => takeReplica(session, checked))
  }

  async prune(before: number, { signal }: WaitOptions = {}): Promise<PruneResult> {
    this.#work.refuse('prune')
    checkRetention(before, this.#parts.clock.now())
    return await this.#write(signal, async (session) => {
      await session.execUnlimited('SELECT')
      const { rows } = await session.query(PRUNE, [String(POSTGRES.bound(before))])
      return pruneResult(rows.map(([table, deleted]) => [table ?? '', Number(deleted)] as const))
    })
  }

  async reset({ signal }: WaitOptions = {}): Promise<void> {
    this.#work.refuse('reset')
    await this.#write(signal, async (session) => {
      const emptied = TABLE_NAMES.filter((table) => table !== 'schema_migrations')
      for (const table of emptied) await session.execUnlimited(`DELETE FROM ${table}`)
    })
  }

  async backup(): Promise<void> {
    throw new StoreError(
      `store ${this.location}: a PostgreSQL database is not copied to a file by this program`,
      { kind: 'misuse' },
      { hint: "Use pg_dump, or the backups of the database's host." },
    )
  }

  async close(): Promise<void> {
    this.#work.refuse('close')
    if (this.#closed) return
    this.#closed = true
    await this.#queue.run(() => this.#parts.connections.end())
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  /** Reads what is committed, on a connection of its own. */
  async #read<T>(
    method: string,
    read: (session: Session) => Promise<T>,
    { signal }: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<T> {
    this.#work.refuse(method)
    this.#refuseClosed()
    return await this.#parts.connections.use(read, signal)
  }

  /** Runs `work` in a transaction, one at a time among all processes. */
  async #write<T>(signal: AbortSignal | undefined, work: (session: Session) => Promise<T>): Promise<T> {
    this.#refuseClosed()
    const { connections, readOnly } = this.#parts
    if (readOnly) throw readOnlyStore(this.location)
    return await this.#queue.run(() => connections.transact(LOCK, work, signal), signal)
  }

  #refuseClosed(): void {
    if (this.#closed) throw closedStore(this.location)
  }
}
