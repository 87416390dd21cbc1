import { type LocalDatabase, type LocalSupabase, localSupabase } from '@openpredict/local-supabase'
import pg from 'pg'

import { createPostgresStore } from '../src/postgres/index.ts'
import type { Store } from '../src/store.ts'
import { realClock } from './real-clock.ts'

/** A database with what a test needs of it; all of it is closed and removed with it. */
export interface TestDatabase extends AsyncDisposable {
  readonly database: LocalDatabase
  /** As the owner of the tables. */
  readonly client: pg.Client
  open(options?: Partial<Parameters<typeof createPostgresStore>[0]>): Promise<Store>
}

/** Makes an empty database, by default on the server that all tests use. */
export async function testDatabase(on?: LocalSupabase): Promise<TestDatabase> {
  const server = on ?? (await localSupabase())
  const database = await server.createDatabase()
  const client = new pg.Client({ connectionString: database.url })
  // A server may be killed on purpose.
  client.on('error', () => {})
  await client.connect()
  const stores: Store[] = []
  return {
    database,
    client,
    open: async (options) => {
      const store = await createPostgresStore({ url: database.url, clock: realClock, ...options })
      stores.push(store)
      return store
    },
    [Symbol.asyncDispose]: async () => {
      for (const store of stores) await store.close()
      await client.end()
      await server.dropDatabase(database)
    },
  }
}

/** The rows of a statement. */
export async function rowsOf(client: pg.Client, sql: string): Promise<readonly Record<string, unknown>[]> {
  return (await client.query<Record<string, unknown>>(sql)).rows
}
