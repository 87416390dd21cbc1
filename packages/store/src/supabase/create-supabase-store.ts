import { StoreError } from '../errors.ts'
import type { OpenStoreOptions } from '../open-store.ts'
import type { Store } from '../store.ts'
import { roleOfKey } from './key-role.ts'
import { loadSupabase } from './load-supabase.ts'
import { parseProjectUrl } from './project-url.ts'
import { Rest } from './rest.ts'
import { cannotMigrate, SupabaseStore } from './supabase-store.ts'

/** Options of `createSupabaseStore`. */
export interface SupabaseStoreOptions extends Omit<OpenStoreOptions, 'supabaseKey'> {
  /** `https://PROJECT.supabase.co`, with `supabase:` before it or without. */
  readonly url: string
  /** A `service_role` or secret key to write; one of a signed-in user to read. */
  readonly key: string
  /** Sends requests. @default the global one */
  readonly fetch?: typeof fetch
  /** Of 0 to 1, 1 not included: spreads what is sent again. @default Math.random */
  readonly random?: () => number
  /** How long to wait while another program writes, ms; 0 does not wait. @default 5_000 */
  readonly lockTimeoutMs?: number
  /** How long one request may take, ms. Pruning and `reset` may take ten minutes. @default 30_000 */
  readonly requestTimeoutMs?: number
  /** How often a request that failed on its way is sent again. @default 3 */
  readonly retries?: number
  /** The longest pause before it is sent again for the first time, ms; it doubles from time to time. @default 200 */
  readonly retryBaseMs?: number
  /** The longest pause of all, ms. @default 5_000 */
  readonly retryMaxMs?: number
  /** The longest pause that the server may ask for, ms; for longer ones nobody waits. @default 10_000 */
  readonly retryAfterMaxMs?: number
  /** How long a transaction keeps others from writing when its process dies, ms. @default 15_000 */
  readonly leaseMs?: number
}

/** How long the server may take to go over whole tables, ms: as the functions in the migrations have it. */
const LONG_TIMEOUT = 600_000

/**
 * Opens a store in the database of a Supabase project, over its data API; `@supabase/supabase-js` must be installed.
 *
 * For small, frequent writes: `replicate` is one request. A transaction works on the rows that it touches in memory and
 * sends what has changed as one request; transactions of all programs that write over HTTP go one after the other. A
 * key runs no migrations: where some are pending, this rejects with `older-schema`, unless `migrate` is `false`.
 * Rejects with a `StoreError`; the key is in no message.
 *
 * @example
 * ```js
 * import { createSupabaseStore } from '@openpredict/store/supabase'
 *
 * const store = await createSupabaseStore({ url: 'https://abc.supabase.co', key: process.env.SUPABASE_KEY, clock })
 * store.location // => 'supabase:https://abc.supabase.co'
 * await store.close()
 * ```
 */
export async function createSupabaseStore(options: SupabaseStoreOptions): Promise<Store> {
  const { key, clock, readOnly = false, migrate = true, random = Math.random, lockTimeoutMs = 5_000 } = options
  const { requestTimeoutMs = 30_000, retries = 3, retryBaseMs = 200, retryMaxMs = 5_000 } = options
  const { retryAfterMaxMs = 10_000, leaseMs = 15_000 } = options
  const { url, location } = parseProjectUrl(options.url)
  if (!/^[\x21-\x7e]+$/.test(key)) throw noKey(location, key === '')
  const rest = new Rest({
    supabase: await loadSupabase(),
    fetch: options.fetch ?? fetch,
    url,
    location,
    key,
    role: roleOfKey(key),
    clock,
    random,
    requestTimeoutMs,
    longTimeoutMs: Math.max(requestTimeoutMs, LONG_TIMEOUT),
    retries,
    retryBaseMs,
    retryMaxMs,
    retryAfterMaxMs,
  })
  const store = new SupabaseStore({ rest, clock, random, readOnly, lockTimeoutMs, leaseMs })
  const { version, latest, pending } = await store.schema()
  if (pending.length > 0 && migrate) throw cannotMigrate(location, version, latest)
  return store
}

function noKey(location: string, isEmpty: boolean): StoreError {
  return new StoreError(
    `store ${location}: ${isEmpty ? 'its key is missing' : 'its key holds characters that no key has'}`,
    { kind: 'auth' },
    { hint: 'Give the service_role key or a secret key of the project as SUPABASE_KEY.' },
  )
}
