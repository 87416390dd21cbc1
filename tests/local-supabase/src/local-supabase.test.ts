import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'

import { Client } from 'pg'
import { beforeAll, describe, expect, it } from 'vitest'

import { type LocalDatabase, type LocalProject, LocalSupabase, localSupabase, signJwt, unavailable } from './index.ts'
import { runFoldersOf } from './run-folder.ts'
import { startSupervisor } from './start.ts'

const noPostgres = unavailable()
const noApi = unavailable('data API')

describe.skipIf(noPostgres !== undefined)('the local server', () => {
  it('gives everybody a database of their own, or a copy of one', async () => {
    const server = await localSupabase()
    const first = await server.createDatabase()
    await query(first.url, 'create table kept (a int); insert into kept values (7)')
    const copy = await server.createDatabase({ template: first.name })
    expect(await query(copy.url, 'select a from kept')).toEqual([{ a: 7 }])
    await server.dropDatabase(first)
    await expect(query(first.url, 'select 1')).rejects.toThrow(/does not exist/)
    await server.dropDatabase(copy)
  })

  it('is PostgreSQL 18 with the roles of Supabase, none of whom is a superuser but its administrator', async () => {
    const server = await localSupabase()
    const database = await server.createDatabase()
    const roles = await query(database.url, `select rolname, rolsuper from pg_roles where rolname !~ '^pg_' order by 1`)
    expect(roles).toEqual(
      ['anon', 'authenticated', 'authenticator', 'postgres', 'service_role', 'supabase_admin'].map((rolname) => ({
        rolname,
        rolsuper: rolname === 'supabase_admin',
      })),
    )
    expect(await query(database.url, `select current_setting('server_version_num')::int / 10000 as major`)).toEqual([
      { major: 18 },
    ])
    await server.dropDatabase(database)
  })

  it('is gone with its files when the program that started it is killed', async () => {
    const owner = spawn(process.execPath, [join(import.meta.dirname, 'killed-owner-child.ts')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [said] = (await once(owner.stdout, 'data')) as [Buffer]
    const client = new Client({ connectionString: said.toString('utf8').trim() })
    await client.connect()
    const lost = once(client, 'error')
    const { rows } = await client.query<{ data: string }>(`select current_setting('data_directory') as data`)
    const folder = dirname(rows[0]?.data ?? '')
    expect(readdirSync(folder)).toContain('postgres.log')
    owner.kill('SIGKILL')
    // The server says good-bye to its connections, or just goes: either way this one ends.
    await lost
    await until(() => !existsSync(folder))
  })

  it('is gone with its files when it is stopped while it starts', async () => {
    const supervisor = spawn(process.execPath, [join(import.meta.dirname, 'supervisor.ts')], {
      stdio: ['pipe', 'pipe', 'ignore'],
    })
    const pid = supervisor.pid ?? 0
    const exited = once(supervisor, 'exit')
    await until(() => runFoldersOf(pid).some((folder) => existsSync(join(folder, 'data', 'PG_VERSION'))))
    const [folder = ''] = runFoldersOf(pid)
    let said = ''
    supervisor.stdout.on('data', (chunk: Buffer) => (said += chunk.toString('utf8')))
    supervisor.stdin.end()
    expect(await exited).toEqual([0, null])
    expect(said).toBe('')
    expect(existsSync(folder)).toBe(false)
  })

  it('is ended by the next one when its own supervisor was killed', async () => {
    const killed = await startSupervisor()
    const { url } = await new LocalSupabase(killed.control).createDatabase()
    const client = new Client({ connectionString: url })
    await client.connect()
    const lost = once(client, 'error')
    process.kill(killed.control.pid, 'SIGKILL')
    await killed.stop()
    const next = await startSupervisor()
    expect((await lost)[0]).toBeInstanceOf(Error)
    await next.stop()
  })
})

describe.skipIf(noApi !== undefined)('the data API', () => {
  let database: LocalDatabase
  let project: LocalProject

  beforeAll(async () => {
    const server = await localSupabase()
    database = await server.createDatabase()
    await query(
      database.url,
      `create table open (a int); insert into open values (1);
       create table closed (a int); insert into closed values (1); alter table closed enable row level security`,
    )
    project = await server.startDataApi(database)
    return () => server.dropDatabase(database)
  })

  const get = (path: string, headers: Record<string, string>): Promise<Response> =>
    fetch(`${project.url}/rest/v1${path}`, { headers })
  const status = async (path: string, headers: Record<string, string>): Promise<number> =>
    (await get(path, headers)).status

  it('answers a key of each kind in its role', async () => {
    const { anon, serviceRole, publishable, secret } = project.keys
    for (const apikey of [anon, publishable]) {
      expect(await (await get('/open', { apikey })).json()).toEqual([{ a: 1 }])
      expect(await (await get('/closed', { apikey })).json()).toEqual([])
    }
    for (const apikey of [serviceRole, secret]) {
      expect(await (await get('/closed', { apikey, authorization: `Bearer ${apikey}` })).json()).toEqual([{ a: 1 }])
    }
  })

  it('refuses a request without a key, with a false one, and with a JWT that it did not sign', async () => {
    const { anon } = project.keys
    expect(await status('/open', {})).toBe(401)
    expect(await status('/open', { apikey: 'sb_secret_no' })).toBe(401)
    const forged = signJwt('another secret, also of 32 characters or more', { role: 'service_role' })
    expect(await status('/closed', { apikey: anon, authorization: `Bearer ${forged}` })).toBe(401)
    const own = signJwt(project.jwtSecret, { role: 'authenticated' })
    expect(await status('/open', { apikey: anon, authorization: `Bearer ${own}` })).toBe(200)
  })

  it('answers nothing beside its prefix', async () => {
    const response = await fetch(`${project.url}/open`, { headers: { apikey: project.keys.anon } })
    expect(response.status).toBe(404)
  })
})

/** Waits for something that another process does; the test's own time-out ends it. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) {
    await new Promise((resolve) => {
      setTimeout(resolve, 10)
    })
  }
}

async function query(url: string, sql: string): Promise<readonly unknown[]> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows
  } finally {
    await client.end()
  }
}
