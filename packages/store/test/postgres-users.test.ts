import { type LocalDatabase, type OwnServer, startOwnServer, unavailable } from '@openpredict/local-supabase'
import { createManualClock } from '@openpredict/market'
import pg from 'pg'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'

import type { Store } from '../src/index.ts'
import { createPostgresStore } from '../src/postgres/index.ts'
import { createSqliteStore } from '../src/sqlite/index.ts'
import { TABLE_NAMES } from '../src/tables.ts'
import { NQ, T0 } from '../src/testing/samples.ts'
import { allRows } from './all-rows.ts'
import { writeStep } from './crash-work.ts'
import { rowsOf, testDatabase, type TestDatabase } from './on-server.ts'
import { realClock } from './real-clock.ts'

const reason = unavailable()
const DAY = 86_400_000
const PASSWORD = 'of-this-test'

async function steps(store: Store): Promise<void> {
  for (const n of [1, 2, 3, 4, 5, 6]) await writeStep(store, n)
}

/** What the tables hold after the steps. */
async function expectedRows(): Promise<unknown> {
  await using store = await createSqliteStore({ path: ':memory:', clock: createManualClock(0) })
  await steps(store)
  return await allRows(store)
}

function asUser({ url }: LocalDatabase, name: string): string {
  return Object.assign(new URL(url), { username: name, password: PASSWORD }).toString()
}

/** Writes, reads, prunes, empties, as every store does it. */
async function expectAllToWork(store: Store): Promise<void> {
  await steps(store)
  expect(await allRows(store)).toEqual(await expectedRows())
  await store.probe()
  await writeStep(store, 7)
  expect(await store.prune(T0 + DAY)).toMatchObject({ ohlc_data: 24 })
  await store.reset()
  expect(await store.countRows('ohlc_data')).toBe(0)
}

describe.skipIf(reason !== undefined)('a server that knows nothing of Supabase', () => {
  let server: OwnServer
  let here: TestDatabase
  let users = 0

  beforeAll(async () => {
    server = await startOwnServer({ plain: true })
    return () => server.stop()
  })
  beforeEach(async () => {
    here = await testDatabase(server)
  })
  afterEach(() => here[Symbol.asyncDispose]())

  /** A user of these rights, and the URL that it connects with. */
  async function createUser(rights: (name: string) => string): Promise<string> {
    const name = `user_${++users}`
    await here.client.query(`CREATE ROLE ${name} LOGIN PASSWORD '${PASSWORD}'; ${rights(name)}`)
    return asUser(here.database, name)
  }
  const granted = (name: string): string =>
    `GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ${name};`
  const policies = (name: string): string =>
    TABLE_NAMES.map((table) => `CREATE POLICY ${name} ON ${table} TO ${name} USING (true) WITH CHECK (true);`).join('')

  it('takes all migrations and keeps every promise to the owner of the tables', async () => {
    const roles = await rowsOf(here.client, `SELECT rolname FROM pg_roles WHERE rolname !~ '^pg_' ORDER BY 1`)
    expect(roles.map(({ rolname }) => rolname)).toEqual(['postgres', 'supabase_admin'])
    const store = await here.open()
    expect(await store.schema()).toMatchObject({ pending: [] })
    await expectAllToWork(store)
  })

  it('keeps them to a user that has policies and rights, who is nobody’s owner', async () => {
    await (await here.open()).close()
    const url = await createUser(
      (name) => `${granted(name)} ${policies(name)}
      GRANT EXECUTE ON FUNCTION prune_before(timestamptz) TO ${name}`,
    )
    await expectAllToWork(await here.open({ url }))
  })

  it('tells a user without the right to prune that it has none, and goes on', async () => {
    await (await here.open()).close()
    const store = await here.open({ url: await createUser((name) => granted(name) + policies(name)) })
    await expect(store.prune(T0)).rejects.toMatchObject({ code: 'no-permission' })
    await steps(store)
    expect(await allRows(store)).toEqual(await expectedRows())
  })

  it('shows a user that may only read everything, and refuses what it writes', async () => {
    await steps(await here.open())
    const url = await createUser((name) => `GRANT SELECT ON ALL TABLES IN SCHEMA public TO ${name}; ${policies(name)}`)
    for (const store of [await here.open({ url }), await here.open({ url, readOnly: true })]) {
      expect(await allRows(store)).toEqual(await expectedRows())
    }
    const store = await here.open({ url })
    await expect(writeStep(store, 7)).rejects.toMatchObject({ code: 'no-permission' })
    await expect(writeStep(store, 9)).rejects.toMatchObject({ code: 'no-permission' })
    await expect(store.probe()).rejects.toMatchObject({ code: 'no-permission' })
    await expect(store.reset()).rejects.toMatchObject({ code: 'no-permission' })
    expect(await allRows(store)).toEqual(await expectedRows())
  })

  it('is left alone by a user whose transactions only read by default', async () => {
    await steps(await here.open())
    const url = await createUser(
      (name) => `${granted(name)} ${policies(name)}
      ALTER ROLE ${name} SET default_transaction_read_only = on`,
    )
    const store = await here.open({ url })
    await expect(writeStep(store, 7)).rejects.toMatchObject({ code: 'read-only' })
    expect(await allRows(store)).toEqual(await expectedRows())
  })

  it('does not pass for empty with a user from whom row-level security hides everything', async () => {
    await steps(await here.open())
    const url = await createUser(granted)
    for (const options of [{}, { migrate: false }, { readOnly: true }]) {
      await expect(createPostgresStore({ url, clock: realClock, ...options })).rejects.toMatchObject({
        code: 'no-permission',
        message: expect.stringContaining('row-level security'),
      })
    }
  })

  it('says who may make tables that are not there', async () => {
    const url = await createUser(() => '')
    await expect(createPostgresStore({ url, clock: realClock })).rejects.toMatchObject({ code: 'no-permission' })
  })
})

describe.skipIf(reason !== undefined)('a Supabase project', () => {
  let here: TestDatabase
  let admin: pg.Client
  const names: string[] = []

  beforeEach(async () => {
    here = await testDatabase()
    // In another database, which outlives this one.
    const { href } = Object.assign(new URL(here.database.adminUrl), { pathname: '/postgres' })
    admin = new pg.Client({ connectionString: href })
    await admin.connect()
  })
  afterEach(async () => {
    await here[Symbol.asyncDispose]()
    for (const name of names.splice(0)) await admin.query(`DROP ROLE ${name}`)
    await admin.end()
  })

  async function createMember(of: string): Promise<string> {
    const name = `${of}_${here.database.name}`
    names.push(name)
    await admin.query(`CREATE ROLE ${name} LOGIN PASSWORD '${PASSWORD}' IN ROLE ${of}`)
    return asUser(here.database, name)
  }

  it('keeps every promise to a user of its own that is a member of service_role', async () => {
    await (await here.open()).close()
    await expectAllToWork(await here.open({ url: await createMember('service_role') }))
  })

  it('shows everything to a member of authenticated, and refuses what it writes', async () => {
    await steps(await here.open())
    const store = await here.open({ url: await createMember('authenticated') })
    expect(await allRows(store)).toEqual(await expectedRows())
    expect(await store.lastCycle(NQ)).toBe(6)
    await expect(writeStep(store, 7)).rejects.toMatchObject({ code: 'no-permission' })
    await expect(writeStep(store, 9)).rejects.toMatchObject({ code: 'no-permission' })
  })
})
