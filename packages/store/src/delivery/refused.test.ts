import { unavailable } from '@openpredict/local-supabase'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { allRows } from '../../test/all-rows.ts'
import { MirrorWorld } from '../../test/mirror-world.ts'
import { testDatabase, type TestDatabase } from '../../test/on-server.ts'
import type { Store } from '../store.ts'
import { barAt, bars, cycleRow, FEATURES, level, MINUTE, NQ, ORIGIN, T0 } from '../testing/samples.ts'
import { readDelivery } from './index.ts'

const BAD = 666

describe.skipIf(unavailable() !== undefined)('rows that PostgreSQL refuses', () => {
  let here: TestDatabase
  let postgres: Store
  let world: MirrorWorld
  beforeEach(async () => {
    here = await testDatabase()
    postgres = await here.open()
    await here.client.query(`ALTER TABLE ohlc_data ADD CONSTRAINT of_here CHECK (volume <> ${BAD})`)
    world = new MirrorWorld({ openRemote: () => here.open() })
  })
  afterEach(async () => {
    await world[Symbol.asyncDispose]()
    await here[Symbol.asyncDispose]()
  })

  /** The bars of minutes, of which some are not to the liking of the server. */
  const someBad = (count: number, bad: readonly number[]): ReturnType<typeof bars> =>
    bars(count).map((bar, i) => (bad.includes(i) ? { ...bar, volume: BAD } : { ...bar, volume: i + 1_000 }))

  it('are set aside with what was said, are told and counted, and all others are delivered', async () => {
    const mirror = await world.open()
    const bad = [0, 137, 138, 399]
    world.remote.away = true
    await mirror.transaction(async (tx) => {
      await tx.putBars(NQ, someBad(400, bad), ORIGIN)
      await tx.putRows('fvg', NQ, [FEATURES.fvg], { historyVersion: 0, asOf: T0 })
      await tx.putCycle(cycleRow())
    })
    world.remote.away = false
    expect(await mirror.drain()).toEqual({ delivered: 398, refused: 4 })
    const there = await allRows(postgres)
    const { ohlc_data: all = [], ...others } = await allRows(mirror)
    expect(there).toEqual({ ...others, ohlc_data: all.filter((_, i) => !bad.includes(i)) })
    const told = world.told('refused')
    expect(told.map(({ table, key }) => `${table} ${key}`).toSorted()).toEqual(
      bad.map((n) => `ohlc_data ${NQ}, ${T0 + n * MINUTE}`).toSorted(),
    )
    expect(told[0]?.message).toContain('of_here')
    const expected = { waiting: 0, refused: 4, lastRefusal: expect.stringContaining('of_here'), failedAt: undefined }
    expect(await mirror.status()).toMatchObject(expected)
    expect(await readDelivery(world.path, { clock: { now: () => 0, sleep: async () => {} } })).toMatchObject(expected)
  })

  it('are not tried again, also after the mirror was opened again', async () => {
    const mirror = await world.open()
    await mirror.transaction((tx) => tx.putBars(NQ, someBad(3, [1]), ORIGIN))
    await mirror.drain()
    await mirror.close()
    world.remote.came.length = 0
    const again = await world.open()
    expect(await again.drain()).toEqual({ delivered: 0, refused: 0 })
    expect(world.remote.came).toEqual([])
    expect(await again.status()).toMatchObject({ waiting: 0, refused: 1 })
  })

  it('are delivered when they have changed so that they please, and are refused no more', async () => {
    const mirror = await world.open()
    await mirror.transaction((tx) => tx.putBars(NQ, someBad(5, [1, 3]), ORIGIN))
    await mirror.drain()
    await mirror.transaction((tx) => tx.reviseBars(NQ, [barAt(1, { volume: 1 })], ORIGIN))
    await mirror.drain()
    expect(await mirror.status()).toMatchObject({ waiting: 0, refused: 1 })
    await mirror.transaction((tx) => tx.reviseBars(NQ, [barAt(3, { volume: BAD, open: 19_801 })], ORIGIN))
    await mirror.drain()
    expect(await mirror.status()).toMatchObject({ waiting: 0, refused: 1 })
    await mirror.transaction((tx) => tx.reviseBars(NQ, [barAt(3, { volume: 3 })], ORIGIN))
    await mirror.drain()
    expect(await mirror.status()).toMatchObject({ waiting: 0, refused: 0, lastRefusal: undefined })
    expect(await allRows(postgres)).toEqual(await allRows(mirror))
  })

  it('are forgotten when they are gone', async () => {
    await here.client.query(`ALTER TABLE reference_levels ADD CONSTRAINT of_here CHECK (price <> ${BAD})`)
    const mirror = await world.open()
    const place = { historyVersion: 0, asOf: T0 }
    await mirror.transaction(async (tx) => {
      await tx.putRows('reference_levels', NQ, [level({ price: BAD })], place)
      await tx.putBars('OLD', [{ ...barAt(0, { volume: BAD }), time: -T0 }], ORIGIN)
    })
    await mirror.drain()
    expect(await mirror.status()).toMatchObject({ refused: 2 })
    await mirror.transaction((tx) => tx.replaceRows('reference_levels', NQ, [], { ...place, replacedAt: T0 }))
    await mirror.drain()
    await mirror.prune(0)
    expect(await mirror.status()).toMatchObject({ waiting: 0, refused: 0 })
  })

  it('do not keep others from being delivered, however many they are', async () => {
    const mirror = await world.open({ batchRows: 50 })
    await here.client.query('ALTER TABLE ohlc_data ADD CONSTRAINT nothing_at_all CHECK (volume < 0)')
    await mirror.transaction((tx) => tx.putBars(NQ, bars(120), ORIGIN))
    await mirror.transaction((tx) => tx.putCycle(cycleRow()))
    await mirror.drain()
    expect(await mirror.status()).toMatchObject({ waiting: 0, refused: 120 })
    expect(await postgres.readRows('collection_cycles')).toEqual([cycleRow()])
    expect(await postgres.countRows('ohlc_data')).toBe(0)
  })
})
