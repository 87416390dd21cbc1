import { StoreError } from '../errors.ts'
import { openStore, type OpenStoreOptions } from '../open-store.ts'
import type { Store } from '../store.ts'

/** A store to which rows are delivered. */
export interface RemoteStore {
  /** Names it, also while it is away, and is safe to print: rows that wait for another one are not for this. */
  readonly location: string
  /** Opens it; tried again later when it rejects. */
  open(): Promise<Store>
}

/**
 * The store of a URL as one to deliver to. Nothing is opened yet. Rejects with a `StoreError` of kind `bad-url` for a
 * URL that names no remote store.
 *
 * @example
 * ```ts
 * import { remoteStore } from '@openpredict/store/delivery'
 *
 * const remote = await remoteStore('postgres://me:secret@db.example/market', { clock: createManualClock(0) })
 * remote.location // => 'postgres://db.example:5432/market'
 * ```
 */
export async function remoteStore(url: string, options: OpenStoreOptions): Promise<RemoteStore> {
  const location = await locationOf(url)
  return { location, open: () => openStore(url, options) }
}

/** Whether a URL names a store that is not a file here. */
export function isRemoteUrl(url: string): boolean {
  return /^(postgres(ql)?|supabase):/i.test(url)
}

async function locationOf(url: string): Promise<string> {
  if (/^postgres(ql)?:/i.test(url)) {
    const { parseConnectionUrl } = await import('../postgres/connection-url.ts')
    return parseConnectionUrl(url).location
  }
  const project = /^supabase:(.*)$/is.exec(url)?.[1]
  const host = project === undefined ? undefined : URL.parse(project)
  if (host?.protocol === 'https:' || host?.protocol === 'http:') return `supabase:${host.origin}`
  throw new StoreError(
    'a store to deliver to: expected postgres://USER:PASSWORD@HOST/DATABASE or supabase:https://PROJECT.supabase.co',
    { kind: 'bad-url', scheme: /^([a-z][a-z0-9+.-]*):/i.exec(url)?.[1]?.toLowerCase() ?? '' },
    { hint: 'Give the URL of a remote store.' },
  )
}
