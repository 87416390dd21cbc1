import {
  type Direction,
  type Fault,
  type FaultProxy,
  type OwnServer,
  startFaultProxy,
  startOwnServer,
  unavailable,
} from '@openpredict/local-supabase'
import { createManualClock } from '@openpredict/market'
import fc from 'fast-check'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'

import type { Replica, Store } from '../src/index.ts'
import { createPostgresStore } from '../src/postgres/index.ts'
import { createSqliteStore } from '../src/sqlite/index.ts'
import { barAt, bars, FEATURES, MINUTE, NQ, ORIGIN, T0 } from '../src/testing/samples.ts'
import { allRows } from './all-rows.ts'
import { nthReplica, writeNth, writeStep } from './crash-work.ts'
import { rowsOf, testDatabase, type TestDatabase } from './on-server.ts'
import { realClock } from './real-clock.ts'

const reason = unavailable()
const RUNS = process.env['OPENPREDICT_FULL'] === '1' ? 100 : 6
const SEED = Number(process.env['OPENPREDICT_SEED'] ?? Date.now() % 1_000_000)

/** What the tables hold after each of some steps was taken once. */
async function rowsAfter(...steps: readonly ((store: Store) => Promise<unknown>)[]): Promise<unknown> {
  await using store = await createSqliteStore({ path: ':memory:', clock: createManualClock(0) })
  for (const step of steps) await step(store)
  return await allRows(store)
}

const step =
  (n: number) =>
  (store: Store): Promise<void> =>
    writeStep(store, n)

/** How long to try again what fails because nothing is there. */
async function untilDone(work: () => Promise<unknown>): Promise<readonly string[]> {
  const failures: string[] = []
  for (;;) {
    try {
      await work()
      return failures
    } catch (error) {
      failures.push((error as { code: string }).code)
      if (!['refused', 'unreachable'].includes(failures.at(-1) ?? '')) throw error
    }
  }
}

describe.skipIf(reason !== undefined)('a server that is killed', () => {
  let server: OwnServer
  let here: TestDatabase
  let store: Store

  beforeAll(async () => {
    server = await startOwnServer()
    return () => server.stop()
  })
  beforeEach(async () => {
    here = await testDatabase(server)
    store = await here.open()
    await step(1)(store)
  })
  afterEach(() => here[Symbol.asyncDispose]())

  it('takes the transaction that was not committed yet with it', async () => {
    const work = store.transaction(async (tx) => {
      await writeNth(tx, 2)
      await server.kill()
    })
    await expect(work).rejects.toMatchObject({ code: 'unreachable' })
    await server.start()
    expect(await allRows(store)).toEqual(await rowsAfter(step(1)))
    await step(2)(store)
    expect(await allRows(store)).toEqual(await rowsAfter(step(1), step(2)))
  })

  it('takes the transaction with it in the midst of a statement', async () => {
    await here.client.query('BEGIN; LOCK TABLE hourly_blocks')
    const failure = step(2)(store).catch((error: unknown) => error)
    while ((await rowsOf(here.client, 'SELECT FROM pg_locks WHERE NOT granted')).length === 0);
    await server.kill()
    expect(await failure).toMatchObject({ code: 'unreachable' })
    await server.start()
    expect(await allRows(store)).toEqual(await rowsAfter(step(1)))
    await step(2)(store)
    expect(await allRows(store)).toEqual(await rowsAfter(step(1), step(2)))
  })

  it('keeps what it had committed, also where its answer got lost', async () => {
    await using proxy = await proxyTo(here.database.url)
    const through = await here.open({ url: proxy.through(here.database.url) })
    await proxy.set({ kind: 'unanswered', to: 'COMMIT' })
    await expect(step(2)(through)).rejects.toMatchObject({ code: 'unreachable' })
    await server.kill()
    await server.start()
    expect(await allRows(store)).toEqual(await rowsAfter(step(1), step(2)))
  })

  it('is used again as soon as it is back, by the same store', async () => {
    await server.kill()
    await expect(step(2)(store)).rejects.toMatchObject({
      category: 'database',
      code: expect.stringMatching(/^(refused|unreachable)$/),
    })
    await expect(store.countRows('ohlc_data')).rejects.toMatchObject({ code: 'refused' })
    const failures = untilDone(() => step(2)(store))
    await server.start()
    expect((await failures).length).toBeGreaterThan(0)
    expect(await allRows(store)).toEqual(await rowsAfter(step(1), step(2)))
  })
})

describe.skipIf(reason !== undefined)('a connection', () => {
  let here: TestDatabase
  let proxy: FaultProxy
  /** Through the proxy. */
  let store: Store

  beforeEach(async () => {
    here = await testDatabase()
    proxy = await proxyTo(here.database.url)
    store = await here.open({ url: proxy.through(here.database.url) })
  })
  afterEach(async () => {
    await here[Symbol.asyncDispose]()
    await proxy.stop()
  })

  it('that is cut after the commit but before the answer: written again, nothing is doubled', async () => {
    for (const n of [1, 2, 3, 4]) {
      await proxy.set({ kind: 'unanswered', to: 'COMMIT' })
      await expect(step(n)(store)).rejects.toMatchObject({ code: 'unreachable' })
      expect(proxy.counts.cut).toBe(n)
      expect(await allRows(store)).toEqual(await rowsAfter(...[1, 2, 3, 4].slice(0, n).map(step)))
      await step(n)(store)
      expect(await allRows(store)).toEqual(await rowsAfter(...[1, 2, 3, 4].slice(0, n).map(step)))
    }
  })

  it(
    `that is cut anywhere in what is sent or answered: all is stored or nothing (seed ${SEED})`,
    { timeout: 180_000 },
    async () => {
      const replica = (into: Store): Promise<unknown> => into.replicate(nthReplica(3))
      const transaction = (into: Store): Promise<unknown> => into.transaction((tx) => writeNth(tx, 2))
      const bytesOf = async (work: () => Promise<unknown>): Promise<Readonly<Record<Direction, number>>> => {
        const before = proxy.counts.bytes
        await work()
        const after = proxy.counts.bytes
        return { client: after.client - before.client, server: after.server - before.server }
      }
      const [nothing, base] = [await rowsAfter(), await here.open()]
      for (const write of [replica, transaction]) {
        const whole = await rowsAfter(write)
        /** Writes over a fresh connection: the same bytes every time. */
        const attempt = async (fault: Fault): Promise<Readonly<Record<Direction, number>>> => {
          await base.reset()
          const fresh = await here.open({ url: proxy.through(here.database.url) })
          await proxy.set(fault)
          return await bytesOf(() => write(fresh))
        }
        const bytes = await attempt({ kind: 'none' })
        const cut = fc.constantFrom('client' as const, 'server' as const).chain((from) => {
          const after = fc.integer({ min: 1, max: bytes[from] - 1 })
          return fc.record({ kind: fc.constant('cut' as const), from: fc.constant(from), after })
        })
        for (const fault of fc.sample(cut, { seed: SEED, numRuns: RUNS })) {
          await expect(attempt(fault)).rejects.toMatchObject({ code: 'unreachable' })
          // Whoever writes now waits until the server has done with the connection that was cut.
          await base.probe()
          expect([nothing, whole]).toContainEqual(await allRows(base))
          await write(store)
          expect(await allRows(base)).toEqual(whole)
        }
      }
    },
  )

  it('on which nothing comes back is given up when its caller does, and what it had sent takes no effect', async () => {
    const hasty = await here.open({
      url: proxy.through(here.database.url),
      // Whoever waits for a rollback that cannot be had finds its time over at once.
      clock: { now: () => Date.now(), sleep: async () => {} },
    })
    await step(1)(hasty)
    const abort = new AbortController()
    const stopped = new Error('stopped')
    const work = hasty.transaction(
      async (tx) => {
        await tx.putBars(NQ, bars(3, 50), ORIGIN)
        await proxy.set({ kind: 'silent' })
        const unanswered = tx.putBars(NQ, bars(3, 60), ORIGIN)
        abort.abort(stopped)
        await unanswered
      },
      { signal: abort.signal },
    )
    await expect(work).rejects.toBe(stopped)
    await proxy.set({ kind: 'none' })
    await step(2)(hasty)
    expect(await allRows(hasty)).toEqual(await rowsAfter(step(1), step(2)))
  })

  it('that is slow changes nothing but how long it takes', async () => {
    await proxy.set({ kind: 'slow', ms: 3 })
    await step(1)(store)
    await step(3)(store)
    expect(await allRows(store)).toEqual(await rowsAfter(step(1), step(3)))
  })

  it('that is cut while migrations are committed: they are found applied', async () => {
    await using empty = await testDatabase()
    await using way = await proxyTo(empty.database.url)
    const url = way.through(empty.database.url)
    await way.set({ kind: 'unanswered', to: 'COMMIT' })
    await expect(createPostgresStore({ url, clock: realClock })).rejects.toMatchObject({ code: 'unreachable' })
    const migrated = await empty.open({ url })
    expect(await migrated.schema()).toMatchObject({ pending: [] })
    await step(1)(migrated)
    expect(await allRows(migrated)).toEqual(await rowsAfter(step(1)))
  })
})

describe.skipIf(reason !== undefined)('a server that refuses in the midst of a transaction', () => {
  it('has stored nothing of it when a statement takes too long', async () => {
    await using here = await testDatabase()
    const store = await here.open({ statementTimeoutMs: 150 })
    await step(1)(store)
    await here.client.query('BEGIN; LOCK TABLE hourly_blocks IN SHARE MODE')
    await expect(step(2)(store)).rejects.toMatchObject({ code: 'timeout' })
    expect(await allRows(store)).toEqual(await rowsAfter(step(1)))
    await here.client.query('COMMIT')
    await step(2)(store)
    expect(await allRows(store)).toEqual(await rowsAfter(step(1), step(2)))
  })

  /** A row that passes the checks of this package, though no `timestamptz` reaches back so far. */
  const LONG_AGO = -8.64e15

  it('has stored nothing of a replica in which one row is not to its liking, and all of the others without it', async () => {
    await using here = await testDatabase()
    const store = await here.open()
    await step(1)(store)
    const { rows } = nthReplica(3)
    const [bar] = rows.ohlc_data ?? []
    if (bar === undefined) throw new Error('no bar to copy')
    const spoiled: Replica = {
      rows: { ...rows, ohlc_data: [...(rows.ohlc_data ?? []), { ...bar, timestamp: LONG_AGO }] },
    }
    await expect(store.replicate(spoiled)).rejects.toMatchObject({
      failure: { kind: 'constraint', constraint: 'value' },
    })
    expect(await allRows(store)).toEqual(await rowsAfter(step(1)))
    await store.replicate({ rows })
    expect(await allRows(store)).toEqual(await rowsAfter(step(1), (sqlite) => sqlite.replicate({ rows })))
  })

  it('has stored nothing of a transaction in which one row is not, by name of the rule that it breaks', async () => {
    await using here = await testDatabase()
    const store = await here.open()
    await step(1)(store)
    await here.client.query(`ALTER TABLE ohlc_data ADD CONSTRAINT of_here CHECK (volume < 1000)`)
    const order = { historyVersion: 0, asOf: T0 + 9 * MINUTE }
    const work = store.transaction(async (tx) => {
      await tx.putRows('fvg', NQ, [FEATURES.fvg], order)
      await tx.putBars(NQ, [barAt(70), barAt(71, { volume: 1_000 }), barAt(72)], ORIGIN)
    })
    await expect(work).rejects.toMatchObject({
      failure: { kind: 'constraint', table: 'ohlc_data', constraint: 'of_here' },
    })
    expect(await allRows(store)).toEqual(await rowsAfter(step(1)))
    await step(2)(store)
    expect(await allRows(store)).toEqual(await rowsAfter(step(1), step(2)))
  })
})

describe.skipIf(reason !== undefined)('many statements that are sent without waiting for each answer', () => {
  /** Three statements' worth. */
  const many = bars(12_000)

  it('fail with what the first one failed with, and have stored nothing', async () => {
    await using here = await testDatabase()
    const store = await here.open()
    await here.client.query(`ALTER TABLE ohlc_data ADD CONSTRAINT of_here CHECK (volume <> ${100 + 5_001})`)
    await expect(store.transaction((tx) => tx.putBars(NQ, many, ORIGIN))).rejects.toMatchObject({
      failure: { kind: 'constraint', constraint: 'of_here' },
    })
    const rows = nthReplica(3).rows
    const spoiled = { ...rows, ohlc_data: (rows.ohlc_data ?? []).map((row) => ({ ...row, volume: 5_101 })) }
    await expect(store.replicate({ rows: spoiled })).rejects.toMatchObject({
      failure: { kind: 'constraint', constraint: 'of_here' },
    })
    expect(await allRows(store)).toEqual(await rowsAfter())
    await step(1)(store)
    expect(await allRows(store)).toEqual(await rowsAfter(step(1)))
  })

  it('take no effect when they are given up while the first one waits', async () => {
    await using here = await testDatabase()
    const store = await here.open()
    await here.client.query('BEGIN; LOCK TABLE ohlc_data')
    const abort = new AbortController()
    const stopped = new Error('stopped')
    const work = store
      .transaction((tx) => tx.putBars(NQ, many, ORIGIN), { signal: abort.signal })
      .catch((error: unknown) => error)
    while ((await rowsOf(here.client, `SELECT FROM pg_locks WHERE NOT granted`)).length === 0);
    abort.abort(stopped)
    expect(await work).toBe(stopped)
    await here.client.query('COMMIT')
    await step(1)(store)
    expect(await allRows(store)).toEqual(await rowsAfter(step(1)))
  })

  it('find of two bars of one minute the first, also where they are in different statements', async () => {
    await using here = await testDatabase()
    const store = await here.open()
    await step(1)(store)
    const twice = [...many, barAt(4_999, { volume: 1 }), barAt(11_999)]
    const put = async (into: Store): Promise<unknown> => {
      const { inserted, unchanged, differing } = await into.transaction((tx) => tx.putBars(NQ, twice, ORIGIN))
      return { inserted: inserted.length, unchanged, differing }
    }
    await using sqlite = await createSqliteStore({ path: ':memory:', clock: createManualClock(0) })
    await step(1)(sqlite)
    expect(await put(store)).toEqual(await put(sqlite))
    expect(await store.readRows('ohlc_data')).toEqual(await sqlite.readRows('ohlc_data'))
  })
})

async function proxyTo(url: string): Promise<FaultProxy> {
  const { hostname: host, port } = new URL(url)
  return await startFaultProxy({ host, port: Number(port) })
}
