import { unavailable } from '@openpredict/local-supabase'
import { createManualClock } from '@openpredict/market'
import fc from 'fast-check'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'

import { allRows } from '../../test/all-rows.ts'
import { type HttpProxy, startHttpProxy } from '../../test/http-proxy.ts'
import { knowsFunctions, testProject, type TestProject } from '../../test/on-data-api.ts'
import { replica as anyReplica } from '../../test/replicas.ts'
import type { Row } from '../rows.ts'
import { createSqliteStore } from '../sqlite/index.ts'
import type { Store } from '../store.ts'
import { barAt, cycleRow, errorRow, level, MINUTE, NQ, T0 } from '../testing/samples.ts'

const reason = unavailable('data API')

function storedBar(minute: number, change: Partial<Row<'ohlc_data'>> = {}): Row<'ohlc_data'> {
  const { time: timestamp, ...prices } = barAt(minute)
  return { instrument: NQ, timestamp, ...prices, source: 'test', ingested_at: T0, revision: 0, ...change }
}

function storedLevel(asOf: number, change: Partial<Row<'reference_levels'>> = {}): Row<'reference_levels'> {
  return { instrument: NQ, ...level(), history_version: 0, as_of_version: 0, as_of: asOf, ...change }
}

/** Where the functions of the migrations are not there, or cannot be seen yet. */
describe.skipIf(reason !== undefined)('replicating without the functions', () => {
  let here: TestProject
  let http: HttpProxy
  let store: Store

  beforeAll(async () => {
    here = await testProject()
    await here.client.query('DROP FUNCTION openpredict_replicate, openpredict_rows')
    await here.client.query(`NOTIFY pgrst, 'reload schema'`)
    http = await startHttpProxy(here.project.url)
    store = await here.open({ url: http.url, migrate: false })
    // The data API has heard of it when it says so.
    while (await knowsFunctions(here.project));
    return async () => {
      await http[Symbol.asyncDispose]()
      await here[Symbol.asyncDispose]()
    }
  })

  beforeEach(() => here.postgres.reset())

  it('keeps the order of states', async () => {
    const states = [
      { bar: storedBar(0, { volume: 1, ingested_at: T0 + 2 }), level: storedLevel(T0 + 2 * MINUTE, { price: 1 }) },
      { bar: storedBar(0, { volume: 2, ingested_at: T0 + 1 }), level: storedLevel(T0 + MINUTE, { price: 2 }) },
      { bar: storedBar(0, { volume: 3, revision: 1 }), level: storedLevel(T0 + 3 * MINUTE, { price: 3 }) },
      { bar: storedBar(0, { volume: 4, ingested_at: T0 + 9 }), level: storedLevel(T0, { price: 4 }) },
    ]
    const seen: unknown[] = []
    for (const { bar, level: row } of states) {
      await store.replicate({ rows: { ohlc_data: [bar], reference_levels: [row] } })
      const [stored] = await here.postgres.readRows('reference_levels')
      seen.push([(await here.postgres.newestBar(NQ))?.volume, stored?.price])
    }
    expect(seen).toEqual([
      [1, 1],
      [1, 1],
      [3, 3],
      [3, 3],
    ])
  })

  it('does what SQLite does', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyReplica, { minLength: 1, maxLength: 4 }), async (list) => {
        await here.postgres.reset()
        await using sqlite = await createSqliteStore({ path: ':memory:', clock: createManualClock(0) })
        for (const each of [...list, ...list]) {
          expect(await store.replicate(each)).toEqual(await sqlite.replicate(each))
        }
        expect(await allRows(here.postgres)).toEqual(await allRows(sqlite))
      }),
      { numRuns: process.env['OPENPREDICT_FULL'] === '1' ? 60 : 8 },
    )
  })

  it('removes what no newer writer has written, and says what it did', async () => {
    const { level_type: type, period_start: start } = level()
    const key = { instrument: NQ, level_type: type, period_start: start }
    const removal = (asOf: number): Parameters<Store['replicate']>[0] => ({
      rows: { instrument_state: [{ instrument: NQ, history_version: 2 }] },
      removed: [{ table: 'reference_levels', key, as_of_version: 0, as_of: asOf }],
    })
    await store.replicate({ rows: { reference_levels: [storedLevel(T0)] } })
    expect(await store.replicate(removal(T0 - 1))).toEqual({ written: 1, removed: 0, historyVersions: { [NQ]: 2 } })
    expect(await store.replicate(removal(T0))).toEqual({ written: 0, removed: 1, historyVersions: { [NQ]: 2 } })
    expect(await here.postgres.countRows('reference_levels')).toBe(0)
  })

  it('sends at most 500 rows and about a megabyte at a time, each row once', async () => {
    const before = http.seen.length
    const rows = Array.from({ length: 1_201 }, (_, i) => storedBar(i))
    expect((await store.replicate({ rows: { ohlc_data: rows } })).written).toBe(1_201)
    const id = (n: number): string => `00000000-0000-4000-8000-00000000000${n}`
    const large = [1, 2, 3].map((n) => errorRow({ id: id(n), error_message: 'x'.repeat(600_000) }))
    await store.replicate({ rows: { error_log: large } })
    const writes = http.seen.slice(before).filter((request) => /^POST \/rest\/v1\/(ohlc_data|error_log)$/.test(request))
    expect(writes).toHaveLength(3 + 3)
    expect(await here.postgres.readRows('ohlc_data')).toEqual(rows)
    expect(await here.postgres.readRows('error_log')).toEqual(large)
  })

  it('leaves out what is there already', async () => {
    const replica = { rows: { collection_cycles: [cycleRow()], error_log: [errorRow()], ohlc_data: [storedBar(0)] } }
    expect((await store.replicate(replica)).written).toBe(3)
    const before = http.seen.length
    expect((await store.replicate(replica)).written).toBe(0)
    expect(http.seen.slice(before).filter((request) => request.startsWith('POST /rest/v1/ohlc'))).toEqual([])
  })

  it('does not take a count that is too small for an answer', async () => {
    await here.client.query(`
      CREATE FUNCTION drop_row() RETURNS trigger LANGUAGE plpgsql AS 'begin return null; end';
      CREATE TRIGGER drops BEFORE INSERT ON missing_minutes FOR EACH ROW EXECUTE FUNCTION drop_row()`)
    const row = {
      instrument: NQ,
      timestamp: T0,
      state: 'not_fetched' as const,
      times_asked: 0,
      first_asked_at: null,
      last_asked_at: null,
      healed_at: null,
    }
    await expect(store.replicate({ rows: { missing_minutes: [row] } })).rejects.toMatchObject({ code: 'io' })
  })

  it('refuses a transaction, which needs them', async () => {
    await expect(store.transaction((tx) => tx.putError(errorRow()))).rejects.toMatchObject({
      code: 'older-schema',
      hint: expect.stringContaining('DATABASE_URL'),
    })
  })
})
