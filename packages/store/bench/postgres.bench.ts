import { mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { type LocalDatabase, localSupabase, unavailable } from '@openpredict/local-supabase'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import type { FeatureRow, Store } from '../src/index.ts'
import type * as postgresPackage from '../src/postgres/index.ts'
import type * as sqlitePackage from '../src/sqlite/index.ts'
import { bars, cycleRow, FEATURES, level, MINUTE, NQ, ORIGIN, T0 } from '../src/testing/samples.ts'
import { realClock } from '../test/real-clock.ts'

// Loaded by Node itself, as users run them: vitest's own loader puts a getter before every import.
const load = createRequire(import.meta.url)
const { createSqliteStore } = load('../src/sqlite/index.ts') as typeof sqlitePackage
const { createPostgresStore } = load('../src/postgres/index.ts') as typeof postgresPackage

/** Minutes of a week in which a future trades. */
const WEEK = 7_000
const YEAR = 350_000
const ORDER = { historyVersion: 0, asOf: T0 }

function levels(count: number, price: number): FeatureRow<'reference_levels'>[] {
  return Array.from({ length: count }, (_, i) => level({ period_start: T0 + i * MINUTE, price }))
}

/** What a collector writes every minute: two bars, some thirty rows over the tables, its record. */
async function cycle(store: Store, n: number): Promise<void> {
  await store.transaction(async (tx) => {
    const order = { historyVersion: 0, asOf: T0 + n }
    await tx.putBars('W', bars(2, n), ORIGIN)
    await tx.putRows('reference_levels', 'W', levels(20, n), order)
    await tx.putRows('hourly_blocks', 'W', [{ ...FEATURES.hourly_blocks, volume: n }], order)
    await tx.putRows(
      'fvg',
      'W',
      Array.from({ length: 8 }, (_, i) => ({ ...FEATURES.fvg, timestamp: T0 + i })),
      order,
    )
    await tx.putRows('liquidity_events', 'W', [{ ...FEATURES.liquidity_events, hold_minutes: n }], order)
    await tx.putCycle(cycleRow({ id: `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`, cycle: n }))
  })
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
    expect(result.get('PostgreSQL').latency.p50).toBeLessThan(25)
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
      const started = performance.now()
      await store.transaction((tx) => tx.putBars(NQ, year, ORIGIN))
      const perSecond = YEAR / ((performance.now() - started) / 1_000)
      const read = performance.now()
      await store.readBars({ instrument: NQ })
      process.stdout.write(
        `${store.kind}: ${Math.round(perSecond)} bars a second written, all read in ${Math.round(performance.now() - read)} ms\n`,
      )
      expect(perSecond).toBeGreaterThan(goal / 4)
    }
  })
})
