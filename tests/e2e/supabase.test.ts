import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'

import { describe, expect, it } from 'vitest'

import { type LocalProject, localSupabase, signJwt, unavailable } from '../local-supabase/src/index.ts'
import { testDatabase, type TestDatabase } from './on-server.ts'
import { type Finished, Workplace } from './run-cli.ts'

type Environment = Readonly<Record<string, string>>

const PROJECT = 'https://abcdefghijklmnop.supabase.co'
const SECRET = 'sb_secret_hunter2hunter2hunter2'

/** Many commands one after the other, on a busy machine. */
const TIMEOUT = 120_000

/** Runs a command somewhere; nothing of the key or the password that it is given stands in what it prints. */
async function run(args: readonly string[], env: Environment): Promise<Finished> {
  using workplace = new Workplace()
  const finished = await workplace.run(args, env)
  const secrets = [env['SUPABASE_KEY'] ?? '', URL.parse(env['DATABASE_URL'] ?? '')?.password ?? '']
  const printed = finished.stdout + finished.stderr
  expect(secrets.filter((secret) => secret !== '' && printed.includes(secret))).toEqual([])
  return finished
}

/** What is said of the store. */
async function health(env: Environment): Promise<Readonly<Record<string, unknown>> | undefined> {
  const { code, stdout } = await run(['health', '--check-db', '--json'], env)
  const { ok, checks } = JSON.parse(stdout) as { readonly ok: boolean; readonly checks: readonly { name: string }[] }
  expect(code).toBe(ok ? 0 : 1)
  return checks.find(({ name }) => name === 'store')
}

describe('SUPABASE_URL and SUPABASE_KEY', () => {
  it('are wanted both or neither, and the one that is missing is named with the other', async () => {
    const url = await run(['db', 'status'], { SUPABASE_URL: PROJECT })
    expect(url).toMatchObject({ code: 2, stdout: '' })
    expect(url.stderr).toMatch(/SUPABASE_KEY is not set: .*SUPABASE_URL/)
    const key = await run(['db', 'status'], { SUPABASE_KEY: SECRET })
    expect(key).toMatchObject({ code: 2, stdout: '' })
    expect(key.stderr).toMatch(/SUPABASE_KEY is set and SUPABASE_URL is not: expected both, or neither/)
  })

  it('are shown without the key, as the store that they name', async () => {
    const env = { SUPABASE_URL: PROJECT, SUPABASE_KEY: SECRET, DATABASE_URL: 'postgres://me:hunter3@host/db' }
    const { code, stdout } = await run(['config', 'show', '--json'], env)
    expect(code).toBe(0)
    const shown = new Map(
      (JSON.parse(stdout) as readonly { name: string; value: string; from: string }[]).map((each) => [each.name, each]),
    )
    expect(shown.get('OPENPREDICT_STORE')).toMatchObject({ value: `supabase:${PROJECT}`, from: 'SUPABASE_URL' })
    expect(shown.get('SUPABASE_KEY')).toMatchObject({ value: '•••', from: 'environment' })
    expect(shown.get('DATABASE_URL')).toMatchObject({ value: 'postgres://•••@host/db' })
    expect(stdout).not.toContain('hunter')
  })

  it.each([
    ['SUPABASE_URL', 'abcdefghijklmnop.supabase.co', /SUPABASE_URL is ".*": expected https:\/\/PROJECT\.supabase\.co/],
    ['SUPABASE_URL', 'http://abcdefghijklmnop.supabase.co', /SUPABASE_URL is ".*": expected https:/],
    ['SUPABASE_KEY', 'my key', /SUPABASE_KEY is something else: expected a secret key \(sb_secret_…\)/],
    ['DATABASE_URL', 'mysql://me:hunter2@host/db', /DATABASE_URL is "mysql:.*": expected postgres:/],
  ])('are checked by config verify: %s=%s', async (name, value, message) => {
    const { code, stdout } = await run(['config', 'verify'], { [name]: value })
    expect(stdout).toMatch(message)
    expect(stdout).not.toContain('hunter2')
    expect(code).toBe(1)
  })

  it.each([
    ['publishable', 'sb_publishable_hunter2'],
    ['anon', signJwt('secret', { role: 'anon' })],
    ['authenticated', signJwt('secret', { role: 'authenticated' })],
  ])('are refused by config verify with a key that cannot write: %s', async (role, key) => {
    const { code, stdout } = await run(['config', 'verify'], { SUPABASE_URL: 'https://127.0.0.1:1', SUPABASE_KEY: key })
    expect(stdout).toMatch(new RegExp(`✖ SUPABASE_KEY +SUPABASE_KEY is an? ${role} key, which cannot write: expected`))
    expect(code).toBe(1)
  })

  it('are named when nothing is at the address', async () => {
    const env = { SUPABASE_KEY: SECRET }
    const plain = createServer().listen(0, '127.0.0.1')
    await once(plain, 'listening')
    const { port } = plain.address() as AddressInfo
    expect(await health({ ...env, SUPABASE_URL: `https://127.0.0.1:${port}` })).toMatchObject({ code: 'tls' })
    plain.close()
    await once(plain, 'close')
    expect(await health({ ...env, SUPABASE_URL: 'https://nowhere.invalid' })).toMatchObject({ code: 'dns' })
    expect(await health({ ...env, SUPABASE_URL: `http://127.0.0.1:${port}` })).toMatchObject({ code: 'refused' })
    expect(await health({ ...env, OPENPREDICT_STORE: 'supabase:https://me:pw@host' })).toMatchObject({
      code: 'bad-url',
    })
  })
})

describe.skipIf(unavailable('data API') !== undefined)('a Supabase project', () => {
  async function project(): Promise<{ readonly database: TestDatabase; readonly api: LocalProject } & AsyncDisposable> {
    const database = await testDatabase()
    const api = await (await localSupabase()).startDataApi(database)
    return { database, api, [Symbol.asyncDispose]: () => database[Symbol.asyncDispose]() }
  }

  it(
    'has its tables made over DATABASE_URL, or by pasting what db migrate prints',
    async () => {
      await using here = await project()
      const { database, api } = here
      const env = { SUPABASE_URL: api.url, SUPABASE_KEY: api.keys.serviceRole }
      expect(await health(env)).toMatchObject({
        ok: false,
        code: 'older-schema',
        message: expect.stringContaining('its tables are not there'),
        hint: expect.stringContaining('openpredict db migrate'),
      })

      const printed = await run(['db', 'migrate'], env)
      expect(printed.code).toBe(1)
      expect(printed.stderr).toMatch(/schema 0, \d+ migrations to come[\s\S]*set DATABASE_URL[\s\S]*paste what follows/)
      const json = await run(['db', 'migrate', '--json'], env)
      expect(json).toMatchObject({ code: 1, stderr: '' })
      const { sql, version, pending } = JSON.parse(json.stdout) as { sql: string; version: number; pending: number[] }
      expect({ version, first: pending[0] }).toEqual({ version: 0, first: 1 })
      expect(printed.stdout).toBe(`${sql}\n`)
      await database.sql(printed.stdout)
      const done = await run(['db', 'migrate'], env)
      expect(done).toMatchObject({ code: 0, stderr: '', stdout: expect.stringMatching(/schema \d+, up to date\n$/) })

      const over = await run(['db', 'migrate', '--json'], { ...env, DATABASE_URL: database.url })
      expect(JSON.parse(over.stdout)).toMatchObject({ location: expect.stringMatching(/^postgres:/), applied: [] })
      expect(await health(env)).toMatchObject({ ok: true })
      expect(await health({ ...env, SUPABASE_KEY: api.keys.secret })).toMatchObject({ ok: true })
    },
    TIMEOUT,
  )

  it(
    'is looked at with keys that may not write, and each is named as what it is',
    async () => {
      await using here = await project()
      const { database, api } = here
      const { url, keys, jwtSecret } = api
      expect(await run(['db', 'migrate'], { DATABASE_URL: database.url })).toMatchObject({ code: 0 })
      const wrong: readonly (readonly [string, string, RegExp])[] = [
        [keys.anon, 'no-permission', /anon/],
        [keys.publishable, 'no-permission', /publishable/],
        [signJwt(jwtSecret, { role: 'authenticated' }), 'no-permission', /authenticated/],
        ['sb_secret_of_another_project', 'auth', /key/],
        [signJwt('another secret', { role: 'service_role' }), 'auth', /key|JWT|JWS/],
      ]
      for (const [key, code, says] of wrong) {
        const check = await health({ SUPABASE_URL: url, SUPABASE_KEY: key })
        expect(check).toMatchObject({ ok: false, code })
        expect(`${String(check?.['message'])} ${String(check?.['hint'])}`).toMatch(says)
      }
    },
    TIMEOUT,
  )

  it(
    'is counted, pruned and emptied as other stores are',
    async () => {
      await using here = await project()
      const { database, api } = here
      const env = { SUPABASE_URL: api.url, SUPABASE_KEY: api.keys.secret }
      expect(await run(['db', 'migrate'], { ...env, DATABASE_URL: database.url })).toMatchObject({ code: 0 })
      await database.sql(`INSERT INTO ohlc_data
      SELECT 'NQ=F', date_trunc('minute', now()) - n * interval '50 days', 2, 3, 1, 2, 5, 'test', now(), 0 FROM generate_series(0, 2) AS n`)
      const shown = await run(['db', 'prune', '--older-than', '41d', '--json'], env)
      expect(JSON.parse(shown.stdout)).toMatchObject({ deleted: false, rows: 2 })
      const done = await run(['db', 'prune', '--older-than', '41d', '--confirm', '--json'], env)
      expect(JSON.parse(done.stdout)).toMatchObject({ deleted: true, rows: 2, tables: { ohlc_data: 2 } })
      const status = await run(['db', 'status', '--json'], env)
      expect(JSON.parse(status.stdout)).toMatchObject({ location: `supabase:${api.url}`, tables: { ohlc_data: 1 } })
      expect(await run(['db', 'reset', '--confirm'], env)).toMatchObject({ code: 0 })
      expect(await database.sql('SELECT count(*)::int AS n FROM ohlc_data')).toEqual([{ n: 0 }])
    },
    TIMEOUT,
  )
})
