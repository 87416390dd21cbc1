import { mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { type LocalDatabase, localSupabase, unavailable } from '@openpredict/local-supabase'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import type { Replica, Store } from '../src/index.ts'
import type * as postgresPackage from '../src/postgres/index.ts'
import type * as sqlitePackage from '../src/sqlite/index.ts'
import { bars, FEATURES, level, MINUTE, NQ, ORIGIN, T0 } from '../src/testing/samples.ts'
import { realClock } from '../test/real-clock.ts'
import { barRows, cycle, cycleReplica, levels } from './cycle.ts'

// Loaded by Node itself, as users run them: vitest's own loader puts a getter before every import.
const load = createRequire(import.meta.url)
const { createSqliteStore } = load('../src/sqlite/index.ts') as typeof sqlitePackage
const { createPostgresStore } = load('../src/postgres/index.ts') as typeof postgresPackage

/** Minutes of a week in which a future trades. */
const WEEK = 7_000
const YEAR = 350_000
const ORDER = { historyVersion: 0, asOf: T0 }

/** As many rows of an outage, over the tables: two thirds bars, the rest levels and gaps. */
function backlog(count: number, from: number): Replica {
  const place = { instrument: 'B', history_version: 0, as_of_version: 0, as_of: T0 }
  const minutes = Array.from({ length: count / 6 }, (_, i) => T0 + (from + i) * MINUTE)
  return {
    rows: {
      ohlc_data: barRows('B', bars((count * 2) / 3, from * 4)),
      reference_levels: minutes.map((at) => ({ ...level({ period_start: at }), ...place })),
      fvg: minutes.map((timestamp) => ({ ...FEATURES.fvg, ...place, timestamp })),
    },
  }
}

/** What a collector reads when it starts. */
async function start(store: Store): Promise<void> {
  await store.readBars({ instrument: 'L', last: WEEK })
  await store.readRows('reference_levels', { instrument: 'L' })
}

describe.skipIf(unavailable() !== undefined)('PostgreSQL on this machine, next to SQLite', () => {
  const folder = mkdtempSync(join(tmpdir(), 'openpredict-bench-'))
  let database: LocalDatabase
  let postgres: Store
  let sqlite: Store

  beforeAll(async () => {
    const server = await localSupabase()
    database = await server.createDatabase()
    postgres = await createPostgresStore({ url: database.url, clock: realClock })
    sqlite = await createSqliteStore({ path: join(folder, 'store.sqlite'), clock: realClock })
    for (const store of [postgres, sqlite]) {
      await store.transaction(async (tx) => {
        await tx.putBars('L', bars(WEEK), ORIGIN)
        await tx.putRows('reference_levels', 'L', levels(WEEK, 1), ORDER)
      })
    }
  })
  afterAll(async () => {
    await postgres.close()
    await sqlite.close()
    await (await localSupabase()).dropDatabase(database)
    rmSync(folder, { recursive: true })
  })

  test('a warm cycle: goal p50 8 ms, p99 25 ms', async ({ bench }) => {
    let n = 0
    const result = await bench.compare(
      bench('PostgreSQL', () => cycle(postgres, ++n)),
      bench('SQLite', () => cycle(sqlite, ++n)),
    )
    const { p50, p99 } = result.get('PostgreSQL').latency
    process.stdout.write(`warm cycle: p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms\n`)
    expect(p50).toBeLessThan(25)
  })

  test('a warm cycle as it is delivered, in one call', async ({ bench }) => {
    let n = 0
    const result = await bench.compare(
      bench('PostgreSQL', async () => void (await postgres.replicate(cycleReplica(++n)))),
      bench('SQLite', async () => void (await sqlite.replicate(cycleReplica(++n)))),
    )
    const { p50, p99 } = result.get('PostgreSQL').latency
    process.stdout.write(`warm cycle delivered: p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms\n`)
    expect(p50).toBeLessThan(25)
  })

  test('a backlog as it is delivered, 4,998 rows of three tables a call', async () => {
    for (const store of [postgres, sqlite]) {
      const started = performance.now()
      for (let call = 0; call < 20; call++) await store.replicate(backlog(4_998, call * 833))
      const perSecond = (20 * 4_998) / ((performance.now() - started) / 1_000)
      process.stdout.write(`${store.kind}: ${Math.round(perSecond)} rows of a backlog a second\n`)
      expect(perSecond).toBeGreaterThan(5_000)
    }
  })

  test('a cold start: 7 days of bars and as many rows, goal 1 s', async ({ bench }) => {
    const result = await bench.compare(
      bench('PostgreSQL', () => start(postgres)),
      bench('SQLite', () => start(sqlite)),
    )
    expect(result.get('PostgreSQL').latency.p50).toBeLessThan(1_000)
  })

  test('a year of bars in one transaction: goal 50,000 a second', async () => {
    const year = bars(YEAR)
    for (const [store, goal] of [
      [postgres, 50_000],
      [sqlite, 200_000],
    ] as const) {
      const before = process.memoryUsage.rss()
      const started = performance.now()
      await store.transaction((tx) => tx.putBars(NQ, year, ORIGIN))
      const perSecond = YEAR / ((performance.now() - started) / 1_000)
      const grown = Math.round((process.memoryUsage.rss() - before) / 1e6)
      const read = performance.now()
      await store.readBars({ instrument: NQ })
      process.stdout.write(
        `${store.kind}: ${Math.round(perSecond)} bars a second written in ${grown} MB more memory, all read in ${Math.round(performance.now() - read)} ms\n`,
      )
      expect(perSecond).toBeGreaterThan(goal / 4)
    }
  })
})
