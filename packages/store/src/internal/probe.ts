import { StoreError } from '../errors.ts'
import type { Row } from '../rows.ts'

/** A row to write, read back and roll back. */
export function probeRow(timestamp: number): Row<'error_log'> {
  return {
    id: 'ffffffff-ffff-4fff-bfff-ffffffffffff',
    timestamp,
    component: 'store',
    operation: 'probe',
    error_message: 'written to see whether it can be read back, and rolled back',
    severity: 'info',
    error_category: 'database',
    instrument: null,
    cycle: null,
    details: null,
  }
}

/** The row was written and was not there. */
export function probeFailed(location: string): StoreError {
  return new StoreError(
    `store ${location}: a row that was written did not come back`,
    { kind: 'io' },
    { hint: 'Check the disk.' },
  )
}
