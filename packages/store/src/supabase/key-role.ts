/**
 * Whom a key lets in: the roles of a Supabase project, or, of the newer kind of key, `publishable` (which stands for
 * `anon`) and `secret` (which stands for `service_role`).
 */
export type KeyRole = 'anon' | 'authenticated' | 'service_role' | 'publishable' | 'secret'

const ROLES: readonly string[] = ['anon', 'authenticated', 'service_role']

/**
 * What a key says of itself; `undefined` when it says nothing that is known. Nothing is verified: only the server can.
 *
 * @example
 * ```js
 * roleOfKey('sb_secret_N7UND0UgjKTVK') // => 'secret'
 * roleOfKey('not a key') // => undefined
 * ```
 */
export function roleOfKey(key: string): KeyRole | undefined {
  if (key.startsWith('sb_publishable_')) return 'publishable'
  if (key.startsWith('sb_secret_')) return 'secret'
  const [, payload, signature] = key.split('.')
  if (payload === undefined || signature === undefined) return undefined
  try {
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as { readonly role?: unknown } | null
    const role = claims?.role
    return typeof role === 'string' && ROLES.includes(role) ? (role as KeyRole) : undefined
  } catch {
    return undefined
  }
}

/**
 * Whether a key can never write the tables of this program, whatever else it may.
 *
 * @example
 * ```js
 * cannotWrite('publishable') // => true
 * cannotWrite(undefined) // => false
 * ```
 */
export function cannotWrite(role: KeyRole | undefined): boolean {
  return role === 'anon' || role === 'publishable' || role === 'authenticated'
}
