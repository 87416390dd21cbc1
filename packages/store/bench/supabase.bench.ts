import { createRequire } from 'node:module'

import { type LocalDatabase, localSupabase, unavailable } from '@openpredict/local-supabase'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import type { Store } from '../src/index.ts'
import type * as postgresPackage from '../src/postgres/index.ts'
import type * as supabasePackage from '../src/supabase/index.ts'
import { bars, NQ, ORIGIN, T0 } from '../src/testing/samples.ts'
import { realClock } from '../test/real-clock.ts'
import { barRows, cycle, cycleReplica, levels } from './cycle.ts'

// Loaded by Node itself, as users run them: vitest's own loader puts a getter before every import.
const load = createRequire(import.meta.url)
const { createPostgresStore } = load('../src/postgres/index.ts') as typeof postgresPackage
const { createSupabaseStore } = load('../src/supabase/index.ts') as typeof supabasePackage

/** Minutes of a week in which a future trades. */
const WEEK = 7_000
/** What a deliverer sends at a time. */
const BATCH = 500
const BATCHES = 100

describe.skipIf(unavailable('data API') !== undefined)('Supabase on this machine', () => {
  let database: LocalDatabase
  let postgres: Store
  let supabase: Store

  beforeAll(async () => {
    const server = await localSupabase()
    database = await server.createDatabase()
    postgres = await createPostgresStore({ url: database.url, clock: realClock })
    const { url, keys } = await server.startDataApi(database)
    supabase = await createSupabaseStore({ url, key: keys.serviceRole, clock: realClock })
    await postgres.transaction(async (tx) => {
      await tx.putBars('L', bars(WEEK), ORIGIN)
      await tx.putRows('reference_levels', 'L', levels(WEEK, 1), { historyVersion: 0, asOf: T0 })
    })
  })
  afterAll(async () => {
    await supabase.close()
    await postgres.close()
    await (await localSupabase()).dropDatabase(database)
  })

  test('a warm cycle as it is delivered: goal p50 30 ms, p99 100 ms', async ({ bench }) => {
    let n = 0
    const { latency } = await bench('replicate', async () => void (await supabase.replicate(cycleReplica(++n)))).run()
    process.stdout.write(`delivered: p50 ${latency.p50.toFixed(1)} ms, p99 ${latency.p99.toFixed(1)} ms\n`)
    expect(latency.p50).toBeLessThan(90)
  })

  test('a warm cycle in a transaction', async ({ bench }) => {
    let n = 0
    const { latency } = await bench('transaction', () => cycle(supabase, ++n)).run()
    process.stdout.write(`in a transaction: p50 ${latency.p50.toFixed(1)} ms, p99 ${latency.p99.toFixed(1)} ms\n`)
    expect(latency.p50).toBeLessThan(150)
  })

  test('a cold start: 7 days of bars and as many rows, goal 3 s', async ({ bench }) => {
    const { latency } = await bench('read', async () => {
      await supabase.readBars({ instrument: 'L', last: WEEK })
      await supabase.readRows('reference_levels', { instrument: 'L' })
    }).run()
    process.stdout.write(`cold start: p50 ${latency.p50.toFixed(0)} ms\n`)
    expect(latency.p50).toBeLessThan(3_000)
  })

  test('bars in batches of 500, as a copy or a deliverer sends them: goal 10,000 a second', async () => {
    const batches = Array.from({ length: BATCHES }, (_, i) => barRows(NQ, bars(BATCH, i * BATCH)))
    const started = performance.now()
    for (const batch of batches) await supabase.replicate({ rows: { ohlc_data: batch } })
    const perSecond = (BATCH * BATCHES) / ((performance.now() - started) / 1_000)
    const once = performance.now()
    await supabase.transaction((tx) => tx.putBars('T', bars(BATCH * BATCHES), ORIGIN))
    const together = (BATCH * BATCHES) / ((performance.now() - once) / 1_000)
    process.stdout.write(
      `${Math.round(perSecond)} bars a second in batches, ${Math.round(together)} in one transaction\n`,
    )
    expect(perSecond).toBeGreaterThan(10_000 / 4)
  })
})
