import { StoreError } from '../errors.ts'
import { schemaStateOf } from '../internal/migration.ts'
import { migrations } from '../postgres/migrations.ts'
import type { SchemaState } from '../store.ts'
import { readRows } from './reads.ts'
import type { Rest } from './rest.ts'

/** How the tables stand; throws as `schemaStateOf` does. */
export async function schemaState(rest: Rest, signal?: AbortSignal): Promise<SchemaState> {
  return schemaStateOf(await applied(rest, signal), migrations(), rest.location)
}

async function applied(
  rest: Rest,
  signal: AbortSignal | undefined,
): Promise<readonly { readonly version: number; readonly checksum: string }[]> {
  try {
    return await readRows(rest, 'schema_migrations', {}, signal)
  } catch (error) {
    if (error instanceof StoreError && error.failure.kind === 'older-schema') return []
    throw error
  }
}
