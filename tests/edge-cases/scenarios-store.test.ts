import { openStore, type Store } from '@openpredict/store'
import { type RemoteStore, remoteStore } from '@openpredict/store/delivery'
import { describe, expect, it } from 'vitest'

import { createSupabaseStore } from '../../packages/store/src/supabase/index.ts'
import { type HttpFault, startHttpProxy } from '../../packages/store/test/http-proxy.ts'
import { realClock } from '../../packages/store/test/real-clock.ts'
import { type TestDatabase, testDatabase } from '../e2e/on-server.ts'
import { marketRows } from '../e2e/stored.ts'
import { localSupabase, startFaultProxy, unavailable } from '../local-supabase/src/index.ts'
import { START } from './filled-store.ts'
import { expectTruth, outcomes, type Reports, Scene } from './scene.ts'

const successes = (count: number): readonly string[] => Array.from({ length: count }, () => 'success')

/** How the deliveries of cycles ended. */
function deliveries(reports: Reports): readonly string[] {
  return reports.map(({ steps }) => {
    const failure = steps.find(({ name }) => name === 'deliver')?.failure
    return failure === undefined ? 'ok' : `${failure.category}/${failure.code}`
  })
}

/** Everything has been delivered: the same rows are in both, and those are the truth. */
async function expectDelivered(scene: Scene, remote: Store): Promise<void> {
  await scene.mirror.drain()
  expect(await scene.mirror.status()).toMatchObject({ waiting: 0, refused: 0, failedAt: undefined })
  expect(await marketRows(remote)).toEqual(await marketRows(scene.store))
  await expectTruth(scene)
}

/** The failures of deliveries in `error_log`: an outage is recorded once. */
async function outages({ store }: Scene): Promise<readonly string[]> {
  const rows = await store.readRows('error_log')
  return rows.map(({ operation, error_category: category }) => `${operation} ${category}`)
}

/** A database with its tables, and a look into it past everything that goes wrong. */
async function database(): Promise<TestDatabase & { readonly look: Store }> {
  const made = await testDatabase()
  const look = await openStore(made.url, { clock: realClock })
  return {
    ...made,
    look,
    [Symbol.asyncDispose]: async () => {
      await look.close()
      await made[Symbol.asyncDispose]()
    },
  }
}

describe.skipIf(unavailable('data API') !== undefined)('the store of a Supabase project', () => {
  it.each([
    ['C1: that does not answer is waited for in the background', [{ kind: 'silence' }], 'database/timeout'],
    [
      'C2: that is asked too often is left in peace, and nothing is lost',
      [
        { kind: 'answer', status: 429, headers: { 'retry-after': '1' } },
        { kind: 'answer', status: 503 },
      ],
      'database/unreachable',
    ],
  ] as const)('%s', async (_, faults, code) => {
    await using here = await database()
    const project = await (await localSupabase()).startDataApi(here)
    await using proxy = await startHttpProxy(project.url)
    const key = project.keys.serviceRole
    const quick = { requestTimeoutMs: 600, retries: 0 }
    const remote: RemoteStore = {
      location: 'supabase:here',
      open: () => createSupabaseStore({ url: proxy.url, key, clock: realClock, ...quick }),
    }
    await using scene = await Scene.open({ start: START, remote })
    expect(outcomes(await scene.run(2))).toEqual(successes(2))
    await scene.mirror.drain()
    const bars = await here.look.countRows('ohlc_data')

    const forever: readonly HttpFault[] = Array.from({ length: 200 }, (__, n) => faults[n % faults.length] as HttpFault)
    proxy.next(...forever)
    const away = await scene.run(2)
    expect(outcomes(away)).toEqual(successes(2))
    expect(deliveries(away)).toEqual([code, code])
    expect(await outages(scene)).toEqual(['deliver database'])
    expect(scene.told.deliveries.map(({ kind }) => kind)).toEqual(['away'])
    expect(await here.look.countRows('ohlc_data')).toBe(bars)
    expect((await scene.mirror.status()).waiting).toBeGreaterThan(3)

    proxy.next()
    expect(outcomes(await scene.run(2))).toEqual(successes(2))
    await expectDelivered(scene, here.look)
    expect(scene.told.deliveries.map(({ kind }) => kind)).toEqual(['away', 'back'])
  })
})

describe.skipIf(unavailable() !== undefined)('the store on a server', () => {
  it('C3: that cannot write keeps nothing of what was sent, and gets all of it later', async () => {
    await using here = await database()
    await using scene = await Scene.open({ start: START, remote: await remoteStore(here.url, { clock: realClock }) })
    await scene.run(2)
    await scene.mirror.drain()
    const before = await marketRows(here.look)
    await here.sql(`
      CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN RAISE EXCEPTION 'no space left on device' USING ERRCODE = '53100'; END $$;
      CREATE TRIGGER full_disk BEFORE INSERT OR UPDATE ON hourly_blocks EXECUTE FUNCTION full_disk()`)
    const away = await scene.run(3)
    expect(outcomes(away)).toEqual(successes(3))
    expect(deliveries(away)).toEqual(Array.from({ length: 3 }, () => 'database/disk-full'))
    expect(await outages(scene)).toEqual(['deliver database'])
    expect(await marketRows(here.look)).toEqual(before)
    await here.sql('DROP TRIGGER full_disk ON hourly_blocks')
    expect(deliveries(await scene.run(1))).toEqual(['ok'])
    await expectDelivered(scene, here.look)
  })

  it('C4: whose tables are not as expected is named, and waited for', async () => {
    await using here = await database()
    await using scene = await Scene.open({ start: START, remote: await remoteStore(here.url, { clock: realClock }) })
    await scene.run(2)
    await scene.mirror.drain()
    await here.sql('ALTER TABLE ohlc_data RENAME COLUMN volume TO traded')
    const away = await scene.run(3)
    expect(outcomes(away)).toEqual(successes(3))
    expect(new Set(deliveries(away))).toEqual(new Set(['database/older-schema']))
    expect(await outages(scene)).toEqual(['deliver database'])
    await here.sql('ALTER TABLE ohlc_data RENAME COLUMN traded TO volume')
    expect(deliveries(await scene.run(1))).toEqual(['ok'])
    await expectDelivered(scene, here.look)
  })

  it('C5: that has the rows already has each of them once', async () => {
    await using here = await database()
    const { hostname: host, port } = new URL(here.url)
    await using proxy = await startFaultProxy({ host, port: Number(port) })
    const remote = await remoteStore(proxy.through(here.url), { clock: realClock })
    await using scene = await Scene.open({ start: START, remote })
    await using other = await Scene.open({ start: START, remote: await remoteStore(here.url, { clock: realClock }) })
    expect(outcomes(await scene.run(2))).toEqual(successes(2))
    expect(outcomes(await other.run(3))).toEqual(successes(3))
    await scene.mirror.drain()
    await other.mirror.drain()
    // Committed there, but nobody here hears of it: the same rows are sent once more.
    const { cut } = proxy.counts
    await proxy.set({ kind: 'unanswered', to: 'COMMIT' })
    expect(outcomes(await scene.run(3))).toEqual(successes(3))
    expect(proxy.counts.cut).toBe(cut + 1)
    expect(await outages(other)).toEqual([])
    await other.run(2)
    await other.mirror.drain()
    await expectDelivered(scene, here.look)
    const doubled = 'SELECT 1 FROM ohlc_data GROUP BY instrument, "timestamp" HAVING count(*) > 1'
    expect(await here.sql(doubled)).toEqual([])
  })

  it('3.4 B: is away for five minutes, in which everything goes on', async () => {
    await using here = await database()
    const { hostname: host, port } = new URL(here.url)
    await using proxy = await startFaultProxy({ host, port: Number(port) })
    const remote = await remoteStore(proxy.through(here.url), { clock: realClock })
    await using scene = await Scene.open({ start: START, remote })
    expect(outcomes(await scene.run(2))).toEqual(successes(2))
    await scene.mirror.drain()
    const bars = await here.look.countRows('ohlc_data')
    await proxy.set({ kind: 'refused' })
    proxy.cut()
    const away = await scene.run(5)
    expect(outcomes(away)).toEqual(successes(5))
    expect(new Set(deliveries(away))).toEqual(new Set(['database/refused']))
    expect(away.reduce((sum, { barsNew }) => sum + barsNew, 0)).toBeGreaterThanOrEqual(4)
    expect(await outages(scene)).toEqual(['deliver database'])
    expect(await here.look.countRows('ohlc_data')).toBe(bars)
    await expectTruth(scene)
    await proxy.set({ kind: 'none' })
    expect(deliveries(await scene.run(1))).toEqual(['ok'])
    await expectDelivered(scene, here.look)
    expect(scene.told.deliveries.map(({ kind }) => kind)).toEqual(['away', 'back'])
  })
})
