import { StoreError } from '../errors.ts'
import type { PgModule } from './pg-types.ts'

/** Loads the client when it is first needed. Throws a `StoreError` of kind `no-driver` where it is not installed. */
export async function loadPg(): Promise<PgModule> {
  try {
    const { default: pg } = (await import('pg')) as unknown as { readonly default: PgModule }
    return pg
  } catch (cause) {
    throw new StoreError(
      'the PostgreSQL client is not installed',
      { kind: 'no-driver' },
      { hint: 'Run npm install pg.', cause },
    )
  }
}
