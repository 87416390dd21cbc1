import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { writeFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'

import { describe, expect, it } from 'vitest'

import { startOwnServer, unavailable } from '../local-supabase/src/index.ts'
import { testDatabase, type TestDatabase } from './on-server.ts'
import { Workplace } from './run-cli.ts'

const SECRET = 'hunter2-is-secret'

interface Check {
  readonly name: string
  readonly ok: boolean
  readonly warning?: true
  readonly message: string
  readonly hint?: string
  readonly code?: string
}

/** What `health --check-db` finds out about a store; a secret in its URL stands nowhere in what it prints. */
async function health(store: string, env: Readonly<Record<string, string>> = {}): Promise<readonly Check[]> {
  using workplace = new Workplace()
  return await healthIn(workplace, store, env)
}

async function healthIn(workplace: Workplace, store: string, env = {}): Promise<readonly Check[]> {
  const { code, stdout, stderr } = await workplace.run(['health', '--check-db', '--json'], {
    OPENPREDICT_STORE: store,
    ...env,
  })
  const password = URL.parse(store)?.password ?? ''
  for (const secret of [SECRET, ...(password === '' ? [] : [password]), ...Object.values(env).map(String)]) {
    expect(stdout + stderr).not.toContain(secret)
  }
  expect(stderr).toBe('')
  const { ok, checks } = JSON.parse(stdout) as { readonly ok: boolean; readonly checks: readonly Check[] }
  expect(ok).toBe(checks.every((check) => check.ok))
  expect(code).toBe(ok ? 0 : 1)
  return checks
}

/** What is said of a store that is not well. */
async function problem(store: string): Promise<Check | undefined> {
  const checks = await health(store)
  return checks.find(({ ok }) => !ok)
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

function changed(url: string, change: Partial<URL>): string {
  return Object.assign(new URL(url), change).toString()
}

/** Many commands one after the other, on a busy machine. */
const TIMEOUT = 120_000
const reason = unavailable()

describe('health --check-db of a file', () => {
  it('is content with a new one: it opens, takes rows, and its disk has room', async () => {
    const checks = await health('sqlite:nq.sqlite')
    expect(checks.map(({ name, ok }) => [name, ok])).toEqual([
      ['store', true],
      ['disk', true],
    ])
    expect(checks[1]?.message).toMatch(/^[\d,]+ MiB free in \//)
  })

  it('names a file that is something else, a folder, and tables of a newer program', async () => {
    using workplace = new Workplace()
    writeFileSync(workplace.path('letter.txt'), 'Dear reader, '.repeat(20))
    expect(await healthIn(workplace, 'sqlite:letter.txt')).toMatchObject([{ code: 'not-a-database' }, { name: 'disk' }])
    expect(await healthIn(workplace, 'sqlite:.')).toMatchObject([{ code: 'not-a-file' }, { name: 'disk' }])
    expect(await workplace.run(['db', 'migrate', '--store', 'sqlite:new.sqlite'])).toMatchObject({ code: 0 })
    using database = new DatabaseSync(workplace.path('new.sqlite'))
    database.exec("INSERT INTO schema_migrations VALUES (99, 0, 'x')")
    expect(await healthIn(workplace, 'sqlite:new.sqlite')).toMatchObject([
      { code: 'newer-schema', message: expect.stringContaining('version 99'), hint: 'Update OpenPredict.' },
      { name: 'disk' },
    ])
  })
})

describe('health --check-db of a server that is not there', () => {
  it('names a URL that cannot be read', async () => {
    expect(await problem(`postgres://me:${SECRET}/x@127.0.0.1/db`)).toMatchObject({ name: 'store', code: 'bad-url' })
    expect(await problem(`mysql://me:${SECRET}@127.0.0.1/db`)).toMatchObject({ name: 'store', code: 'usage' })
  })

  it('names a host that nobody knows', async () => {
    expect(await problem(`postgres://me:${SECRET}@nowhere.invalid/db`)).toMatchObject({
      code: 'dns',
      message: 'store postgres://nowhere.invalid:5432/db: its name is not known',
    })
  })

  it('names a port at which nothing listens', async () => {
    const port = await freePort()
    expect(await problem(`postgres://me:${SECRET}@127.0.0.1:${port}/db`)).toMatchObject({
      code: 'refused',
      message: expect.stringContaining('nothing answers at its address'),
    })
  })

  it('names somebody who hangs up', async () => {
    const rude = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1')
    await once(rude, 'listening')
    const { port } = rude.address() as AddressInfo
    expect(await problem(`postgres://me:${SECRET}@127.0.0.1:${port}/db`)).toMatchObject({ code: 'unreachable' })
    rude.close()
  })
})

describe.skipIf(reason !== undefined)('health --check-db of a server', () => {
  /** A database with its tables. */
  async function filled(): Promise<TestDatabase> {
    const database = await testDatabase()
    using workplace = new Workplace()
    expect(await workplace.run(['db', 'migrate', '--store', database.url])).toMatchObject({ code: 0 })
    return database
  }

  it('is content with one that is well, and compares the clocks', async () => {
    await using database = await filled()
    const checks = await health(database.url)
    expect(checks.map(({ name, ok, warning }) => [name, ok, warning])).toEqual([
      ['store', true, undefined],
      ['clock', true, undefined],
      ['delivery', true, undefined],
      ['disk', true, undefined],
    ])
    expect(checks[2]?.message).toBe('nothing is collected here: there is no openpredict-mirror.sqlite')
    expect(checks[1]?.message).toMatch(/^the server's clock is 0\.\d s (behind|ahead of) ours$/)
  })

  it(
    'names missing TLS, a wrong password, a user and a database that are not there',
    async () => {
      await using database = await filled()
      expect(await problem(changed(database.url, { search: '?sslmode=require' }))).toMatchObject({
        code: 'tls',
        message: expect.stringContaining('takes no encrypted connections'),
      })
      expect(await problem(changed(database.url, { password: SECRET }))).toMatchObject({
        code: 'auth',
        message: expect.stringContaining('password authentication failed'),
      })
      expect(await problem(changed(database.url, { username: 'nobody_knows', password: SECRET }))).toMatchObject({
        code: 'auth',
      })
      expect(await problem(changed(database.url, { pathname: '/no_such_database' }))).toMatchObject({
        code: 'not-found',
        message: expect.stringContaining('"no_such_database" does not exist'),
      })
    },
    TIMEOUT,
  )

  it(
    'names a role without rights, and one that may only read',
    async () => {
      await using database = await filled()
      expect(await problem(changed(database.url, { username: 'authenticator' }))).toMatchObject({
        code: 'no-permission',
        message: expect.stringContaining('permission denied'),
      })
      const reader = `reader_${database.name}`
      await database.adminSql(`CREATE ROLE ${reader} LOGIN PASSWORD '${SECRET}' IN ROLE authenticated`)
      try {
        const url = changed(database.url, { username: reader, password: SECRET })
        expect(await problem(url)).toMatchObject({
          code: 'no-permission',
          message: expect.stringContaining('permission denied for table error_log'),
        })
      } finally {
        await database.adminSql(`DROP ROLE ${reader}`)
      }
    },
    TIMEOUT,
  )

  it(
    'names tables that are not there, old, new, or not those it knows; and makes none',
    async () => {
      await using empty = await testDatabase()
      expect(await problem(empty.url)).toMatchObject({
        code: 'older-schema',
        message: expect.stringContaining('its tables are not there'),
        hint: 'Run openpredict db migrate.',
      })
      expect(await empty.sql("SELECT relname FROM pg_class WHERE relname = 'ohlc_data'")).toEqual([])

      await using database = await filled()
      await database.sql('DELETE FROM schema_migrations WHERE version > 1')
      expect(await problem(database.url)).toMatchObject({
        code: 'older-schema',
        message: expect.stringContaining('its tables have version 1, expected'),
      })
      await database.sql("INSERT INTO schema_migrations VALUES (99, now(), 'x')")
      expect(await problem(database.url)).toMatchObject({ code: 'newer-schema', hint: 'Update OpenPredict.' })
      await database.sql("DELETE FROM schema_migrations WHERE version > 1; UPDATE schema_migrations SET checksum = 'x'")
      expect(await problem(database.url)).toMatchObject({ code: 'changed-migration' })
    },
    TIMEOUT,
  )

  it(
    'names a server that was stopped, and is content when it is back',
    async () => {
      await using server = await startOwnServer()
      await using database = await testDatabase(server)
      using workplace = new Workplace()
      expect(await workplace.run(['db', 'migrate', '--store', database.url])).toMatchObject({ code: 0 })
      await server.kill()
      expect(await problem(database.url)).toMatchObject({ code: 'refused' })
      await server.start()
      expect(await problem(database.url)).toBeUndefined()
    },
    TIMEOUT,
  )
})
