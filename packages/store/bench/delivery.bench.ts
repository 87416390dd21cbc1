import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

import { type LocalDatabase, type LocalProject, localSupabase, unavailable } from '@openpredict/local-supabase'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import type * as deliveryPackage from '../src/delivery/index.ts'
import type { MirroredStore, RemoteStore } from '../src/delivery/index.ts'
import type { Store } from '../src/index.ts'
import type * as postgresPackage from '../src/postgres/index.ts'
import type * as sqlitePackage from '../src/sqlite/index.ts'
import type * as supabasePackage from '../src/supabase/index.ts'
import { bars, FEATURES, level, MINUTE, NQ, ORIGIN, T0 } from '../src/testing/samples.ts'
import { DAY, dayMinute, liveThrough } from '../test/day-work.ts'
import { realClock } from '../test/real-clock.ts'

// Loaded by Node itself, as users run them: vitest's own loader puts a getter before every import.
const load = createRequire(import.meta.url)
const { openMirror } = load('../src/delivery/index.ts') as typeof deliveryPackage
const { createSqliteStore } = load('../src/sqlite/index.ts') as typeof sqlitePackage
const { createPostgresStore } = load('../src/postgres/index.ts') as typeof postgresPackage
const { createSupabaseStore } = load('../src/supabase/index.ts') as typeof supabasePackage

/** Minutes of a year in which a future trades, and the rows that calculators leave of them. */
const YEAR = { bars: 351_943, features: 65_000 }
const ORDER = { historyVersion: 0, asOf: T0 }

const MEMORY = fileURLToPath(import.meta.resolve('./drain-memory.ts'))

const folder = mkdtempSync(join(tmpdir(), 'openpredict-bench-'))
let files = 0
const newPath = (): string => join(folder, `${++files}.sqlite`)

/** A store to deliver to that can go away. */
class Remote implements RemoteStore {
  readonly location: string
  readonly #open: () => Promise<Store>
  away = false

  constructor(location: string, open: () => Promise<Store>) {
    this.location = location
    this.#open = open
  }

  async open(): Promise<Store> {
    if (this.away) throw new Error('away')
    return await this.#open()
  }
}

function say(what: string): void {
  process.stdout.write(`${what} (load ${loadavg()[0]?.toFixed(1)})\n`)
}

/** Times work of the same kind, one after the other, ms. */
async function times(count: number, work: (n: number) => Promise<unknown>): Promise<{ p50: number; p99: number }> {
  const all: number[] = []
  for (let n = 0; n < count; n++) {
    const started = performance.now()
    await work(n)
    all.push(performance.now() - started)
  }
  all.sort((a, b) => a - b)
  return { p50: all[Math.floor(count / 2)] ?? 0, p99: all[Math.floor(count * 0.99)] ?? 0 }
}

/** Opens a mirror with nothing to deliver to; a new one has a remote store for as long as it is made. */
async function alone(path: string): Promise<MirroredStore> {
  const remote = new Remote('nobody', () => createSqliteStore({ path: ':memory:', clock: realClock }))
  if (!existsSync(path)) await (await openMirror({ path, remote, clock: realClock })).close()
  remote.away = true
  return await openMirror({ path, remote, clock: realClock })
}

afterAll(() => {
  rmSync(folder, { recursive: true })
})

test('what marking adds to a warm cycle: goal p50 3 ms, p99 10 ms', { timeout: 600_000 }, async () => {
  const [plain, mirror] = [await createSqliteStore({ path: newPath(), clock: realClock }), await alone(newPath())]
  for (const [name, store] of [
    ['SQLite', plain],
    ['mirror', mirror],
  ] as const) {
    const { p50, p99 } = await times(DAY, (n) => store.transaction((tx) => dayMinute(tx, NQ, n)))
    say(`${name}: warm cycle of some 40 rows p50 ${p50.toFixed(2)} ms, p99 ${p99.toFixed(2)} ms`)
    expect(p50).toBeLessThan(12)
    await store.close()
  }
})

test('a year of bars and features: written, opened', { timeout: 600_000 }, async () => {
  for (const kind of ['SQLite', 'mirror'] as const) {
    const path = newPath()
    const open = (): Promise<Store> => (kind === 'mirror' ? alone(path) : createSqliteStore({ path, clock: realClock }))
    const store = await open()
    const started = performance.now()
    await store.transaction((tx) => tx.putBars(NQ, bars(YEAR.bars), ORIGIN))
    const written = performance.now()
    const levels = Array.from({ length: YEAR.features / 2 }, (_, i) => level({ period_start: T0 + i * MINUTE }))
    const gaps = levels.map(({ period_start: timestamp }) => ({ ...FEATURES.fvg, timestamp }))
    await store.transaction(async (tx) => {
      await tx.putRows('reference_levels', NQ, levels, ORDER)
      await tx.putRows('fvg', NQ, gaps, ORDER)
    })
    const full = performance.now()
    await store.close()
    const opening = performance.now()
    await (await open()).close()
    const opened = performance.now() - opening
    expect(opened).toBeLessThan(30_000)
    const size = megabytes(statSync(path).size)
    say(
      `${kind}: ${Math.round((1_000 * YEAR.bars) / (written - started))} bars/s, ` +
        `${Math.round((1_000 * YEAR.features) / (full - written))} feature rows/s written; ` +
        `a year (${size} MB) opened in ${Math.round(opened)} ms`,
    )
  }
})

describe.skipIf(unavailable('data API') !== undefined)('delivery to servers of this machine', () => {
  const databases: LocalDatabase[] = []
  const remotes: Remote[] = []

  /** An empty database, migrated, and its data API. */
  async function newDatabase(): Promise<{ readonly database: LocalDatabase; readonly project: LocalProject }> {
    const server = await localSupabase()
    const database = await server.createDatabase()
    databases.push(database)
    await (await createPostgresStore({ url: database.url, clock: realClock })).close()
    return { database, project: await server.startDataApi(database) }
  }

  beforeAll(async () => {
    const { database } = await newDatabase()
    const { url, keys } = (await newDatabase()).project
    remotes.push(
      new Remote('PostgreSQL', () => createPostgresStore({ url: database.url, clock: realClock })),
      new Remote('Supabase', () => createSupabaseStore({ url, key: keys.serviceRole, clock: realClock })),
    )
  })
  afterAll(async () => {
    for (const database of databases) await (await localSupabase()).dropDatabase(database)
  })

  test('a cycle, as it is written', { timeout: 600_000 }, async () => {
    for (const remote of remotes) {
      const mirror = await openMirror({ path: newPath(), remote, clock: realClock })
      await liveThrough(mirror, remote.location, 0, 20)
      await mirror.drain()
      const { p50, p99 } = await times(200, async (n) => {
        await mirror.transaction((tx) => dayMinute(tx, remote.location, 20 + n))
        await mirror.drain()
      })
      say(`${remote.location}: a cycle written and delivered p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`)
      expect(p50).toBeLessThan(200)
      await mirror.close()
    }
  })

  test('what a simulated day has left, and a new machine', { timeout: 600_000 }, async () => {
    for (const remote of remotes) {
      const path = newPath()
      await (await openMirror({ path, remote, clock: realClock })).close()
      remote.away = true
      const mirror = await openMirror({ path, remote, clock: realClock })
      await liveThrough(mirror, `${remote.location} day`, 0, DAY)
      const { waiting } = await mirror.status()
      remote.away = false
      const started = performance.now()
      await mirror.drain()
      const seconds = (performance.now() - started) / 1_000
      expect((await mirror.status()).waiting).toBe(0)
      say(
        `${remote.location}: ${waiting} rows of a day in ${seconds.toFixed(2)} s, ${Math.round(waiting / seconds)} rows/s`,
      )
      await mirror.close()
      const filling = performance.now()
      const fresh = await openMirror({ path: newPath(), remote, clock: realClock })
      const filled = (performance.now() - filling) / 1_000
      const rows = (await fresh.countRows('ohlc_data')) + (await fresh.countRows('reference_levels'))
      say(
        `${remote.location}: a new mirror filled in ${filled.toFixed(2)} s, with ${rows} bars and levels among others`,
      )
      await fresh.close()
    }
  })

  test('memory of a process that delivers 100,000 rows', { timeout: 600_000 }, async () => {
    const { database } = await newDatabase()
    const { url, keys } = (await newDatabase()).project
    for (const [name, env] of [
      ['PostgreSQL', { STORE_URL: database.url }],
      ['Supabase', { STORE_URL: `supabase:${url}`, STORE_KEY: keys.serviceRole }],
    ] as const) {
      const child = spawn(
        process.execPath,
        ['--conditions=@openpredict/source', '--expose-gc', MEMORY, newPath(), '100000'],
        { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, ...env } },
      )
      const { before, most, seconds } = JSON.parse(await text(child.stdout)) as Record<string, number>
      if (before === undefined || most === undefined || seconds === undefined) throw new Error('no figures')
      say(
        `${name}: 100,000 bars at ${Math.round(100_000 / seconds)} rows/s; memory ${megabytes(before)} MB before, ` +
          `${megabytes(most)} MB at most`,
      )
      expect(megabytes(most)).toBeLessThan(400)
    }
  })
})

function megabytes(bytes: number): number {
  return Math.round(bytes / 2 ** 20)
}
