import type { Clock } from '@openpredict/market'

import { StoreError } from './errors.ts'
import type { Store } from './store.ts'

/** Options of `openStore`. */
export interface OpenStoreOptions {
  /** Stamps migrations and paces the wait for a locked database. Real time, also where market time is scaled. */
  readonly clock: Clock
  /** Opens what is there and refuses every write. @default false */
  readonly readOnly?: boolean
  /**
   * Brings the tables up to date. Otherwise tables of an older program are left as they are, to be looked at with
   * `schema`; a store opened only for reading refuses them unless this is `false`. @default true
   */
  readonly migrate?: boolean
  /** The key of a Supabase project: of `service_role`, or a secret key. Only for `supabase:` URLs. */
  readonly supabaseKey?: string
}

const KNOWN =
  'expected sqlite:PATH, for example sqlite:openpredict.sqlite, or sqlite::memory:, or postgres://USER:PASSWORD@HOST/DATABASE, or supabase:https://PROJECT.supabase.co'

/**
 * Opens the store that a URL names; its driver is loaded when it is needed.
 *
 * `sqlite:PATH` is a file, relative to the current folder or absolute, made with its folders when it is not there;
 * `sqlite::memory:` vanishes when it is closed. `postgres://USER:PASSWORD@HOST/DATABASE` (or `postgresql://`) is a
 * database on a server; `pg` must be installed. `supabase:https://PROJECT.supabase.co` is a project reached over HTTP, with
 * `supabaseKey`; `@supabase/supabase-js` must be installed. Rejects with a `StoreError`: `bad-url` for anything else, and what the
 * driver finds wrong.
 *
 * @example
 * ```ts
 * const store = await openStore('sqlite::memory:', { clock: createManualClock(0) })
 * await store.countRows('ohlc_data') // => 0
 * await store.close()
 * ```
 */
export async function openStore(url: string, options: OpenStoreOptions): Promise<Store> {
  const [, scheme = '', rest = ''] = /^([a-z][a-z0-9+.-]*):(.*)$/is.exec(url) ?? []
  if (scheme.toLowerCase() === 'sqlite' && isPath(rest)) {
    const { createSqliteStore } = await import('./sqlite/index.ts')
    return await createSqliteStore({ ...options, path: rest })
  }
  if (/^postgres(ql)?$/i.test(scheme)) {
    const { createPostgresStore } = await import('./postgres/index.ts')
    return await createPostgresStore({ ...options, url })
  }
  if (scheme.toLowerCase() === 'supabase') {
    const { createSupabaseStore } = await import('./supabase/index.ts')
    const { supabaseKey: key = '', ...others } = options
    return await createSupabaseStore({ ...others, url, key })
  }
  const known = scheme.toLowerCase() === 'sqlite'
  const found = known ? 'a store URL whose path cannot be used' : scheme === '' ? 'no store URL' : `a ${scheme} store`
  throw new StoreError(
    `${found}: ${KNOWN}`,
    { kind: 'bad-url', scheme: scheme.toLowerCase() },
    {
      hint: 'Give the store as sqlite:PATH, postgres://USER:PASSWORD@HOST/DATABASE or supabase:https://PROJECT.supabase.co.',
    },
  )
}

/** `sqlite://host/…` is no path of ours; `sqlite:///absolute` is one that people write. */
function isPath(rest: string): boolean {
  return rest !== '' && !rest.includes('\0') && (!rest.startsWith('//') || rest.startsWith('///'))
}
