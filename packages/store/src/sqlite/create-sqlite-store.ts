import { resolve } from 'node:path'

import { olderSchema } from '../internal/refusals.ts'
import type { OpenStoreOptions } from '../open-store.ts'
import type { Store } from '../store.ts'
import { Connection } from './connection.ts'
import { inspectFile, notFound } from './database-file.ts'
import { whenFree } from './lock-wait.ts'
import { LATEST } from './migrations.ts'
import { openWriter } from './open-writer.ts'
import { SqliteStore } from './sqlite-store.ts'

/** Options of `createSqliteStore`. */
export interface SqliteStoreOptions extends OpenStoreOptions {
  /** A file, relative to the current folder or absolute, or `:memory:`. */
  readonly path: string
  /** How long to wait while another process writes, in ms of `clock`. @default 5_000 */
  readonly lockTimeoutMs?: number
  /** The most pages (of 4 KiB) that the database may have; a write beyond them fails as on a full disk. @default unlimited */
  readonly maxPages?: number
}

const MEMORY = ':memory:'

/**
 * Opens a store in a SQLite file, or in memory.
 *
 * The file is in WAL mode: one process writes, any number read meanwhile. A transaction that has been committed is on
 * the disk (`synchronous=FULL`). A new file is made with its folders. A file of another program is refused and not
 * touched. Rejects with a `StoreError`.
 *
 * @example
 * ```ts
 * import { createSqliteStore } from '@openpredict/store/sqlite'
 *
 * const store = await createSqliteStore({ path: ':memory:', clock: createManualClock(0) })
 * store.location // => ':memory:'
 * await store.close()
 * ```
 */
export async function createSqliteStore(options: SqliteStoreOptions): Promise<Store> {
  return await openSqlite(options)
}

/** The same, for what this package builds on it. */
export async function openSqlite(options: SqliteStoreOptions): Promise<SqliteStore> {
  const { clock, readOnly = false, migrate = true, lockTimeoutMs = 5_000, maxPages } = options
  const path = options.path === MEMORY ? MEMORY : resolve(options.path)
  const inMemory = path === MEMORY
  if (inMemory && readOnly) throw notFound(path)
  if (!inMemory) await inspectFile(path, { readOnly })
  const wait = { clock, location: path, timeoutMs: lockTimeoutMs }
  const writer = readOnly ? undefined : await whenFree(() => openWriter(path, maxPages), wait)
  const openReader = inMemory ? undefined : () => new Connection({ path, readOnly: true })
  const store = new SqliteStore({ writer, openReader, location: path, clock, lockTimeoutMs })
  try {
    const { version, pending } = await store.schema()
    if (pending.length > 0 && migrate) {
      if (writer === undefined) throw olderSchema(path, version, LATEST)
      await store.migrate()
    }
    return store
  } catch (error) {
    await store.close()
    throw error
  }
}
