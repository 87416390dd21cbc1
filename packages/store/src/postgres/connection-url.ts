import { readFileSync } from 'node:fs'

import { StoreError, type StoreErrorOptions } from '../errors.ts'
import type { PgTarget, PgTls } from './pg-types.ts'

/** A PostgreSQL URL, read. */
export interface ConnectionTarget extends PgTarget {
  /** Safe to print: without user, password and parameters. */
  readonly location: string
}

/** Where Supabase and others have the pooler that gives every transaction another connection. */
const TRANSACTION_POOLER = 6_543

const MODES = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'] as const
type SslMode = (typeof MODES)[number]

/**
 * Reads `postgres://user:password@host:port/database?sslmode=…&sslrootcert=…`.
 *
 * Without `sslmode` a connection to this machine is plain, any other encrypted. Modes mean what they mean to `psql`:
 * `require` encrypts and believes any certificate, unless `sslrootcert` says whose to believe; `verify-ca` believes
 * known issuers, `verify-full` also wants the server's name. Throws a `StoreError` of kind `bad-url`, which repeats
 * nothing of the URL but its scheme; also for port 6543, as a transaction pooler cannot be used: what is set for a
 * session would reach whoever is given its connection next.
 */
export function parseConnectionUrl(text: string): ConnectionTarget {
  const url = URL.parse(text)
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(text)?.[1]?.toLowerCase() ?? ''
  if (url === null || !['postgres', 'postgresql'].includes(scheme)) {
    throw badUrl(scheme, 'no PostgreSQL URL, or a special character in user or password is not percent-encoded')
  }
  // A password with a slash that is not encoded ends the host early: the rest of it would be the database's name.
  if (/@|\/.*\//.test(url.pathname)) {
    throw badUrl(scheme, 'a special character in user, password or database is not percent-encoded')
  }
  const host = decoded(scheme, url.searchParams.get('host') ?? url.hostname).replace(/^\[|\]$/g, '') || 'localhost'
  const user = decoded(scheme, url.username) || 'postgres'
  const password = decoded(scheme, url.password) || (url.searchParams.get('password') ?? '')
  const database = decoded(scheme, url.pathname.slice(1)) || user
  const port = url.port === '' ? 5_432 : Number(url.port)
  if (port === TRANSACTION_POOLER) {
    throw badUrl(scheme, `port ${port} is that of a transaction pooler, which is not supported`, {
      hint: 'Give the session pooler or the direct connection, both on port 5432.',
    })
  }
  const shownHost = host.includes(':') ? `[${host}]` : host
  return {
    host,
    port,
    database,
    user,
    ...(password === '' ? {} : { password }),
    ssl: tlsOf(scheme, host, url.searchParams),
    location: `postgres://${host.startsWith('/') ? 'localhost' : shownHost}:${port}/${database}`,
  }
}

function tlsOf(scheme: string, host: string, parameters: URLSearchParams): false | PgTls {
  const mode = (parameters.get('sslmode') ?? 'prefer') as SslMode
  if (!MODES.includes(mode)) throw badUrl(scheme, `sslmode is not one of ${MODES.join(', ')}`)
  if (mode === 'disable' || ((mode === 'prefer' || mode === 'allow') && isLocal(host))) return false
  const root = parameters.get('sslrootcert')
  const ca = root === null || root === 'system' ? {} : { ca: certificate(scheme, root) }
  const verified = mode === 'verify-full' || mode === 'verify-ca' || root !== null
  if (!verified) return { rejectUnauthorized: false, ...ca }
  if (mode === 'verify-full' || root === 'system') return { rejectUnauthorized: true, ...ca }
  return { rejectUnauthorized: true, ...ca, checkServerIdentity: () => undefined }
}

/** Whether the way to a host leaves this machine. */
function isLocal(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('/') || /^127(\.\d{1,3}){3}$/.test(host)
}

function certificate(scheme: string, path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw badUrl(scheme, 'the file that sslrootcert names cannot be read', { cause })
  }
}

function decoded(scheme: string, text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw badUrl(scheme, 'a % in it begins no percent-encoded character')
  }
}

function badUrl(scheme: string, problem: string, options: Partial<StoreErrorOptions> = {}): StoreError {
  return new StoreError(
    `a store URL that cannot be used: ${problem}`,
    { kind: 'bad-url', scheme },
    { hint: 'Give the store as postgres://user:password@host:5432/database.', ...options },
  )
}
