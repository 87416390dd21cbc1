import { unavailable } from '@openpredict/local-supabase'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'

import { startHttpProxy } from '../../test/http-proxy.ts'
import { testProject, type TestProject } from '../../test/on-data-api.ts'
import { rowsOf } from '../../test/on-server.ts'
import { realClock } from '../../test/real-clock.ts'
import type { Store } from '../store.ts'
import { barAt, bars, errorRow, level, NQ, ORIGIN, T0 } from '../testing/samples.ts'

const reason = unavailable('data API')

/** Something to wait for, and what ends the wait. */
function gate(): { readonly open: Promise<void>; readonly pass: () => void } {
  const { promise: open, resolve: pass } = Promise.withResolvers<void>()
  return { open, pass }
}

describe.skipIf(reason !== undefined)('writers over HTTP', () => {
  let here: TestProject
  let store: Store

  beforeAll(async () => {
    here = await testProject()
    store = await here.open()
    return () => here[Symbol.asyncDispose]()
  })

  beforeEach(async () => {
    await here.client.query('DELETE FROM store_leases')
    await here.postgres.reset()
  })

  /** Runs `during` while another program holds the lease. */
  async function whileAnotherWrites(during: () => Promise<void>, options = {}): Promise<void> {
    const other = await here.open(options)
    const [begun, over] = [gate(), gate()]
    const work = other.transaction(async (tx) => {
      await tx.putBars('other', bars(1), ORIGIN)
      begun.pass()
      await over.open
    })
    await begun.open
    try {
      await during()
    } finally {
      over.pass()
      await work.catch(() => {})
    }
  }

  it('do not write while another one does, and say how long they have waited', async () => {
    const hasty = await here.open({ lockTimeoutMs: 50 })
    await whileAnotherWrites(async () => {
      const writes = [
        () => hasty.transaction((tx) => tx.putBars(NQ, bars(1), ORIGIN)),
        () => hasty.replicate({ rows: { error_log: [errorRow()] } }),
        () => hasty.reset(),
      ]
      for (const write of writes) {
        const failed = await write().catch((error: unknown) => error)
        expect(failed).toMatchObject({ failure: { kind: 'locked', waitedMs: expect.any(Number) } })
        expect((failed as { failure: { waitedMs: number } }).failure.waitedMs).toBeGreaterThanOrEqual(50)
      }
    })
    expect(await here.postgres.countRows('ohlc_data', 'other')).toBe(1)
    expect(await here.postgres.countRows('error_log')).toBe(0)
  })

  it('read meanwhile, and write when the other one is done', async () => {
    let written: Promise<unknown> = Promise.resolve()
    await whileAnotherWrites(async () => {
      written = store.replicate({ rows: { error_log: [errorRow()] } })
      expect(await here.postgres.countRows('error_log')).toBe(0)
      expect(await (await here.open()).countRows('ohlc_data')).toBe(0)
    })
    await written
    expect(await here.postgres.countRows('error_log')).toBe(1)
  })

  it('give their turn back also when they store nothing, or fail', async () => {
    await store.transaction((tx) => tx.countRows('fvg'))
    await store.transaction(() => Promise.reject(new Error('no'))).catch(() => {})
    const abort = new AbortController()
    const stopped = store.transaction(() => new Promise(() => {}), { signal: abort.signal })
    abort.abort(new Error('stopped'))
    await expect(stopped).rejects.toThrow('stopped')
    await store.transaction((tx) => tx.putBars(NQ, bars(1), ORIGIN))
    const held = await rowsOf(here.client, 'SELECT FROM store_leases WHERE result IS NULL')
    expect(held).toEqual([])
  })

  it('are not held up for long by one that has died', async () => {
    const { client } = here
    await client.query(`SELECT openpredict_begin('${errorRow().id}', 300)`)
    const hasty = await here.open({ lockTimeoutMs: 0 })
    await expect(hasty.transaction((tx) => tx.putBars(NQ, bars(1), ORIGIN))).rejects.toMatchObject({ code: 'locked' })
    await store.transaction((tx) => tx.putBars(NQ, bars(1), ORIGIN))
    expect(await here.postgres.countRows('ohlc_data')).toBe(1)
  })

  it('store nothing when their turn is over before they are', async () => {
    // Nothing prolongs the lease: this clock never wakes anybody.
    const clock = { now: () => realClock.now(), sleep: () => new Promise<void>(() => {}) }
    const slow = await here.open({ leaseMs: 1, clock })
    await expect(
      slow.transaction(async (tx) => {
        await tx.putBars(NQ, bars(1), ORIGIN)
        await here.client.query('SELECT pg_sleep(0.01)')
      }),
    ).rejects.toMatchObject({ code: 'locked', message: expect.stringContaining('expired') })
    expect(await here.postgres.countRows('ohlc_data')).toBe(0)
  })

  it('keep their turn as long as they work', async () => {
    await whileAnotherWrites(
      async () => {
        await here.client.query('SELECT pg_sleep(0.6)')
        const hasty = await here.open({ lockTimeoutMs: 0 })
        await expect(hasty.reset()).rejects.toMatchObject({ code: 'locked' })
      },
      { leaseMs: 300 },
    )
    expect(await here.postgres.countRows('ohlc_data', 'other')).toBe(1)
  })

  it('wait for one that writes over a connection of its own', async () => {
    const [begun, over] = [gate(), gate()]
    const work = here.postgres.transaction(async (tx) => {
      await tx.putBars(NQ, bars(1), ORIGIN)
      begun.pass()
      await over.open
    })
    await begun.open
    const written = store.transaction((tx) => tx.putBars(NQ, bars(2), ORIGIN))
    expect(await (await here.open()).countRows('ohlc_data')).toBe(0)
    over.pass()
    await work
    expect((await written).unchanged).toBe(1)
  })

  it('store nothing when a connection of its own has begun a new history meanwhile', async () => {
    const work = store.transaction(async (tx) => {
      const historyVersion = await tx.raiseHistoryVersion(NQ)
      await tx.putRows('reference_levels', NQ, [level()], { historyVersion, asOf: T0 })
      await here.postgres.transaction((other) => other.raiseHistoryVersion(NQ))
    })
    await expect(work).rejects.toMatchObject({ code: 'locked', message: expect.stringContaining('new history') })
    expect(await here.postgres.historyVersion(NQ)).toBe(1)
    expect(await here.postgres.countRows('reference_levels')).toBe(0)
    expect(await store.transaction((tx) => tx.raiseHistoryVersion(NQ))).toBe(2)
  })

  it('send nothing at all for a transaction that throws', async () => {
    await using http = await startHttpProxy(here.project.url)
    const watched = await here.open({ url: http.url })
    const work = watched.transaction(async (tx) => {
      await tx.putBars(NQ, bars(3), ORIGIN)
      await tx.reviseBars(NQ, [barAt(1, { volume: 0 })], ORIGIN)
      throw new Error('no')
    })
    await expect(work).rejects.toThrow('no')
    const calls = http.seen.flatMap((request) => /rpc\/openpredict_(\w+)/.exec(request)?.[1] ?? [])
    expect(new Set(calls)).toEqual(new Set(['begin', 'rows', 'end']))
  })

  it('send one request for all that a transaction has changed', async () => {
    await using http = await startHttpProxy(here.project.url)
    const watched = await here.open({ url: http.url })
    await watched.transaction(async (tx) => {
      await tx.putBars(NQ, bars(3_000), ORIGIN)
      await tx.putError(errorRow())
    })
    const calls = http.seen.flatMap((request) => /rpc\/openpredict_(\w+)/.exec(request)?.[1] ?? [])
    expect(calls).toEqual(['begin', 'rows', 'rows', 'replicate'])
  })
})
