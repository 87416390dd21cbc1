import type { BarSeries, Clock } from '@openpredict/market'

import { StoreError } from '../errors.ts'
import { probeFailed, probeRow } from '../internal/probe.ts'
import { closedStore, olderSchema, readOnlyStore } from '../internal/refusals.ts'
import { type CheckedReplica, checkedReplica } from '../internal/replica.ts'
import { checkRetention, pruneResult } from '../internal/retention.ts'
import { orAborted, SerialQueue } from '../internal/serial-queue.ts'
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
import { type TableName, tableOf } from '../tables.ts'
import { isMissingFunction } from './failures.ts'
import { instantText } from './instants.ts'
import { Lease, type LockOptions, whenUnlocked } from './lease.ts'
import { Overlay } from './overlay.ts'
import { replicatePlainly } from './plain-replica.ts'
import { countRows, endBar, historyVersion, lastCycle, readBars, readRows, streamRows } from './reads.ts'
import { replicaBody, replicaResultOf } from './replica-body.ts'
import type { Rest } from './rest.ts'
import { encodeRow } from './row-codec.ts'
import { schemaState } from './schema.ts'
import { SupabaseTransaction } from './supabase-transaction.ts'

/** What a `SupabaseStore` is made of. */
export interface SupabaseStoreParts extends LockOptions {
  readonly rest: Rest
  readonly clock: Clock
  readonly readOnly: boolean
  /** How long a transaction may keep others from writing after its process has gone, ms. */
  readonly leaseMs: number
}

/** A store in the database of a Supabase project, reached over its data API. */
export class SupabaseStore implements Store {
  readonly kind = 'supabase'
  readonly location: string
  readonly #parts: SupabaseStoreParts
  readonly #queue = new SerialQueue()
  readonly #work = new WorkScope()
  #overlay: Overlay | undefined
  #closed = false

  constructor(parts: SupabaseStoreParts) {
    this.#parts = parts
    this.location = parts.rest.location
  }

  readBars(query: BarQuery, { signal }: WaitOptions = {}): Promise<BarSeries> {
    return this.#read('readBars', (rest) => readBars(rest, query, signal))
  }

  readRows<T extends TableName>(table: T, query?: RowQuery, { signal }: WaitOptions = {}): Promise<readonly Row<T>[]> {
    return this.#read('readRows', (rest) => readRows(rest, table, query, signal))
  }

  countRows(table: TableName, instrument?: string, { signal }: WaitOptions = {}): Promise<number> {
    return this.#read('countRows', (rest) => countRows(rest, table, instrument, signal))
  }

  newestBar(instrument: string, { signal }: WaitOptions = {}): Promise<StoredBar | undefined> {
    return this.#read('newestBar', (rest) => endBar(rest, instrument, 'newest', signal))
  }

  oldestBar(instrument: string, { signal }: WaitOptions = {}): Promise<StoredBar | undefined> {
    return this.#read('oldestBar', (rest) => endBar(rest, instrument, 'oldest', signal))
  }

  historyVersion(instrument: string, { signal }: WaitOptions = {}): Promise<number> {
    return this.#read('historyVersion', (rest) => historyVersion(rest, instrument, signal))
  }

  lastCycle(instrument: string, { signal }: WaitOptions = {}): Promise<number> {
    return this.#read('lastCycle', (rest) => lastCycle(rest, instrument, signal))
  }

  schema({ signal }: WaitOptions = {}): Promise<SchemaState> {
    return this.#read('schema', (rest) => schemaState(rest, signal))
  }

  serverTime({ signal }: WaitOptions = {}): Promise<number> {
    return this.#read('serverTime', (rest) => rest.time(signal))
  }

  async *streamRows<T extends TableName>(
    table: T,
    query: Pick<RowQuery, 'instrument' | 'from' | 'to'> = {},
    options: StreamOptions = {},
  ): AsyncGenerator<Row<T>, void, undefined> {
    this.#work.refuse('streamRows')
    for await (const row of streamRows(this.#parts.rest, table, query, options)) {
      yield row
      this.#refuseClosed()
    }
  }

  async transaction<T>(work: (tx: StoreTransaction) => T | Promise<T>, { signal }: WaitOptions = {}): Promise<T> {
    this.#work.refuse('transaction')
    // Giving the lease back holds up those that wait, but not who has aborted.
    return await orAborted(
      this.#write((rest) => this.#transact(rest, work, signal), signal),
      signal,
    )
  }

  async migrate({ signal }: WaitOptions = {}): Promise<MigrationResult> {
    const { version, latest, pending } = await this.#read('migrate', (rest) => schemaState(rest, signal))
    if (pending.length > 0) throw cannotMigrate(this.location, version, latest)
    return { from: version, to: version, applied: [] }
  }

  async probe({ signal }: WaitOptions = {}): Promise<void> {
    this.#work.refuse('probe')
    await this.#write((rest) => probe(rest, this.#parts.clock.now(), signal), signal)
  }

  async replicate(replica: Replica, { signal }: WaitOptions = {}): Promise<ReplicaResult> {
    this.#work.refuse('replicate')
    const checked = checkedReplica(replica)
    return await this.#write((rest) => this.#replicate(rest, checked, signal), signal)
  }

  async prune(before: number, { signal }: WaitOptions = {}): Promise<PruneResult> {
    this.#work.refuse('prune')
    checkRetention(before, this.#parts.clock.now())
    return await this.#write(async (rest) => {
      const counts = await rest.call('prune_before', { before: instantText(before) }, signal)
      const list = counts as readonly { readonly table_name: string; readonly deleted: number }[]
      return pruneResult(list.map(({ table_name: table, deleted }) => [table, deleted] as const))
    }, signal)
  }

  async reset({ signal }: WaitOptions = {}): Promise<void> {
    this.#work.refuse('reset')
    await this.#write(async (rest) => {
      const reset = async (): Promise<true> => {
        await rest.call('openpredict_reset', {}, signal)
        return true
      }
      await whenUnlocked(rest, this.#parts, reset, signal)
    }, signal)
  }

  async backup(): Promise<void> {
    throw new StoreError(
      `store ${this.location}: a Supabase project is not copied to a file by this program`,
      { kind: 'misuse' },
      { hint: 'Use the backups of Supabase, or pg_dump with DATABASE_URL.' },
    )
  }

  async close(): Promise<void> {
    this.#work.refuse('close')
    if (this.#closed) return
    this.#closed = true
    await this.#queue.run(() => this.#overlay?.close())
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  async #transact<T>(
    rest: Rest,
    work: (tx: StoreTransaction) => T | Promise<T>,
    signal: AbortSignal | undefined,
  ): Promise<T> {
    const lease = new Lease(rest, this.#parts)
    return await this.#withOverlay(async (overlay) => {
      const tx = new SupabaseTransaction(rest, overlay, signal)
      // The work is not waited for when the signal aborts: what it still tries must be refused by then.
      const end = (): void => tx.end()
      signal?.addEventListener('abort', end, { once: true })
      let result: { readonly value: T } | undefined
      try {
        await lease.take(signal)
        const value = await orAborted(
          this.#work.run(() => work(tx)),
          signal,
        )
        tx.end()
        signal?.throwIfAborted()
        result = { value }
        if (!(await commit(rest, overlay, lease, signal))) await lease.giveBack()
        return value
      } catch (error) {
        // Whoever gives the lease back knows what has come of it, also where an answer was lost.
        const nothing = await lease.giveBack()
        if (result !== undefined && nothing === false) return result.value
        throw error
      } finally {
        tx.end()
        signal?.removeEventListener('abort', end)
      }
    })
  }

  async #replicate(rest: Rest, checked: CheckedReplica, signal: AbortSignal | undefined): Promise<ReplicaResult> {
    const body = { changes: replicaBody(checked) }
    try {
      const send = (): Promise<unknown> => rest.call('openpredict_replicate', body, signal)
      return replicaResultOf(await whenUnlocked(rest, this.#parts, send, signal))
    } catch (error) {
      if (!isMissingFunction(error)) throw error
      return await this.#withOverlay((overlay) => replicatePlainly(rest, overlay, checked, signal))
    }
  }

  async #withOverlay<T>(use: (overlay: Overlay) => Promise<T>): Promise<T> {
    this.#overlay ??= new Overlay()
    const overlay = this.#overlay
    overlay.begin()
    try {
      return await use(overlay)
    } finally {
      overlay.end()
    }
  }

  async #read<T>(method: string, read: (rest: Rest) => Promise<T>): Promise<T> {
    this.#work.refuse(method)
    this.#refuseClosed()
    return await read(this.#parts.rest)
  }

  /** Writes of a store go one after the other. */
  async #write<T>(write: (rest: Rest) => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    this.#refuseClosed()
    const { rest, readOnly } = this.#parts
    if (readOnly) throw readOnlyStore(this.location)
    return await this.#queue.run(() => write(rest), signal)
  }

  #refuseClosed(): void {
    if (this.#closed) throw closedStore(this.location)
  }
}

/** Sends what has changed; `false` when nothing has. */
async function commit(rest: Rest, overlay: Overlay, lease: Lease, signal: AbortSignal | undefined): Promise<boolean> {
  const changes = overlay.changes()
  if (changes.rows.length === 0 && changes.removed.length === 0) return false
  const body = replicaBody({ ...changes, expected: overlay.expected() })
  await rest.call('openpredict_replicate', { changes: body, lease: lease.id }, signal)
  lease.isUsed()
  return true
}

/** Writes a row, reads it back and removes it. */
async function probe(rest: Rest, now: number, signal: AbortSignal | undefined): Promise<void> {
  const row = probeRow(now)
  const onConflict = tableOf('error_log').key.join(',')
  await rest.send(
    rest.table('error_log').upsert([encodeRow('error_log', row)], { onConflict, defaultToNull: false }),
    signal,
  )
  const [found] = await rest.rows(rest.table('error_log').select('error_message').eq('id', row.id).limit(1), signal)
  await rest.send(rest.table('error_log').delete().eq('id', row.id), signal)
  if (found?.['error_message'] !== row.error_message) throw probeFailed(rest.location)
}

/** Migrations are pending, and a key runs none. */
export function cannotMigrate(location: string, found: number, latest: number): StoreError {
  const { message, failure } = olderSchema(location, found, latest)
  return new StoreError(message, failure, {
    hint: 'A key of Supabase cannot change tables: run openpredict db migrate with DATABASE_URL.',
  })
}
