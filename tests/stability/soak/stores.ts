import { join } from 'node:path'

import { unavailable } from '../../local-supabase/src/binaries.ts'
import { type FaultProxy, startFaultProxy } from '../../local-supabase/src/fault-proxy.ts'
import { startOwnServer } from '../../local-supabase/src/own-server.ts'
import { type Program, startAndHear } from './program.ts'

/** Where a soak keeps its rows, and how that can be away. */
export interface SoakStore extends AsyncDisposable {
  /** `sqlite`, `postgres` or `supabase`. */
  readonly kind: 'sqlite' | 'postgres' | 'supabase'
  /** The file that the collector works on: the store itself, or the mirror. */
  readonly file: string
  /** What says to `openpredict` where rows are kept. */
  readonly env: Readonly<Record<string, string>>
  /** What `db migrate` needs; nothing when there is nothing to migrate. */
  readonly migrate: Readonly<Record<string, string>> | undefined
  /** How to read the remote store directly, past what makes it be away. */
  readonly remote: { readonly url: string; readonly supabaseKey?: string } | undefined
  /** Makes it be away. */
  readonly goAway: () => Promise<void>
  readonly comeBack: () => Promise<void>
}

/**
 * Opens what `--store` names: `sqlite:PATH`, `postgres://…`, `supabase:http://…` (with the key in SUPABASE_KEY, and
 * DATABASE_URL), or `local:postgres` and `local:supabase`, servers of this run that are gone with it.
 */
export async function openSoakStore(url: string, folder: string): Promise<SoakStore> {
  if (url.startsWith('sqlite:')) return fileStore(url.slice('sqlite:'.length), folder)
  const file = join(folder, 'mirror.sqlite')
  if (url === 'local:postgres' || url === 'local:supabase') return await localStore(url, file)
  const target = URL.parse(url.replace(/^supabase:/, ''))
  if (target === null) throw new Error('--store is no URL: expected sqlite:, postgres://, supabase: or local:')
  const server = { host: target.hostname, port: portOf(target) }
  if (!url.startsWith('supabase:')) {
    return behind(await startFaultProxy(server), { kind: 'postgres', file, url, migrate: url })
  }
  const { SUPABASE_KEY: supabaseKey, DATABASE_URL: migrate } = process.env
  if (supabaseKey === undefined || migrate === undefined) {
    throw new Error('SUPABASE_KEY and DATABASE_URL: expected both')
  }
  return behind(await startFaultProxy(server), {
    kind: 'supabase',
    file,
    url: target.toString(),
    migrate,
    supabaseKey,
  })
}

function portOf({ port, protocol }: URL): number {
  if (port !== '') return Number(port)
  if (protocol === 'https:') throw new Error('a store behind TLS cannot be made to be away: expected http:')
  return protocol === 'http:' ? 80 : 5432
}

function fileStore(path: string, folder: string): SoakStore {
  const file = join(folder, path)
  let holder: Program | undefined
  const comeBack = async (): Promise<void> => {
    holder?.closeInput()
    await holder?.ended
    holder = undefined
  }
  return {
    kind: 'sqlite',
    file,
    env: { OPENPREDICT_STORE: `sqlite:${file}` },
    migrate: undefined,
    remote: undefined,
    goAway: async () => {
      const child = join(import.meta.dirname, 'lock-child.ts')
      const errors = join(folder, 'lock.err')
      holder = (await startAndHear({ file: child, args: [file], folder, errors })).program
    },
    comeBack,
    [Symbol.asyncDispose]: comeBack,
  }
}

async function localStore(url: 'local:postgres' | 'local:supabase', file: string): Promise<SoakStore> {
  const kind = url === 'local:postgres' ? 'postgres' : 'supabase'
  const reason = unavailable(kind === 'postgres' ? undefined : 'data API')
  if (reason !== undefined) throw new Error(reason)
  const server = await startOwnServer()
  const database = await server.createDatabase()
  const migrate = database.url
  const stop = (): Promise<void> => server.stop()
  if (kind === 'postgres') {
    const proxy = await startFaultProxy({ host: '127.0.0.1', port: Number(new URL(database.url).port) })
    return behind(proxy, { kind, file, url: database.url, migrate, stop })
  }
  const project = await server.startDataApi(database)
  const proxy = await startFaultProxy({ host: '127.0.0.1', port: Number(new URL(project.url).port) })
  return behind(proxy, { kind, file, url: project.url, migrate, supabaseKey: project.keys.secret, stop })
}

function behind(
  proxy: FaultProxy,
  remote: {
    readonly kind: 'postgres' | 'supabase'
    readonly file: string
    readonly url: string
    readonly migrate: string
    readonly supabaseKey?: string
    readonly stop?: () => Promise<void>
  },
): SoakStore {
  const { kind, file, url, supabaseKey, stop } = remote
  const named = (address: string): string => (kind === 'supabase' ? `supabase:${address}` : address)
  const key = supabaseKey === undefined ? {} : { SUPABASE_KEY: supabaseKey }
  return {
    kind,
    file,
    env: { OPENPREDICT_STORE: named(proxy.through(url)), OPENPREDICT_MIRROR: file, ...key },
    migrate: { DATABASE_URL: remote.migrate },
    remote: { url: named(url), ...(supabaseKey === undefined ? {} : { supabaseKey }) },
    goAway: async () => {
      await proxy.set({ kind: 'refused' })
      proxy.cut()
    },
    comeBack: () => proxy.set({ kind: 'none' }),
    async [Symbol.asyncDispose]() {
      await proxy.stop()
      await stop?.()
    },
  }
}
