import { resolve } from 'node:path'

import type { Clock } from '@openpredict/market'

import type { StoreError } from '../errors.ts'
import { openSqlite } from '../sqlite/create-sqlite-store.ts'
import { deliveryState, markFor } from '../sqlite/marks.ts'
import type { SqliteStore } from '../sqlite/sqlite-store.ts'
import type { Store } from '../store.ts'
import { damageOf, putAside } from './damage.ts'
import type { DeliveryEvent } from './events.ts'
import { fillFrom } from './fill.ts'
import { MirroredStore } from './mirrored-store.ts'
import type { RemoteStore } from './remote-store.ts'

/** Options of `openMirror`. */
export interface MirrorOptions {
  /** The local SQLite file, relative to the current folder or absolute; made when it is not there. */
  readonly path: string
  /** Where its rows are delivered to. */
  readonly remote: RemoteStore
  /** Real time. */
  readonly clock: Clock
  /** Told of what people should hear. @default nobody */
  readonly onEvent?: (event: DeliveryEvent) => void
  /** The most rows in one transaction of the remote store. @default 500 for Supabase, 2_000 for others */
  readonly batchRows?: number
  /** Of 0 to 1, such as `Math.random`: spreads the pauses after failures, for many that lost the same server. @default no spread */
  readonly random?: () => number
  /** How long to wait while another process writes the file, ms. @default 5_000 */
  readonly lockTimeoutMs?: number
  /** The most pages (of 4 KiB) that the file may have. @default unlimited */
  readonly maxPages?: number
}

/**
 * Opens a local store whose rows are delivered to a remote one: everything is read and written here, and sent as soon as
 * the remote store takes it. Rows that wait, wait in the file.
 *
 * - Every change marks its row in the same transaction. A mark goes when the remote store has confirmed that state of
 *   the row; so nothing is lost when either side or the way between them breaks at any moment, and nothing is doubled.
 * - The newest rows go first, in bounded batches, each a transaction there.
 * - A row that the remote store refuses is set aside with what was said about it; the others go on.
 * - The file is read to its last byte when it is opened. A damaged one is put aside and made anew from the remote store;
 *   so is one that is damaged or deleted later. What had not been delivered comes from the source again.
 * - A new file is filled from the remote store first, for which that must be in reach; later it may be away for days.
 *
 * Rejects with a `StoreError`.
 *
 * @example
 * ```js
 * import { openMirror, remoteStore } from '@openpredict/store/delivery'
 *
 * const remote = await remoteStore('postgres://me:secret@localhost/market', { clock })
 * const store = await openMirror({ path: 'mirror.sqlite', remote, clock, onEvent: console.error })
 * await store.transaction((tx) => tx.putBars('NQ=F', bars, { source: 'mine', ingestedAt: clock.now() }))
 * await store.drain() // the bars are in both
 * await store.close()
 * ```
 */
export async function openMirror(options: MirrorOptions): Promise<MirroredStore> {
  const { remote, clock, batchRows, random, onEvent = () => {} } = options
  const path = resolve(options.path)
  const store = new MirroredStore({
    path,
    remote,
    clock,
    batchRows,
    random,
    onEvent,
    open: (opened, damaged) => openLocal({ ...options, path, onEvent, opened, damaged }),
  })
  try {
    await store.start()
    return store
  } catch (error) {
    await store.close()
    throw error
  }
}

const LOCK_TIMEOUT = 5_000

/** What opening the file needs. */
interface LocalOptions extends MirrorOptions {
  readonly onEvent: (event: DeliveryEvent) => void
  readonly opened: () => Promise<Store>
  readonly damaged: StoreError | undefined
}

async function openLocal(options: LocalOptions): Promise<SqliteStore> {
  const { path, remote, clock, damaged, opened, onEvent } = options
  const isGone = damaged?.failure.kind === 'not-found'
  if (isGone) onEvent({ kind: 'damaged', path, aside: undefined, message: damaged.message })
  const isOurs = damaged !== undefined && !isGone
  const problem = await damageOf(path, { clock, timeoutMs: options.lockTimeoutMs ?? LOCK_TIMEOUT, isOurs })
  if (problem !== undefined) {
    const aside = await putAside(path, clock.now())
    onEvent({ kind: 'damaged', path, aside, message: problem.message })
  }
  const local = await openSqlite(options)
  try {
    await local.writeWith(undefined, (connection) => markFor(connection, remote.location))
    const state = await local.readWith('open', deliveryState)
    if (state?.filled !== true) await fill(local, await opened(), options)
    return local
  } catch (error) {
    await local.close()
    throw error
  }
}

async function fill(local: SqliteStore, remote: Store, { clock, onEvent }: LocalOptions): Promise<void> {
  const started = clock.now()
  const rows = await fillFrom(remote, local)
  if (rows > 0) onEvent({ kind: 'filled', rows, durationMs: clock.now() - started })
}
