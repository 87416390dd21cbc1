import type * as Sqlite from 'node:sqlite'

import { StoreError } from '../errors.ts'

/**
 * Loads Node's own SQLite when it is first needed.
 *
 * Node 22 prints a warning that it is experimental. Users can do nothing about it, so this one warning is held back
 * while the module loads, and no other. Throws a `StoreError` of kind `no-driver` where Node has no SQLite.
 *
 * @example
 * ```ts
 * import { loadSqlite } from '@openpredict/store/sqlite'
 *
 * const { DatabaseSync } = loadSqlite()
 * const database = new DatabaseSync(':memory:')
 * database.prepare('SELECT 1 + 1 AS two').get().two // => 2
 * ```
 */
export function loadSqlite(): typeof Sqlite {
  // oxlint-disable-next-line typescript/unbound-method -- put back as it was, and called with process as this
  const emitWarning = process.emitWarning
  process.emitWarning = (...args: unknown[]): void => {
    if (!String(args[0]).startsWith('SQLite is an experimental feature')) Reflect.apply(emitWarning, process, args)
  }
  try {
    // Unlike import(), this is over before anything else can run.
    const sqlite = process.getBuiltinModule('node:sqlite') as typeof Sqlite | undefined
    if (sqlite !== undefined) return sqlite
  } finally {
    process.emitWarning = emitWarning
  }
  throw new StoreError(
    `Node ${process.versions.node} comes without SQLite`,
    { kind: 'no-driver' },
    { hint: 'Use Node 22.18 or later.' },
  )
}
