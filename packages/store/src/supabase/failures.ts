import { StoreError } from '../errors.ts'
import { isTls, storyOf } from './failure-stories.ts'
import type { KeyRole } from './key-role.ts'

/** What a request came back with, when that is a failure. Also the cause of the `StoreError` that is made of it. */
export class RestFailure extends Error {
  override readonly name = 'RestFailure'
  /** The HTTP status; 0 when there was no answer. */
  readonly status: number
  /** A SQLSTATE, a code of PostgREST, a code of Node, or nothing. */
  readonly code: string

  constructor(status: number, code: string, message: string) {
    super(message)
    this.status = status
    this.code = code
  }
}

/** What a failure is told with. */
export interface FailurePlace {
  readonly location: string
  readonly role: KeyRole | undefined
}

const SHOWN = 200

/** The failure of an answer: of its body only what the data API itself says is kept, in short. */
export function failureOf(status: number, body: string): RestFailure {
  const { code, message } = errorOf(body)
  // All that PostgREST says when rows are sent to a table that it does not know.
  const silent = status === 404 && body.trim() === '{}'
  return new RestFailure(
    status,
    silent ? 'PGRST205' : typeof code === 'string' ? code : '',
    typeof message === 'string' ? short(message) : '',
  )
}

function errorOf(body: string): { readonly code?: unknown; readonly message?: unknown } {
  try {
    return (JSON.parse(body) ?? {}) as object
  } catch {
    return {}
  }
}

function short(text: string): string {
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text
}

/** The failure of a request that was not answered, from what `fetch` threw. */
export function networkFailureOf(error: unknown): RestFailure {
  const { code, message } = innermost(error)
  return new RestFailure(0, typeof code === 'string' ? code : '', typeof message === 'string' ? short(message) : '')
}

/** `fetch` wraps what happened; a host with several addresses fails with one error for each. */
function innermost(error: unknown): { readonly code?: unknown; readonly message?: unknown } {
  if (error instanceof AggregateError && error.errors.length > 0) return innermost(error.errors[0])
  if (error instanceof Error && error.cause !== undefined) return innermost(error.cause)
  return error ?? {}
}

/** Turns a failure into a `StoreError` that names the store, and the key where that is what is wrong. */
export function storeErrorOf(failure: RestFailure, { location, role }: FailurePlace): StoreError {
  const { failure: typed, says, hint } = storyOf(failure, role)
  return new StoreError(`store ${location}: ${says}`, typed, { hint, cause: failure })
}

/** Whether asking again could help, and cannot do harm: every request of the driver may be sent twice. */
export function isRetryable({ status, code }: RestFailure): boolean {
  if (status === 0) return !isTls(code)
  if (['57014', '57P01', '57P02', '57P03', '53300', '40001', '40P01'].includes(code) || code.startsWith('08'))
    return true
  if (/^PGRST00[0-3]$/.test(code)) return true
  // A server error that PostgreSQL itself reports says what is wrong: a full disk is full the next time, too.
  if (/^[0-9A-Z]{5}$/.test(code)) return false
  return status === 408 || status === 429 || (status >= 500 && status !== 501 && status !== 540)
}

/** Whether a function of a migration is not there. */
export function isMissingFunction(error: unknown): boolean {
  return (
    error instanceof StoreError &&
    error.failure.kind === 'older-schema' &&
    ['PGRST202', '42883'].includes(codeOf(error))
  )
}

/** Whether another program is writing at the moment. */
export function isLocked(error: unknown): boolean {
  return error instanceof StoreError && ['OPL02', '55P03'].includes(codeOf(error))
}

function codeOf({ cause }: StoreError): string {
  return cause instanceof RestFailure ? cause.code : ''
}
