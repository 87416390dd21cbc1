import { type LocalProject, localSupabase } from '@openpredict/local-supabase'

import type { Store } from '../src/store.ts'
import { createSupabaseStore, type SupabaseStoreOptions } from '../src/supabase/index.ts'
import { testDatabase, type TestDatabase } from './on-server.ts'
import { realClock } from './real-clock.ts'

/** A project with what a test needs of it; all of it is closed and removed with it. */
export interface TestProject extends AsyncDisposable, Pick<TestDatabase, 'client'> {
  readonly project: LocalProject
  /** A store over the connection of the owner. */
  readonly postgres: Store
  /** A store over HTTP, by default with the key of `service_role`. */
  open(options?: Partial<SupabaseStoreOptions>): Promise<Store>
}

/** Makes an empty project, migrated. */
export async function testProject(): Promise<TestProject> {
  const here = await testDatabase()
  const postgres = await here.open()
  const project = await (await localSupabase()).startDataApi(here.database)
  const stores: Store[] = []
  return {
    project,
    client: here.client,
    postgres,
    open: async (options) => {
      const { url, keys } = project
      const store = await createSupabaseStore({ url, key: keys.serviceRole, clock: realClock, ...options })
      stores.push(store)
      return store
    },
    [Symbol.asyncDispose]: async () => {
      for (const store of stores) await store.close()
      await here[Symbol.asyncDispose]()
    },
  }
}

/** Whether the data API knows the functions of the migrations: it looks for them when it is told to, in its own time. */
export async function knowsFunctions({ url, keys }: Pick<LocalProject, 'url' | 'keys'>): Promise<boolean> {
  const headers = { apikey: keys.serviceRole, 'content-type': 'application/json' }
  const response = await fetch(`${url}/rest/v1/rpc/openpredict_rows`, {
    method: 'POST',
    headers,
    body: '{"wanted":{}}',
  })
  return response.ok
}
