/** Why a store refused or failed. Switch on `kind`; never parse messages. */
export type StoreFailure =
  /** The URL cannot be read, or names a kind of store that is not known. */
  | { readonly kind: 'bad-url'; readonly scheme: string }
  /** Nothing is there, and the store was opened only for reading. */
  | { readonly kind: 'not-found' }
  /** There is something at the path, but not a file: a folder, a device. */
  | { readonly kind: 'not-a-file' }
  /** There is something already where a new file was to be written. */
  | { readonly kind: 'exists' }
  /** The file holds something else than a database. */
  | { readonly kind: 'not-a-database' }
  /** The database belongs to another program. */
  | { readonly kind: 'foreign-database' }
  /** The database is damaged. */
  | { readonly kind: 'corrupt' }
  /** The tables are those of a newer program. */
  | { readonly kind: 'newer-schema'; readonly found: number; readonly latest: number }
  /** The tables are those of an older program, or not there yet, and were not to be changed. */
  | { readonly kind: 'older-schema'; readonly found: number; readonly latest: number }
  /** A migration that was applied is not the one that this program knows under the same number. */
  | { readonly kind: 'changed-migration'; readonly version: number }
  /** Another program was writing all the time that was waited. */
  | { readonly kind: 'locked'; readonly waitedMs: number }
  /** No room is left. */
  | { readonly kind: 'disk-full' }
  /** The store, its file or its folder cannot be written. */
  | { readonly kind: 'read-only' }
  /** The rights of this process or user do not suffice: for the file or its folder, for the tables. */
  | { readonly kind: 'no-permission' }
  /** A row breaks a rule of its table. Nothing of the same call was written. */
  | { readonly kind: 'constraint'; readonly table: string; readonly constraint: string }
  /** A row or a correction of a history that has not begun: `raiseHistoryVersion` comes first. */
  | { readonly kind: 'unknown-history'; readonly found: number; readonly current: number }
  /** The store was closed, or the transaction has ended. */
  | { readonly kind: 'closed' }
  /** The store was used in a way that cannot work, such as a transaction inside a transaction. */
  | { readonly kind: 'misuse' }
  /** The server's name is not known. */
  | { readonly kind: 'dns' }
  /** Nothing listens at the server's address. */
  | { readonly kind: 'refused' }
  /** The server does not answer, is starting or stopping, takes no more connections, or the connection broke. */
  | { readonly kind: 'unreachable' }
  /** No encrypted connection, or one whose certificate is not believed. */
  | { readonly kind: 'tls' }
  /** The server does not know the user or the password. */
  | { readonly kind: 'auth' }
  /** The server took longer than a statement may. */
  | { readonly kind: 'timeout' }
  /** What the driver needs is not installed: SQLite of this Node, or the client of a server. */
  | { readonly kind: 'no-driver' }
  /** Anything else that the database or the disk reported. */
  | { readonly kind: 'io' }

/** Options of a `StoreError`. */
export interface StoreErrorOptions extends ErrorOptions {
  /** What to do about it, one sentence. */
  readonly hint: string
}

/**
 * The one error class of `@openpredict/store`: a message that names the thing, a typed `failure` for code, a hint for
 * people. Holds no secret: of a URL only its scheme is shown.
 *
 * @example
 * ```ts
 * try {
 *   await openStore('mysql://me:secret@host/db', { clock: createManualClock(0) })
 * } catch (error) {
 *   error instanceof StoreError && error.failure // => { kind: 'bad-url', scheme: 'mysql' }
 * }
 * ```
 */
export class StoreError extends Error {
  override readonly name = 'StoreError'
  readonly category = 'database'
  readonly failure: StoreFailure
  /** What to do about it. */
  readonly hint: string

  constructor(message: string, failure: StoreFailure, { hint, ...options }: StoreErrorOptions) {
    super(message, options)
    this.failure = failure
    this.hint = hint
  }

  /** The failure's kind: stable, for logs and alerts. */
  get code(): StoreFailure['kind'] {
    return this.failure.kind
  }
}
