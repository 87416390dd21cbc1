import { StoreError } from '../errors.ts'

/** The address of a project. */
export interface ProjectUrl {
  /** `https://PROJECT.supabase.co`, without anything behind it. */
  readonly url: string
  /** The same as a store's location: `supabase:https://PROJECT.supabase.co`. */
  readonly location: string
}

/**
 * Reads the URL of a project, with `supabase:` before it or without. Throws a `StoreError` of kind `bad-url` for
 * anything else: a path, a user, another protocol; without encryption only on this machine.
 *
 * @example
 * ```js
 * parseProjectUrl('supabase:https://abc.supabase.co/').url // => 'https://abc.supabase.co'
 * ```
 */
export function parseProjectUrl(text: string): ProjectUrl {
  const address = text.trim().replace(/^supabase:/i, '')
  let url: URL
  try {
    url = new URL(address)
  } catch {
    throw badUrl('it is no URL')
  }
  const { protocol, username, password, pathname, search, hash, hostname, origin } = url
  if (protocol !== 'https:' && protocol !== 'http:') throw badUrl('it begins with neither https: nor http:')
  if (username !== '' || password !== '') throw badUrl('it holds a user or a password')
  if (!['/', '/rest/v1', '/rest/v1/'].includes(pathname) || search !== '' || hash !== '') {
    throw badUrl('there is more behind the host')
  }
  if (protocol === 'http:' && !isLocal(hostname)) throw badUrl('without encryption the key could be read on its way')
  return { url: origin, location: `supabase:${origin}` }
}

function isLocal(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname)
}

function badUrl(why: string): StoreError {
  return new StoreError(
    `a supabase store whose URL cannot be used: ${why}`,
    { kind: 'bad-url', scheme: 'supabase' },
    { hint: 'Give the store as supabase:https://PROJECT.supabase.co, and the key as SUPABASE_KEY.' },
  )
}
