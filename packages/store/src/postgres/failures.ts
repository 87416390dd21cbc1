import { StoreError, type StoreFailure } from '../errors.ts'

interface Story {
  readonly failure: StoreFailure
  readonly says: string
  readonly hint: string
}

/** What is used of the client's and Node's errors. */
interface ForeignError {
  readonly code?: unknown
  readonly message?: unknown
  readonly table?: unknown
  readonly column?: unknown
  readonly constraint?: unknown
}

const AGAIN = 'Check the server and the network, then try again.'
const RULE = 'A row breaks a rule of its table; this is a fault of the program that wrote it.'

/**
 * Turns what the client threw into a `StoreError` that names the store; a `StoreError` stays as it is. `waitedMs` is how
 * long what failed had been running.
 */
export function storeErrorOf(error: unknown, location: string, waitedMs = 0): StoreError {
  if (error instanceof StoreError) return error
  const { failure: found, says, hint } = storyOf(error as ForeignError)
  const failure = found.kind === 'locked' ? { ...found, waitedMs } : found
  return new StoreError(`store ${location}: ${says}`, failure, { hint, cause: error })
}

function storyOf(error: ForeignError): Story {
  // A host with several addresses fails with one error for each.
  if (error instanceof AggregateError && error.errors.length > 0) return storyOf(error.errors[0] as ForeignError)
  const code = typeof error.code === 'string' ? error.code : ''
  const words = typeof error.message === 'string' ? error.message : 'it failed without a word'
  return sqlStateStory(code, words, error) ?? networkStory(code, words) ?? otherStory(words)
}

/** By SQLSTATE, https://www.postgresql.org/docs/current/errcodes-appendix.html. */
function sqlStateStory(code: string, words: string, error: ForeignError): Story | undefined {
  if (!/^[0-9A-Z]{5}$/.test(code)) return undefined
  switch (code) {
    case '28P01':
    case '28000':
      return { failure: { kind: 'auth' }, says: words, hint: 'Check user and password in the URL, and pg_hba.conf.' }
    case '3D000':
      return { failure: { kind: 'not-found' }, says: words, hint: 'Make the database, or correct its name in the URL.' }
    case '42501':
      return {
        failure: { kind: 'no-permission' },
        says: words,
        hint: 'Connect as the owner of the tables, or as a role that was granted them.',
      }
    case '42P01':
    case '42703':
      return {
        failure: { kind: 'older-schema', found: 0, latest: 0 },
        says: `its tables are not there, or not as this program knows them: ${words}`,
        hint: 'Run openpredict db migrate.',
      }
    case '25006':
      return { failure: { kind: 'read-only' }, says: words, hint: 'Connect to the primary, and without readOnly.' }
    case '53100':
      return { failure: { kind: 'disk-full' }, says: words, hint: 'Make room on the server and try again.' }
    case '53300':
      return {
        failure: { kind: 'unreachable' },
        says: words,
        hint: 'Close other connections, or use a session pooler.',
      }
    case '55P03':
    case '40P01':
    case '40001':
      return {
        failure: { kind: 'locked', waitedMs: 0 },
        says: `another program is writing to it: ${words}`,
        hint: 'Wait until the other program is done, or stop it.',
      }
    case '57014':
      return { failure: { kind: 'timeout' }, says: words, hint: 'Try again, or raise statementTimeoutMs.' }
    case 'XX001':
    case 'XX002':
      return { failure: { kind: 'corrupt' }, says: words, hint: 'Restore a backup of the database.' }
    default:
  }
  const table = typeof error.table === 'string' ? error.table : ''
  switch (code.slice(0, 2)) {
    case '23':
      return {
        failure: { kind: 'constraint', table, constraint: String(code === '23502' ? error.column : error.constraint) },
        says: words,
        hint: RULE,
      }
    case '22':
      return { failure: { kind: 'constraint', table, constraint: 'value' }, says: words, hint: RULE }
    case '08':
    case '57':
      return { failure: { kind: 'unreachable' }, says: words, hint: AGAIN }
    default:
      return { failure: { kind: 'io' }, says: `${words} (${code})`, hint: AGAIN }
  }
}

function networkStory(code: string, words: string): Story | undefined {
  switch (code) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return { failure: { kind: 'dns' }, says: 'its name is not known', hint: 'Check the host in the URL.' }
    case 'ECONNREFUSED':
    case 'ENOENT':
      return {
        failure: { kind: 'refused' },
        says: 'nothing answers at its address',
        hint: 'Start the server, or correct host and port in the URL.',
      }
    case 'ECONNRESET':
    case 'EPIPE':
    case 'ETIMEDOUT':
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'ECONNABORTED':
      return { failure: { kind: 'unreachable' }, says: `the connection broke: ${words}`, hint: AGAIN }
    default:
  }
  if (/does not support SSL|unexpected response for SSL/i.test(words)) {
    return {
      failure: { kind: 'tls' },
      says: 'the server takes no encrypted connections',
      hint: 'Turn TLS on at the server, or give sslmode=disable if nobody else can listen.',
    }
  }
  if (/^(ERR_TLS|ERR_SSL|CERT_|UNABLE_TO|SELF_SIGNED|DEPTH_ZERO|EPROTO|HOSTNAME_)/.test(code)) {
    return {
      failure: { kind: 'tls' },
      says: `its certificate is not believed: ${words}`,
      hint: 'Give the certificate of its issuer with sslrootcert=FILE, or correct the host.',
    }
  }
  return undefined
}

/** Whether the client gave up waiting for an answer: the statement still occupies its connection. */
export function isClientTimeout(error: unknown): boolean {
  return error instanceof Error && !('code' in error) && /read timeout/i.test(error.message)
}

/** The client's own words, which have no code. */
function otherStory(words: string): Story {
  if (/password must be/i.test(words)) {
    return { failure: { kind: 'auth' }, says: 'it wants a password', hint: 'Give the password in the URL.' }
  }
  if (/read timeout/i.test(words)) {
    return { failure: { kind: 'timeout' }, says: 'it did not answer in time', hint: AGAIN }
  }
  if (/timeout/i.test(words)) {
    return { failure: { kind: 'unreachable' }, says: 'no connection could be had in time', hint: AGAIN }
  }
  if (/terminated|not queryable|closed|has encountered a connection error/i.test(words)) {
    return { failure: { kind: 'unreachable' }, says: 'the connection broke', hint: AGAIN }
  }
  return { failure: { kind: 'io' }, says: words, hint: AGAIN }
}
