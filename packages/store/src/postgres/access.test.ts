import { type LocalProject, localSupabase, signJwt, unavailable } from '@openpredict/local-supabase'
import { beforeAll, describe, expect, it } from 'vitest'

import { rowsOf, testDatabase, type TestDatabase } from '../../test/on-server.ts'
import { TABLE_NAMES, tableOf } from '../tables.ts'
import { bars, cycleRow, FEATURE_TABLES, FEATURES, NQ, ORIGIN, T0 } from '../testing/samples.ts'

const VIEWS = ['active_pools', 'current_levels', 'latest_cycle', 'open_gaps', 'todays_events']
const EVERYTHING = [...TABLE_NAMES, ...VIEWS]
/** What is nobody's business but this program's: a table that only `service_role` sees, and functions that only it calls. */
const LEASES = 'store_leases'
const FUNCTIONS = ['begin', 'end', 'replicate', 'reset', 'rows'].map((name) => `openpredict_${name}`)
/** What `service_role` does not write: who applies migrations owns the tables. */
const OWNERS_ONLY = ['schema_migrations']

/** What the document of the data API says of a function's parameter. */
interface Parameter {
  readonly schema?: { readonly properties: Readonly<Record<string, { readonly format: string }>> }
}

/** An argument of each type that functions take. */
const ARGUMENTS: Readonly<Record<string, unknown>> = {
  jsonb: {},
  uuid: cycleRow().id,
  bigint: 1,
  'timestamp with time zone': '2000-01-01T00:00:00Z',
}

const reason = unavailable()
const noApi = unavailable('data API')

let here: TestDatabase

beforeAll(async () => {
  if (reason !== undefined) return undefined
  here = await testDatabase()
  const store = await here.open()
  await store.transaction(async (tx) => {
    await tx.putBars(NQ, bars(3), ORIGIN)
    for (const table of FEATURE_TABLES) await tx.putRows(table, NQ, [FEATURES[table]], { historyVersion: 0, asOf: T0 })
    await tx.putCycle(cycleRow())
  })
  return () => here[Symbol.asyncDispose]()
})

/** A statement that changes rows, if there are any. */
function updateSql(name: string): string {
  const table = TABLE_NAMES.find((other) => other === name)
  const column = table === undefined ? 'instrument' : tableOf(table).key[0]
  return `UPDATE ${name} SET ${column} = ${column}`
}

/** What a role is told when it runs a statement: `undefined` when it is carried out. */
async function refusal(role: string, sql: string): Promise<string | undefined> {
  await here.client.query(`BEGIN; SET LOCAL ROLE ${role}`)
  try {
    await here.client.query(sql)
    return undefined
  } catch (error) {
    return (error as { code?: string }).code
  } finally {
    await here.client.query('ROLLBACK')
  }
}

describe.skipIf(reason !== undefined)('by SQL', () => {
  it.each(EVERYTHING)('anon reaches nothing of %s', async (name) => {
    const writes = [`DELETE FROM ${name}`, `INSERT INTO ${name} DEFAULT VALUES`, updateSql(name)]
    for (const sql of [`SELECT FROM ${name}`, ...writes]) {
      // 55000: a view that cannot be written, whoever tries.
      const refused = sql.startsWith('SELECT') ? ['42501'] : ['42501', '55000']
      expect(refused.map((code) => `${sql}: ${code}`)).toContain(`${sql}: ${await refusal('anon', sql)}`)
    }
    expect(await refusal('anon', `TRUNCATE ${name}`)).toMatch(/42501|42809/)
  })

  it.each(EVERYTHING)('authenticated reads %s and changes nothing', async (name) => {
    expect(await refusal('authenticated', `SELECT FROM ${name}`)).toBeUndefined()
    for (const sql of [`DELETE FROM ${name}`, `INSERT INTO ${name} DEFAULT VALUES`, updateSql(name)]) {
      expect(`${sql}: ${await refusal('authenticated', sql)}`).toMatch(/: (42501|55000)$/)
    }
    expect(await refusal('authenticated', `TRUNCATE ${name}`)).toMatch(/42501|42809/)
  })

  it('authenticated sees the rows, through the views as well', async () => {
    await here.client.query('BEGIN; SET LOCAL ROLE authenticated')
    expect(await rowsOf(here.client, 'SELECT count(*)::int AS n FROM ohlc_data')).toEqual([{ n: 3 }])
    expect(await rowsOf(here.client, 'SELECT level_type FROM current_levels')).toEqual([{ level_type: 'ASIAN_HIGH' }])
    await here.client.query('ROLLBACK')
  })

  it.each(TABLE_NAMES)('service_role writes %s, but for what only the owner does', async (name) => {
    const refused = OWNERS_ONLY.includes(name)
    expect(await refusal('service_role', `SELECT FROM ${name}`)).toBeUndefined()
    expect(await refusal('service_role', `DELETE FROM ${name}`)).toBe(refused ? '42501' : undefined)
    expect(await refusal('service_role', updateSql(name))).toBe(refused ? '42501' : undefined)
    // 23502: it may insert, but not a row without a key.
    expect(await refusal('service_role', `INSERT INTO ${name} DEFAULT VALUES`)).toBe(refused ? '42501' : '23502')
  })

  it.each(['anon', 'authenticated'])('%s reaches nothing of the leases', async (role) => {
    const statements = ['SELECT FROM', 'DELETE FROM', 'TRUNCATE'].map((what) => `${what} ${LEASES}`)
    const changes = [`INSERT INTO ${LEASES} DEFAULT VALUES`, `UPDATE ${LEASES} SET holder = holder`]
    for (const sql of [...statements, ...changes]) expect(`${sql}: ${await refusal(role, sql)}`).toMatch(/: 42501$/)
  })

  it.each([
    [`openpredict_begin('${cycleRow().id}', 1)`],
    [`openpredict_end('${cycleRow().id}')`],
    [`openpredict_replicate('{}')`],
    [`openpredict_rows('{}')`],
    ['openpredict_reset()'],
  ])('only service_role calls %s', async (call) => {
    expect(await refusal('anon', `SELECT ${call}`)).toBe('42501')
    expect(await refusal('authenticated', `SELECT ${call}`)).toBe('42501')
    expect(await refusal('service_role', `SELECT ${call}`)).toBeUndefined()
  })

  it('calls functions of the schema with the rights of the caller, and finds nothing by a search path', async () => {
    const found = await rowsOf(
      here.client,
      `SELECT proname, prosecdef, proconfig::text FROM pg_proc WHERE pronamespace = 'public'::regnamespace ORDER BY proname`,
    )
    expect(found.map(({ proname }) => proname)).toEqual([...FUNCTIONS, 'prune_before'])
    for (const { prosecdef, proconfig } of found) {
      expect(prosecdef).toBe(false)
      expect(proconfig).toContain('search_path=')
    }
  })

  it('only service_role prunes, and never the last 40 days', async () => {
    const prune = (days: number): string => `SELECT * FROM prune_before(now() - interval '${days} days')`
    expect(await refusal('anon', prune(400))).toBe('42501')
    expect(await refusal('authenticated', prune(400))).toBe('42501')
    expect(await refusal('service_role', prune(400))).toBeUndefined()
    expect(await refusal('service_role', prune(39))).toBe('22023')
    await here.client.query('BEGIN')
    const pruned = await rowsOf(
      here.client,
      `SELECT table_name, deleted::int FROM prune_before('2024-07-01T14:32:00Z')`,
    )
    await here.client.query('ROLLBACK')
    expect(pruned).toContainEqual({ table_name: 'ohlc_data', deleted: 2 })
    expect(pruned.map((row) => row['table_name'])).toEqual(
      TABLE_NAMES.filter((name) => !['instrument_state', 'schema_migrations'].includes(name)),
    )
  })

  it("leaves the project's default grants on what others make later as they were", async () => {
    await here.client.query('CREATE TABLE later (a int); CREATE SEQUENCE later_seq')
    expect(await refusal('anon', 'SELECT FROM later')).toBeUndefined()
    expect(await refusal('anon', `SELECT nextval('later_seq')`)).toBeUndefined()
    await here.client.query('DROP TABLE later; DROP SEQUENCE later_seq')
  })
})

describe.skipIf(noApi !== undefined)('over HTTP', () => {
  let project: LocalProject
  let paths: Readonly<Record<string, object>>

  beforeAll(async () => {
    project = await (await localSupabase()).startDataApi(here.database)
    const root = await call('GET', '/', project.keys.serviceRole)
    paths = ((await root.json()) as { paths: Record<string, object> }).paths
  })

  function call(method: string, path: string, key: string): Promise<Response> {
    const headers = { apikey: key, 'content-type': 'application/json', prefer: 'tx=rollback' }
    const body = method === 'POST' || method === 'PATCH' ? { body: '{}' } : {}
    return fetch(`${project.url}/rest/v1${path}`, { method, headers, ...body })
  }

  const status = async (method: string, path: string, key: string): Promise<number> =>
    (await call(method, path, key)).status

  const functions = (): string[] => Object.keys(paths).filter((path) => path.startsWith('/rpc/'))

  /** Calls a function with arguments that it has, so that nothing but its rights can be what is wrong. */
  async function callWithArguments(path: string, key: string): Promise<number> {
    const { parameters } = (paths[path] as { readonly post: { readonly parameters: readonly Parameter[] } }).post
    const args = Object.entries(parameters[0]?.schema?.properties ?? {})
    const body = JSON.stringify(Object.fromEntries(args.map(([name, { format }]) => [name, ARGUMENTS[format]])))
    const headers = { apikey: key, 'content-type': 'application/json' }
    return (await fetch(`${project.url}/rest/v1${path}`, { method: 'POST', headers, body })).status
  }

  it('lists the tables, the views and the functions of this program, and nothing else', () => {
    const calls = [...FUNCTIONS, 'prune_before'].map((name) => `/rpc/${name}`)
    expect(Object.keys(paths).toSorted()).toEqual(
      ['/', `/${LEASES}`, ...EVERYTHING.map((name) => `/${name}`), ...calls].toSorted(),
    )
  })

  it('shows anon nothing at all', async () => {
    const { anon, publishable } = project.keys
    const shown = (await (await call('GET', '/', anon)).json()) as { paths: Record<string, object> }
    expect(Object.keys(shown.paths)).toEqual(['/'])
    for (const path of Object.keys(paths).filter((name) => name !== '/')) {
      for (const key of [anon, publishable]) {
        for (const method of ['GET', 'POST', 'PATCH', 'DELETE']) {
          if (path.startsWith('/rpc/') && method !== 'GET' && method !== 'POST') continue
          // 404: PostgREST does not tell anon of functions that it may not call.
          // 500: a view that cannot be written, whoever tries.
          const refused = method !== 'GET' && VIEWS.includes(path.slice(1)) ? [401, 405, 500] : [401, 404, 405]
          const found = await status(method, path, key)
          expect({ method, path, found, refused: refused.includes(found) }).toMatchObject({ refused: true })
        }
      }
    }
  })

  it('lets anon call no function, whatever it is given', async () => {
    expect(functions()).toHaveLength(FUNCTIONS.length + 1)
    for (const path of functions()) {
      for (const key of [project.keys.anon, project.keys.publishable]) {
        // 404: PostgREST does not tell anon of functions that it may not call.
        expect({ path, status: await callWithArguments(path, key) }).toEqual({
          path,
          status: expect.toBeOneOf([401, 404]),
        })
      }
    }
  })

  it('lets authenticated read and nothing more', async () => {
    const user = signJwt(project.jwtSecret, { role: 'authenticated' })
    for (const path of EVERYTHING.map((name) => `/${name}`)) {
      expect({ path, status: await status('GET', path, user) }).toEqual({ path, status: 200 })
      for (const method of ['POST', 'DELETE'])
        expect(`${path} ${await status(method, path, user)}`).toMatch(/ (403|405|500)$/)
    }
    for (const path of functions()) {
      expect({ path, status: await callWithArguments(path, user) }).toEqual({ path, status: 403 })
    }
    for (const method of ['GET', 'POST', 'DELETE']) expect(await status(method, `/${LEASES}`, user)).toBe(403)
  })

  it('lets service_role write', async () => {
    const { serviceRole, secret } = project.keys
    for (const key of [serviceRole, secret]) {
      expect(await status('GET', '/ohlc_data', key)).toBe(200)
      expect(await status('DELETE', '/ohlc_data?instrument=eq.NONE', key)).toBe(204)
      for (const path of functions()) {
        // Not carried out: they are about the tables of all the tests here.
        if (/prune|reset/.test(path)) continue
        // 400: the function's own refusal, of a lease that has been given back.
        expect({ path, status: await callWithArguments(path, key) }).toEqual({
          path,
          status: expect.toBeOneOf([200, 400]),
        })
      }
      // It may insert, but not a row without a key.
      const inserted = await call('POST', '/ohlc_data', key)
      expect(await inserted.json()).toMatchObject({ code: '23502' })
    }
  })
})
