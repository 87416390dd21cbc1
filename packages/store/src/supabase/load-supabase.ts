import { StoreError } from '../errors.ts'
import type { SupabaseModule } from './supabase-types.ts'

/** Loads the client when it is first needed. Throws a `StoreError` of kind `no-driver` where it is not installed. */
export async function loadSupabase(): Promise<SupabaseModule> {
  try {
    const client: unknown = await import('@supabase/supabase-js')
    return client as SupabaseModule
  } catch (cause) {
    throw new StoreError(
      'the client of Supabase is not installed',
      { kind: 'no-driver' },
      { hint: 'Run npm install @supabase/supabase-js.', cause },
    )
  }
}
