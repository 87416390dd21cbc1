import { statSync } from 'node:fs'

import type { BarSeries } from '@openpredict/market'

import { StoreError } from '../errors.ts'
import { closedStore } from '../internal/refusals.ts'
import { SerialQueue } from '../internal/serial-queue.ts'
import type { Row } from '../rows.ts'
import { deliveryState, type DeliveryState } from '../sqlite/marks.ts'
import type { SqliteStore } from '../sqlite/sqlite-store.ts'
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
import type { TableName } from '../tables.ts'
import { Deliverer, type DelivererParts, type DeliveryReport } from './deliverer.ts'

/** Failures of the local file after which it is read to its last byte. */
const SUSPICIOUS: readonly StoreError['failure']['kind'][] = ['corrupt', 'not-a-database', 'io']

/** Delivery as the owner of a mirror sees it. */
export interface Delivery {
  /** How it stands. */
  status(options?: WaitOptions): Promise<DeliveryState>
  /** Delivers everything that waits. Rejects when the remote store fails; what it has confirmed by then stays so. */
  drain(options?: WaitOptions): Promise<DeliveryReport>
}

/** What a `MirroredStore` is made of. */
export interface MirrorParts extends Omit<DelivererParts, 'local' | 'onLocalFailure'> {
  readonly path: string
  /** Opens the file, or makes one and fills it; `damaged` is what was found wrong with the one before. */
  readonly open: (remote: () => Promise<Store>, damaged?: StoreError) => Promise<SqliteStore>
}

/** A local store whose rows are delivered to another one, as soon as it takes them. */
export class MirroredStore implements Store, Delivery {
  readonly kind = 'mirror'
  readonly location: string
  readonly #parts: MirrorParts
  readonly #deliverer: Deliverer
  readonly #repairs = new SerialQueue()
  #local: SqliteStore | undefined
  /** What tells the file apart from another one of its name. */
  #identity = ''
  #damaged: StoreError | undefined
  #closed = false

  constructor(parts: MirrorParts) {
    this.#parts = parts
    this.location = `${parts.remote.location} by way of ${parts.path}`
    this.#deliverer = new Deliverer({
      ...parts,
      local: () => this.#ready(),
      onLocalFailure: (local, error) => this.#suspect(local, error),
    })
  }

  /** Opens the file. */
  async start(): Promise<void> {
    await this.#ready()
    this.#deliverer.wake()
  }

  async status(options: WaitOptions = {}): Promise<DeliveryState> {
    const state = await this.#on((local) => local.readWith('status', deliveryState, options))
    if (state === undefined) throw new TypeError('a mirror marks its rows')
    return state
  }

  drain(options?: WaitOptions): Promise<DeliveryReport> {
    return this.#on((local) => {
      local.refuse('drain')
      return this.#deliverer.drain(options)
    })
  }

  readBars(query: BarQuery, options?: WaitOptions): Promise<BarSeries> {
    return this.#on((local) => local.readBars(query, options))
  }

  readRows<T extends TableName>(table: T, query?: RowQuery, options?: WaitOptions): Promise<readonly Row<T>[]> {
    return this.#on((local) => local.readRows(table, query, options))
  }

  countRows(table: TableName, instrument?: string, options?: WaitOptions): Promise<number> {
    return this.#on((local) => local.countRows(table, instrument, options))
  }

  newestBar(instrument: string, options?: WaitOptions): Promise<StoredBar | undefined> {
    return this.#on((local) => local.newestBar(instrument, options))
  }

  oldestBar(instrument: string, options?: WaitOptions): Promise<StoredBar | undefined> {
    return this.#on((local) => local.oldestBar(instrument, options))
  }

  historyVersion(instrument: string, options?: WaitOptions): Promise<number> {
    return this.#on((local) => local.historyVersion(instrument, options))
  }

  lastCycle(instrument: string, options?: WaitOptions): Promise<number> {
    return this.#on((local) => local.lastCycle(instrument, options))
  }

  schema(options?: WaitOptions): Promise<SchemaState> {
    return this.#on((local) => local.schema(options))
  }

  migrate(options?: WaitOptions): Promise<MigrationResult> {
    return this.#on((local) => local.migrate(options))
  }

  probe(options?: WaitOptions): Promise<void> {
    return this.#on((local) => local.probe(options))
  }

  /** Of the local file; the remote store has backups of its own. */
  backup(path: string, options?: WaitOptions): Promise<void> {
    return this.#on((local) => local.backup(path, options))
  }

  async *streamRows<T extends TableName>(
    table: T,
    query?: Pick<RowQuery, 'instrument' | 'from' | 'to'>,
    options?: StreamOptions,
  ): AsyncGenerator<Row<T>, void, undefined> {
    const local = await this.#ready()
    try {
      yield* local.streamRows(table, query, options)
    } catch (error) {
      this.#suspect(local, error)
      throw error
    }
  }

  transaction<T>(work: (tx: StoreTransaction) => T | Promise<T>, options?: WaitOptions): Promise<T> {
    return this.#writing((local) => local.transaction(work, options))
  }

  replicate(replica: Replica, options?: WaitOptions): Promise<ReplicaResult> {
    return this.#writing((local) => local.replicate(replica, options))
  }

  /** Of the local file only, as `reset`: what is to go from the remote store is for its own retention to say. */
  prune(before: number, options?: WaitOptions): Promise<PruneResult> {
    return this.#on((local) => local.prune(before, options))
  }

  reset(options?: WaitOptions): Promise<void> {
    return this.#on((local) => local.reset(options))
  }

  /** Ends delivery where it is: what waits goes on waiting in the file. */
  async close(): Promise<void> {
    this.#local?.refuse('close')
    if (this.#closed) return
    this.#closed = true
    await this.#deliverer.stop()
    await this.#repairs.run(() => this.#local?.close())
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  async #writing<T>(work: (local: SqliteStore) => Promise<T>): Promise<T> {
    const result = await this.#on(work)
    this.#deliverer.wake()
    return result
  }

  async #on<T>(work: (local: SqliteStore) => Promise<T>): Promise<T> {
    const local = await this.#ready()
    try {
      return await work(local)
    } catch (error) {
      this.#suspect(local, error)
      throw error
    }
  }

  /** Has the file looked into before the next call, if what it said may mean that it is damaged. */
  #suspect(local: SqliteStore, error: unknown): void {
    if (local !== this.#local || !local.threw(error)) return
    if (error instanceof StoreError && SUSPICIOUS.includes(error.failure.kind)) this.#damaged = error
  }

  /** The local store, repaired if need be. */
  async #ready(): Promise<SqliteStore> {
    if (this.#closed) throw closedStore(this.location)
    // Within a transaction there is no repairing: it would wait for itself.
    if (this.#local?.isInWork === true) return this.#local
    if (this.#local !== undefined && this.#isSound) return this.#local
    return await this.#repairs.run(async () => {
      if (this.#closed) throw closedStore(this.location)
      if (this.#local !== undefined && this.#isSound) return this.#local
      const { path, open } = this.#parts
      const before = this.#local
      const problem = this.#damaged ?? (before === undefined ? undefined : goneFile(path))
      // Should the next one not be had yet, then the time after is like the first.
      this.#local = undefined
      await before?.close().catch(() => undefined)
      this.#local = await open(() => this.#deliverer.remote(), problem)
      this.#damaged = undefined
      this.#identity = identityOf(path)
      return this.#local
    })
  }

  get #isSound(): boolean {
    return this.#damaged === undefined && identityOf(this.#parts.path) === this.#identity
  }
}

/** Which file has a name now. */
function identityOf(path: string): string {
  const found = statSync(path, { throwIfNoEntry: false })
  return found === undefined ? 'none' : `${found.dev}:${found.ino}`
}

function goneFile(path: string): StoreError {
  return new StoreError(
    `store ${path}: the file was deleted or replaced`,
    { kind: 'not-found' },
    { hint: 'Leave the file alone while it is in use.' },
  )
}
