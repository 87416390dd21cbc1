import { chmodSync, closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { Client } from 'pg'

import type { Binaries } from './binaries.ts'
import type { Child, Children } from './children.ts'
import { freePort } from './free-port.ts'
import { killWithChildren } from './kill-with-children.ts'
import { giveToOrdinaryUser, openedToOrdinaryUser, ordinaryUser } from './ordinary-user.ts'
import { plainRolesSql, rolesSql, TEMPLATE_SQL } from './supabase-roles.ts'

/** A PostgreSQL server that runs. */
export interface PostgresServer {
  readonly port: number
  /** The password of `supabase_admin` (a superuser), `postgres` (not one, as on Supabase) and `authenticator`. */
  readonly password: string
  /** Runs statements as superuser. */
  query(database: string, sql: string): Promise<void>
  /** Kills it with all of its processes, as a power cut would, and waits until they are gone. */
  kill(): Promise<void>
  /** Starts it again on the same port and the same data, after it was killed. */
  start(): Promise<void>
  /** Ends it at once: nobody needs the data afterwards. */
  stop(): Promise<void>
}

/** No persistence, and nothing in the background that would make one run differ from the next. */
const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  fsync: 'off',
  full_page_writes: 'off',
  autovacuum: 'off',
  shared_buffers: '64MB',
  max_connections: '200',
  wal_level: 'minimal',
  max_wal_senders: '0',
  timezone: 'UTC',
}

/** What is committed survives that the server is killed, though not that the machine loses power. */
const LASTING_SETTINGS = { fsync: 'on', wal_level: 'replica', dynamic_shared_memory_type: 'mmap' }

/** What a server is started with. */
export interface PostgresServerOptions {
  readonly children: Children
  readonly folder: string
  readonly password: string
  /** Whether the data must survive that it is killed. */
  readonly lasting: boolean
  /** Whether it knows nothing of Supabase. */
  readonly plain: boolean
}

/** Makes a cluster in a folder that exists and starts it, with Supabase's roles and default grants. */
export async function startPostgres(
  binaries: Binaries,
  { children, folder, password, lasting, plain }: PostgresServerOptions,
): Promise<PostgresServer> {
  const data = join(folder, 'data')
  mkdirSync(data)
  chmodSync(data, 0o700)
  giveToOrdinaryUser(data)
  const passwordFile = join(folder, 'password')
  writeFileSync(passwordFile, password, { mode: 0o600 })
  giveToOrdinaryUser(passwordFile)
  const logFile = join(folder, 'postgres.log')
  const programs = openedToOrdinaryUser(binaries.programs, folder)
  /** Both write to one log. */
  const start = (program: string, args: readonly string[]): Child => {
    const log = openSync(logFile, 'a')
    try {
      const stdio = ['ignore' as const, log, log]
      return children.start(join(programs, program), args, 'SIGQUIT', { cwd: folder, stdio, ...ordinaryUser() })
    } finally {
      closeSync(log)
    }
  }
  const init = ['-D', data, '-U', 'supabase_admin', '--pwfile', passwordFile, '--auth=scram-sha-256', '--no-sync']
  const initdb = start('initdb', [...init, '--encoding=UTF8', '--locale=C.UTF-8', '--no-instructions'])
  if ((await initdb.ended) !== 0) throw new Error(`initdb failed, ${initdb.ending}:\n${readFileSync(logFile, 'utf8')}`)

  const port = await freePort()
  const settings = Object.entries({ ...SETTINGS, ...(lasting ? LASTING_SETTINGS : {}), port })
  const args = settings.flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const run = async (): Promise<Child> => {
    const said = readFileSync(logFile, 'utf8').length
    const child = start('postgres', ['-D', data, ...args])
    await untilReady(child, logFile, said)
    return child
  }
  let server = await run()

  const query = async (database: string, sql: string): Promise<void> => {
    const client = new Client({ host: '127.0.0.1', port, user: 'supabase_admin', password, database })
    await client.connect()
    try {
      await client.query(sql)
    } finally {
      await client.end()
    }
  }
  await query('template1', plain ? plainRolesSql(password) : rolesSql(password) + TEMPLATE_SQL)
  return {
    port,
    password,
    query,
    kill: () => killWithChildren(server),
    start: async () => {
      if (server.ending === undefined) throw new Error('PostgreSQL is running')
      server = await run()
    },
    stop: async () => {
      // What it has left in memory that outlives it, only its next start removes.
      if (server.ending !== undefined) server = await run()
      await server.end()
    },
  }
}

/** PostgreSQL says in its log, after what was there before, that it is ready. */
async function untilReady(server: Child, logFile: string, before: number): Promise<void> {
  for (;;) {
    const log = readFileSync(logFile, 'utf8').slice(before)
    if (log.includes('database system is ready to accept connections')) return
    if (server.ending !== undefined) throw new Error(`PostgreSQL did not start, ${server.ending}:\n${log}`)
    await new Promise((resolve) => {
      setTimeout(resolve, 10)
    })
  }
}
