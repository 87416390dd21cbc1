import type { OpenStoreOptions } from '../open-store.ts'
import { olderSchema } from '../internal/refusals.ts'
import type { Store } from '../store.ts'
import { Connections } from './connections.ts'
import { parseConnectionUrl } from './connection-url.ts'
import { loadPg } from './load-pg.ts'
import { PostgresStore } from './postgres-store.ts'

/** Options of `createPostgresStore`. */
export interface PostgresStoreOptions extends OpenStoreOptions {
  /** `postgres://user:password@host:5432/database`, with `sslmode` and `sslrootcert` as `psql` knows them. */
  readonly url: string
  /** How long to wait while another process writes, ms; 0 does not wait. @default 5_000 */
  readonly lockTimeoutMs?: number
  /**
   * The longest that one statement may run on the server, ms; 0 for any time. Migrations and `reset` have no limit.
   * @default 30_000
   */
  readonly statementTimeoutMs?: number
  /** How long to wait for a connection, ms. @default 10_000 */
  readonly connectTimeoutMs?: number
  /** The most connections: one writes, the others read. @default 4 */
  readonly maxConnections?: number
  /** Whether statements are prepared on a connection, which spares the server planning them each time. @default true */
  readonly prepare?: boolean
}

/**
 * Opens a store in a PostgreSQL database (14 or later), Supabase's included; `pg` must be installed.
 *
 * Transactions of all processes run one after the other, as in a SQLite file: each holds an advisory lock until it has
 * ended. Reads go on beside them. Without `sslmode` in the URL, connections that leave this machine are encrypted.
 * A pooler must keep a session on one connection (Supabase's session pooler, port 5432): transaction poolers are not
 * supported, and their usual port 6543 is refused.
 * Rejects with a `StoreError`; user, password and parameters of the URL are in no message.
 *
 * @example
 * ```js
 * import { createPostgresStore } from '@openpredict/store/postgres'
 *
 * const store = await createPostgresStore({ url: 'postgres://me:secret@localhost/market', clock })
 * store.location // => 'postgres://localhost:5432/market'
 * await store.close()
 * ```
 */
export async function createPostgresStore(options: PostgresStoreOptions): Promise<Store> {
  const { url, clock, readOnly = false, migrate = true, lockTimeoutMs = 5_000, statementTimeoutMs = 30_000 } = options
  const { connectTimeoutMs = 10_000, maxConnections = 4, prepare = true } = options
  const target = parseConnectionUrl(url)
  const connections = new Connections({
    pg: await loadPg(),
    target,
    clock,
    readOnly,
    // A transaction that is aborted needs a second connection to be taken back.
    maxConnections: Math.max(2, maxConnections),
    connectTimeoutMs,
    statementTimeoutMs,
    lockTimeoutMs,
    prepare,
  })
  const store = new PostgresStore({ connections, location: target.location, clock, readOnly })
  try {
    const { version, latest, pending } = await store.schema()
    if (pending.length > 0 && migrate) {
      if (readOnly) throw olderSchema(target.location, version, latest)
      await store.migrate()
    }
    return store
  } catch (error) {
    await store.close()
    throw error
  }
}
