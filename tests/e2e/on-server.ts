import { createRequire } from 'node:module'
import { join } from 'node:path'

import { type LocalDatabase, localSupabase, type LocalSupabase } from '../local-supabase/src/index.ts'
import { ROOT } from '../package-map.ts'

/** What is used of the PostgreSQL client. */
interface Client {
  connect(): Promise<unknown>
  query(sql: string): Promise<{ readonly rows: readonly Readonly<Record<string, unknown>>[] }>
  end(): Promise<void>
}

// The client is a dependency of the local server's package, not of this one.
const load = createRequire(join(ROOT, 'tests', 'local-supabase', 'package.json'))
const { Client } = load('pg') as { readonly Client: new (options: { connectionString: string }) => Client }

/** A database of a test's own; gone when disposed. */
export interface TestDatabase extends AsyncDisposable, LocalDatabase {
  /** Runs a statement as the owner of the tables. */
  readonly sql: (statement: string) => Promise<readonly Readonly<Record<string, unknown>>[]>
  /** The same as a superuser. */
  readonly adminSql: (statement: string) => Promise<readonly Readonly<Record<string, unknown>>[]>
}

/** Makes an empty database, on the server of this run or another. */
export async function testDatabase(server?: LocalSupabase): Promise<TestDatabase> {
  const its = server ?? (await localSupabase())
  const database = await its.createDatabase()
  return {
    ...database,
    sql: (statement) => run(database.url, statement),
    adminSql: (statement) => run(database.adminUrl, statement),
    [Symbol.asyncDispose]: () => its.dropDatabase(database),
  }
}

async function run(url: string, statement: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query(statement)).rows
  } finally {
    await client.end()
  }
}
