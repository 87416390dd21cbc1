import { randomUUID } from 'node:crypto'

import { unavailable } from '@openpredict/local-supabase'
import { beforeAll, describe, expect, it } from 'vitest'

import { openStore, type Store, TABLE_NAMES, tableOf } from '../src/index.ts'
import { barAt, bars, cycleRow, errorRow, FEATURE_TABLES, FEATURES, level, MINUTE, T0 } from '../src/testing/samples.ts'
import { testProject, type TestProject } from './on-data-api.ts'
import { realClock } from './real-clock.ts'

/** A project to try the driver on. */
interface LiveProject {
  readonly url: string
  readonly key: string
  /** Migrates it first, where that is given. */
  readonly databaseUrl?: string | undefined
}

const BARS = 2_500

/**
 * Declares what is tried on a project that holds other people's rows: everything under an instrument of its own, which
 * is removed at the end; nothing that goes over whole tables.
 */
function tryOn(project: () => Promise<LiveProject>): void {
  const instrument = `openpredict-live-${randomUUID()}`
  const origin = { source: 'live', ingestedAt: T0 }
  let store: Store

  beforeAll(async () => {
    const { url, key, databaseUrl } = await project()
    if (databaseUrl !== undefined) await (await openStore(databaseUrl, { clock: realClock })).close()
    store = await openStore(`supabase:${url}`, { clock: realClock, supabaseKey: key })
    return async () => {
      await store.close()
      for (const table of TABLE_NAMES.filter((name) => 'instrument' in tableOf(name).columns)) {
        const rows = `${url.replace(/\/$/, '')}/rest/v1/${table}?instrument=eq.${instrument}`
        const { status } = await fetch(rows, {
          method: 'DELETE',
          headers: { apikey: key, authorization: `Bearer ${key}` },
        })
        if (status !== 204) throw new Error(`rows of ${table} were not removed: HTTP ${status}`)
      }
    }
  }, 60_000)

  it('answers with tables that are up to date, and with its time', async () => {
    expect((await store.schema()).pending).toEqual([])
    expect(Math.abs(((await store.serverTime?.()) ?? 0) - Date.now())).toBeLessThan(60_000)
    await expect(store.probe()).resolves.toBeUndefined()
  })

  it('stores bars once, gives all of them back, and keeps those that were corrected', async () => {
    const put = (): Promise<number> =>
      store.transaction(async (tx) => (await tx.putBars(instrument, bars(BARS), origin)).inserted.length)
    expect(await put()).toBe(BARS)
    expect(await put()).toBe(0)
    const read = await store.readBars({ instrument })
    expect(read.toArray()).toEqual(bars(BARS))
    await store.transaction((tx) => tx.reviseBars(instrument, [barAt(3, { volume: 7 })], origin))
    expect(await store.countRows('ohlc_data', instrument)).toBe(BARS)
    expect(await store.readRows('ohlc_revisions', { instrument })).toMatchObject([{ revision: 0, volume: 103 }])
    expect((await store.newestBar(instrument))?.time).toBe(T0 + (BARS - 1) * MINUTE)
  })

  it('stores rows of every calculator, and corrects them', async () => {
    await store.transaction(async (tx) => {
      for (const table of FEATURE_TABLES) {
        await tx.putRows(table, instrument, [FEATURES[table]], { historyVersion: 0, asOf: T0 })
      }
    })
    const replaced = await store.transaction(async (tx) => {
      const historyVersion = await tx.raiseHistoryVersion(instrument)
      const order = { historyVersion, asOf: T0, replacedAt: T0 }
      return await tx.replaceRows('reference_levels', instrument, [level()], order)
    })
    expect(replaced).toEqual({ removed: 1, changed: 0, added: 1 })
    expect(await store.historyVersion(instrument)).toBe(1)
    expect(await store.countRows('feature_revisions', instrument)).toBe(1)
  })

  it('takes over a replica, whatever is in its texts', async () => {
    const text = `"\\',().\u{1f680}\n`
    const ids = { error: randomUUID(), cycle: randomUUID() }
    const replica = {
      rows: {
        error_log: [errorRow({ id: ids.error, instrument, error_message: text, details: { [text]: text } })],
        collection_cycles: [cycleRow({ id: ids.cycle, instrument, host: text })],
      },
    }
    expect((await store.replicate(replica)).written).toBe(2)
    expect((await store.replicate(replica)).written).toBe(0)
    expect(await store.readRows('error_log', { instrument })).toEqual(replica.rows.error_log)
    expect(await store.readRows('collection_cycles', { instrument })).toEqual(replica.rows.collection_cycles)
  })

  it('stores nothing of a transaction that fails', async () => {
    const before = await store.countRows('ohlc_data', instrument)
    const work = store.transaction(async (tx) => {
      await tx.putBars(instrument, bars(5, BARS), origin)
      throw new Error('no')
    })
    await expect(work).rejects.toThrow('no')
    expect(await store.countRows('ohlc_data', instrument)).toBe(before)
  })
}

describe.skipIf(unavailable('data API') !== undefined)('a project on this machine', () => {
  let here: TestProject

  beforeAll(async () => {
    here = await testProject()
    return async () => {
      for (const table of TABLE_NAMES) {
        const left = table === 'schema_migrations' ? 0 : await here.postgres.countRows(table)
        if (left > 0) throw new Error(`${left} rows of ${table} were not removed`)
      }
      await here[Symbol.asyncDispose]()
    }
  })

  tryOn(async () => ({ url: here.project.url, key: here.project.keys.serviceRole }))
})

const { OPENPREDICT_LIVE_SUPABASE_URL: url = '', OPENPREDICT_LIVE_SUPABASE_KEY: key = '' } = process.env
const { OPENPREDICT_LIVE_SUPABASE_DATABASE_URL: databaseUrl } = process.env
const missing = url === '' || key === ''

describe.skipIf(missing)(
  `a real project${missing ? ': OPENPREDICT_LIVE_SUPABASE_URL and …_KEY are not set' : ''}`,
  () => {
    tryOn(() => Promise.resolve({ url, key, databaseUrl }))
  },
)
