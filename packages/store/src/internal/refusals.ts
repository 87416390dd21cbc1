import { StoreError } from '../errors.ts'

/** The store was closed. */
export function closedStore(location: string): StoreError {
  return new StoreError(`store ${location}: it was closed`, { kind: 'closed' }, { hint: 'Open it again.' })
}

/** The store was opened only for reading. */
export function readOnlyStore(location: string): StoreError {
  return new StoreError(
    `store ${location}: it was opened only for reading`,
    { kind: 'read-only' },
    { hint: 'Open it without readOnly.' },
  )
}

/** The work of a transaction went on after its end. */
export function endedTransaction(): StoreError {
  return new StoreError(
    'the transaction has ended',
    { kind: 'closed' },
    { hint: 'Await everything that the work of a transaction starts.' },
  )
}

/** The database gave the transaction up, and the work went on. */
export function rolledBack(cause?: unknown): StoreError {
  return new StoreError(
    'the database has rolled the transaction back after an earlier failure',
    { kind: 'io' },
    { hint: 'See the failure before this one.', cause },
  )
}

/** The tables are those of an older program, and were not to be changed. */
export function olderSchema(location: string, found: number, latest: number): StoreError {
  return new StoreError(
    `store ${location}: its tables have version ${found}, expected ${latest}`,
    { kind: 'older-schema', found, latest },
    { hint: 'Run openpredict db migrate.' },
  )
}
