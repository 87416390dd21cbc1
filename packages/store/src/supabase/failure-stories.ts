import type { StoreFailure } from '../errors.ts'
import { cannotWrite, type KeyRole } from './key-role.ts'

/** What is told of a failure. */
export interface Story {
  readonly failure: StoreFailure
  /** What follows the store's name in the message. */
  readonly says: string
  readonly hint: string
}

/** What is known of a failure. */
export interface FailureFacts {
  /** The HTTP status; 0 when there was no answer. */
  readonly status: number
  /** A SQLSTATE, a code of PostgREST, a code of Node, or nothing. */
  readonly code: string
  /** What the data API or Node says. */
  readonly message: string
}

const AGAIN = 'Check the project and the network, then try again.'
const RULE = 'A row breaks a rule of its table; this is a fault of the program that wrote it.'
const MIGRATE = 'Run openpredict db migrate with DATABASE_URL.'

/** What a failure means, from the most telling thing that is known of it. */
export function storyOf(failure: FailureFacts, role: KeyRole | undefined): Story {
  const { status, code, message } = failure
  if (status === 0) return networkStory(code, message)
  return postgrestStory(code, message, role) ?? sqlStateStory(code, message, role) ?? statusStory(status)
}

/** By the codes of PostgREST, https://docs.postgrest.org/en/stable/references/errors.html. */
function postgrestStory(code: string, message: string, role: KeyRole | undefined): Story | undefined {
  switch (code) {
    case 'PGRST000':
    case 'PGRST001':
    case 'PGRST002':
    case 'PGRST003':
      return { failure: { kind: 'unreachable' }, says: 'its data API has no connection to the database', hint: AGAIN }
    case 'PGRST106':
      return {
        failure: { kind: 'not-found' },
        says: 'its data API does not show the schema public',
        hint: 'Expose the schema public in the settings of the data API.',
      }
    case 'PGRST202':
      // The data API does not tell these of functions that they may not call.
      return cannotWrite(role) ? weakKey(role) : missingFunction()
    case 'PGRST205':
      return missingTables()
    case 'PGRST300':
    case 'PGRST301':
    case 'PGRST302':
    case 'PGRST303':
      return badKey(message)
    default:
      return undefined
  }
}

/** By SQLSTATE, https://www.postgresql.org/docs/current/errcodes-appendix.html; OPL… are those of our functions. */
function sqlStateStory(code: string, message: string, role: KeyRole | undefined): Story | undefined {
  switch (code) {
    case '42501':
      if (cannotWrite(role)) return weakKey(role)
      return {
        failure: { kind: 'no-permission' },
        says: message,
        hint: 'Use the service_role key or a secret key, and run openpredict db migrate, which grants what is needed.',
      }
    case '42P01':
      return missingTables()
    case '42883':
      return missingFunction()
    case '25006':
      return {
        failure: { kind: 'read-only' },
        says: message,
        hint: 'Free space or upgrade the project, then try again.',
      }
    case '53100':
      return { failure: { kind: 'disk-full' }, says: message, hint: 'Make room in the project and try again.' }
    case '53300':
      return { failure: { kind: 'unreachable' }, says: message, hint: AGAIN }
    case '55P03':
    case '40P01':
    case '40001':
    case 'OPL01':
    case 'OPL02':
    case 'OPL03':
      return {
        failure: { kind: 'locked', waitedMs: 0 },
        says: `another program is writing to it: ${message}`,
        hint: 'Wait until the other program is done, or stop it.',
      }
    case '57014':
      return { failure: { kind: 'timeout' }, says: message, hint: 'Try again, with fewer rows at a time.' }
    case 'XX001':
    case 'XX002':
      return { failure: { kind: 'corrupt' }, says: message, hint: 'Restore a backup of the database.' }
    default:
  }
  if (!/^[0-9A-Z]{5}$/.test(code)) return undefined
  switch (code.slice(0, 2)) {
    case '23':
      return { failure: { kind: 'constraint', ...ruleOf(code, message) }, says: message, hint: RULE }
    case '22':
      return { failure: { kind: 'constraint', table: '', constraint: 'value' }, says: message, hint: RULE }
    case '08':
    case '57':
      return { failure: { kind: 'unreachable' }, says: message, hint: AGAIN }
    default:
      return { failure: { kind: 'io' }, says: `${message} (${code})`, hint: AGAIN }
  }
}

/** The data API hands on neither the table nor the constraint but in the words of PostgreSQL. */
function ruleOf(code: string, message: string): { readonly table: string; readonly constraint: string } {
  const [, table = ''] = /relation "([^"]+)"/.exec(message) ?? []
  if (code === '23502') return { table, constraint: /column "([^"]+)"/.exec(message)?.[1] ?? '' }
  const constraint = /constraint "([^"]+)"/.exec(message)?.[1] ?? ''
  return { table: table === '' ? constraint.replace(/_pkey$/, '') : table, constraint }
}

function statusStory(status: number): Story {
  const says = (what: string): string => `${what} (HTTP ${status})`
  switch (status) {
    case 401:
      return badKey('')
    case 403:
      return { failure: { kind: 'no-permission' }, says: says('it lets nobody in from here'), hint: AGAIN }
    case 404:
      return {
        failure: { kind: 'not-found' },
        says: says('there is no data API of Supabase at its address'),
        hint: 'Correct the URL of the project: https://PROJECT.supabase.co, without a path.',
      }
    case 408:
    case 504:
      return { failure: { kind: 'timeout' }, says: says('it did not answer in time'), hint: AGAIN }
    case 413:
    case 414:
      return {
        failure: { kind: 'io' },
        says: says('a request was too large for it'),
        hint: 'Write fewer rows at a time.',
      }
    case 429:
      return {
        failure: { kind: 'unreachable' },
        says: says('it takes no more requests for now'),
        hint: 'Wait, or send less often.',
      }
    case 540:
      return {
        failure: { kind: 'unreachable' },
        says: says('the project is paused'),
        hint: 'Resume the project in the dashboard of Supabase.',
      }
    default:
  }
  if (status < 400) {
    return {
      failure: { kind: 'not-found' },
      says: says('its address answers, but not as the data API of Supabase'),
      hint: 'Correct the URL of the project: https://PROJECT.supabase.co, without a path.',
    }
  }
  if (status < 500) return { failure: { kind: 'io' }, says: says('it refused a request'), hint: AGAIN }
  if (status === 500) return { failure: { kind: 'io' }, says: says('it failed'), hint: AGAIN }
  return { failure: { kind: 'unreachable' }, says: says('it cannot be reached behind its gateway'), hint: AGAIN }
}

function networkStory(code: string, message: string): Story {
  switch (code) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return {
        failure: { kind: 'dns' },
        says: 'its name is not known',
        hint: 'Check the project in the URL; a project that was deleted has no name any more.',
      }
    case 'ECONNREFUSED':
      return {
        failure: { kind: 'refused' },
        says: 'nothing answers at its address',
        hint: 'Correct host and port in the URL of the project.',
      }
    case 'TIMEOUT':
      return { failure: { kind: 'timeout' }, says: 'it did not answer in time', hint: AGAIN }
    default:
  }
  if (isTls(code)) {
    return {
      failure: { kind: 'tls' },
      says: `no encrypted connection that is believed: ${message}`,
      hint: 'Correct the URL, or give the certificate of its issuer with NODE_EXTRA_CA_CERTS.',
    }
  }
  const because = code === '' ? '' : `: ${code}`
  return { failure: { kind: 'unreachable' }, says: `the connection broke${because}`, hint: AGAIN }
}

/** Whether no encrypted connection came about. */
export function isTls(code: string): boolean {
  return /^(ERR_TLS|ERR_SSL|CERT_|UNABLE_TO|SELF_SIGNED|DEPTH_ZERO|EPROTO|HOSTNAME_)/.test(code)
}

function badKey(message: string): Story {
  const because = message === '' ? '' : `: ${message}`
  return {
    failure: { kind: 'auth' },
    says: `it does not know the key${because}`,
    hint: 'Check SUPABASE_KEY: it must be a key of this project, whole, and not revoked or expired.',
  }
}

function weakKey(role: KeyRole | undefined): Story {
  const article = role === 'anon' || role === 'authenticated' ? 'an' : 'a'
  return {
    failure: { kind: 'no-permission' },
    says: `the key is ${article} ${role} key: it cannot do this`,
    hint: `The key is ${article} ${role} key: use the service_role key or a secret key as SUPABASE_KEY.`,
  }
}

function missingFunction(): Story {
  const says = 'a function of its tables is not there'
  return { failure: { kind: 'older-schema', found: 0, latest: 0 }, says, hint: MIGRATE }
}

function missingTables(): Story {
  return { failure: { kind: 'older-schema', found: 0, latest: 0 }, says: 'its tables are not there', hint: MIGRATE }
}
