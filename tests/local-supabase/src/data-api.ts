import { closeSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import type { Child, Children } from './children.ts'
import { freePort } from './free-port.ts'
import { startGateway } from './gateway.ts'
import { createKeys, type ProjectKeys } from './keys.ts'
import type { PostgresServer } from './postgres-server.ts'

/** The data API of one database. */
export interface DataApi {
  /** What a Supabase client is given as the project's URL. */
  readonly url: string
  readonly keys: ProjectKeys
  /** Signs the JWTs, so that tests can make their own. */
  readonly jwtSecret: string
  stop(): Promise<void>
}

/** What a data API works with. */
export interface DataApiPlace {
  readonly children: Children
  readonly server: PostgresServer
  readonly database: string
  readonly folder: string
}

/** Starts PostgREST, as Supabase configures it, and the gateway in front of it. */
export async function startDataApi(
  program: string,
  { children, server, database, folder }: DataApiPlace,
): Promise<DataApi> {
  const [port, adminPort] = [await freePort(), await freePort()]
  const jwtSecret = `${server.password}-${server.password}`
  const logFile = join(folder, `postgrest-${database}.log`)
  const env = {
    PGRST_DB_URI: `postgres://authenticator:${server.password}@127.0.0.1:${server.port}/${database}`,
    PGRST_DB_SCHEMAS: 'public',
    PGRST_DB_ANON_ROLE: 'anon',
    PGRST_DB_MAX_ROWS: '1000',
    PGRST_DB_POOL: '10',
    PGRST_JWT_SECRET: jwtSecret,
    PGRST_SERVER_HOST: '127.0.0.1',
    PGRST_SERVER_PORT: String(port),
    PGRST_ADMIN_SERVER_PORT: String(adminPort),
  }
  const log = openSync(logFile, 'a')
  let child: Child
  try {
    child = children.start(program, [], 'SIGTERM', { cwd: folder, stdio: ['ignore', log, log], env })
  } finally {
    closeSync(log)
  }
  const ready = async (): Promise<boolean> => {
    const answer = await fetch(`http://127.0.0.1:${adminPort}/ready`).catch(() => undefined)
    await answer?.body?.cancel()
    return answer?.ok === true
  }
  while (!(await ready())) {
    if (child.ending !== undefined) {
      throw new Error(`PostgREST did not start, ${child.ending}:\n${readFileSync(logFile, 'utf8')}`)
    }
    await new Promise((resolve) => {
      setTimeout(resolve, 10)
    })
  }
  const keys = createKeys(jwtSecret)
  const gateway = await startGateway({ upstreamPort: port, keys })
  return {
    url: gateway.url,
    keys,
    jwtSecret,
    stop: async () => {
      try {
        await gateway.stop()
      } finally {
        await child.end()
      }
    },
  }
}
