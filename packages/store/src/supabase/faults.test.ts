import { type FaultProxy, startFaultProxy, unavailable } from '@openpredict/local-supabase'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'

import { type HttpFault, type HttpProxy, startHttpProxy } from '../../test/http-proxy.ts'
import { testProject, type TestProject } from '../../test/on-data-api.ts'
import type { Row } from '../rows.ts'
import type { Replica, Store } from '../store.ts'
import { barAt, bars, contentOf, cycleRow, errorRow, level, NQ, ORIGIN, T0 } from '../testing/samples.ts'
import type { SupabaseStoreOptions } from './index.ts'

const QUICK: Partial<SupabaseStoreOptions> = { retryBaseMs: 1, retryMaxMs: 4 }
const html = { 'content-type': 'text/html' }
const failing = (status: number, headers: Readonly<Record<string, string>> = html): HttpFault => ({
  kind: 'answer',
  status,
  headers,
  body: '<html>hush</html>',
})

/** What may befall a request and leaves no trace when it is sent again. */
const FAULTS: readonly (readonly [name: string, fault: HttpFault])[] = [
  ['503', failing(503)],
  ['504', failing(504)],
  ['a page of HTML with 502', failing(502)],
  ['429 with Retry-After', failing(429, { 'retry-after': '0' })],
  ['a reset before it was carried out', { kind: 'reset' }],
  ['a reset after it was carried out', { kind: 'reset', after: true }],
  ['503 although it was carried out', { kind: 'answer', status: 503, after: true }],
  ['504 although it was carried out', { kind: 'answer', status: 504, after: true }],
  ['an answer that stops in the middle', { kind: 'truncated' }],
  ['silence', { kind: 'silence' }],
  ['slowness', { kind: 'slow', ms: 50 }],
]

function storedBar(minute: number, change: Partial<Row<'ohlc_data'>> = {}): Row<'ohlc_data'> {
  const { time: timestamp, ...prices } = barAt(minute)
  return { instrument: NQ, timestamp, ...prices, source: 'test', ingested_at: T0, revision: 0, ...change }
}

const replica: Replica = {
  rows: {
    ohlc_data: [0, 1, 2].map((minute) => storedBar(minute)),
    reference_levels: [{ instrument: NQ, ...level(), history_version: 2, as_of_version: 2, as_of: T0 }],
    collection_cycles: [cycleRow()],
    error_log: [errorRow()],
    instrument_state: [{ instrument: NQ, history_version: 2 }],
  },
}

const reason = unavailable('data API')

describe.skipIf(reason !== undefined)('a store behind a network', () => {
  let here: TestProject
  let http: HttpProxy

  beforeAll(async () => {
    here = await testProject()
    http = await startHttpProxy(here.project.url)
    return async () => {
      await http[Symbol.asyncDispose]()
      await here[Symbol.asyncDispose]()
    }
  })

  beforeEach(async () => {
    await here.postgres.reset()
    http.next()
  })

  const open = (options: Partial<SupabaseStoreOptions> = {}): Promise<Store> =>
    here.open({ url: http.url, ...QUICK, requestTimeoutMs: 1_000, ...options })

  describe.each(FAULTS)('that answers with %s', (_, fault) => {
    it('reads everything once', async () => {
      await here.postgres.transaction((tx) => tx.putBars(NQ, bars(2_500), ORIGIN))
      const store = await open()
      http.next(fault, { kind: 'none' }, fault)
      expect((await store.readBars({ instrument: NQ })).toArray()).toEqual(bars(2_500))
    })

    it('takes a replica over once', async () => {
      const store = await open()
      http.next(fault)
      expect((await store.replicate(replica)).historyVersions).toEqual({ [NQ]: 2 })
      for (const [table, rows] of Object.entries(replica.rows)) {
        expect(await here.postgres.readRows(table as 'ohlc_data')).toEqual(rows)
      }
    })

    it.each(['begin', 'rows', 'replicate'])('stores a transaction once, when it befalls its %s', async (name) => {
      const store = await open()
      void http.on(new RegExp(`openpredict_${name}`), fault)
      const inserted = await store.transaction(async (tx) => {
        const version = await tx.raiseHistoryVersion(NQ)
        await tx.putRows('reference_levels', NQ, [level()], { historyVersion: version, asOf: T0 })
        return (await tx.putBars(NQ, bars(3), ORIGIN)).inserted.length
      })
      expect(inserted).toBe(3)
      expect(await here.postgres.historyVersion(NQ)).toBe(1)
      expect((await here.postgres.readBars({ instrument: NQ })).toArray()).toEqual(bars(3))
      expect(await here.postgres.countRows('reference_levels')).toBe(1)
    })
  })

  it('says what is wrong when it stays so, and shows nothing of a page', async () => {
    const store = await open({ retries: 1 })
    const before = await contentOf(here.postgres)
    http.next(failing(502), failing(502))
    const failed = store.replicate(replica)
    await expect(failed).rejects.toMatchObject({ code: 'unreachable', message: expect.stringContaining('HTTP 502') })
    await expect(failed).rejects.not.toThrow(/hush/)
    expect(await contentOf(here.postgres)).toEqual(before)
    expect((await store.replicate(replica)).written).toBe(7)
  })

  it('never sends again what was refused', async () => {
    const store = await open()
    const sent = http.seen.length
    http.next({
      kind: 'answer',
      status: 409,
      headers: { 'content-type': 'application/json' },
      body: '{"code":"23505"}',
    })
    await expect(store.replicate(replica)).rejects.toMatchObject({ code: 'constraint' })
    expect(http.seen.length - sent).toBe(1)
  })

  it('knows that a transaction was stored whose answers were all lost', async () => {
    const store = await open({ retries: 1 })
    const lost: HttpFault = { kind: 'reset', after: true }
    void http.on(/openpredict_replicate/, lost, lost)
    expect(await store.transaction((tx) => tx.raiseHistoryVersion(NQ))).toBe(1)
    expect(await here.postgres.historyVersion(NQ)).toBe(1)
  })

  it('stores nothing when a transaction is stopped while it is being sent', async () => {
    const store = await open({ requestTimeoutMs: 30_000 })
    const abort = new AbortController()
    const reached = http.on(/openpredict_replicate/, { kind: 'silence' })
    const work = store.transaction((tx) => tx.putBars(NQ, bars(3), ORIGIN), { signal: abort.signal })
    await reached
    abort.abort(new Error('stopped'))
    await expect(work).rejects.toThrow('stopped')
    expect(await store.transaction((tx) => tx.countRows('ohlc_data'))).toBe(0)
  })
})

describe.skipIf(reason !== undefined)('a store behind a wire', () => {
  let here: TestProject
  let wire: FaultProxy

  beforeAll(async () => {
    here = await testProject()
    wire = await startFaultProxy({ host: '127.0.0.1', port: Number(new URL(here.project.url).port) })
    return async () => {
      // In this order: the wire waits for the other end to let go of what was cut.
      await here[Symbol.asyncDispose]()
      await wire.stop()
    }
  })

  it('stores everything once, wherever the wire is cut', async () => {
    const store = await here.open({ url: wire.through(here.project.url), ...QUICK })
    for (const [n, after] of [1, 200, 700, 1_500, 4_000, 20_000].entries()) {
      for (const from of ['client', 'server'] as const) {
        await wire.set({ kind: 'cut', after, from })
        const instrument = `${from} ${n}`
        await store.transaction(async (tx) => {
          await tx.putBars(instrument, bars(100), ORIGIN)
          await tx.reviseBars(instrument, [barAt(5, { volume: 1 })], ORIGIN)
          await tx.raiseHistoryVersion(instrument)
        })
        await wire.set({ kind: 'none' })
        expect(await here.postgres.countRows('ohlc_data', instrument)).toBe(100)
        expect(await here.postgres.countRows('ohlc_revisions', instrument)).toBe(1)
        expect(await here.postgres.historyVersion(instrument)).toBe(1)
      }
    }
  })

  it('goes on where it was when nobody had listened', async () => {
    const store = await here.open({ url: wire.through(here.project.url), ...QUICK, retries: 1 })
    await wire.set({ kind: 'refused' })
    wire.cut()
    await expect(store.countRows('fvg')).rejects.toMatchObject({ code: 'refused' })
    await wire.set({ kind: 'none' })
    expect(await store.countRows('fvg')).toBe(0)
  })
})
