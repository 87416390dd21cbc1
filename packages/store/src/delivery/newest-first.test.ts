import { afterEach, beforeEach, expect, it } from 'vitest'

import { allRows } from '../../test/all-rows.ts'
import { sizeOf } from '../../test/failing-remote.ts'
import { MirrorWorld } from '../../test/mirror-world.ts'
import { bars, cycleRow, ES, FEATURES, level, MINUTE, NQ, ORIGIN, T0 } from '../testing/samples.ts'

const BATCH = 100

let world: MirrorWorld
beforeEach(() => {
  world = new MirrorWorld()
})
afterEach(() => world[Symbol.asyncDispose]())

it('sends what is written while a backlog drains with the next batch, and the backlog from the newest back', async () => {
  const mirror = await world.open({ batchRows: BATCH })
  world.remote.away = true
  for (let n = 0; n < 10; n++) {
    await mirror.transaction((tx) => tx.putBars(NQ, bars(BATCH, n * BATCH), ORIGIN))
  }
  expect(await mirror.status()).toMatchObject({ waiting: 1_000 })
  world.remote.whenItComes = async () => {
    // While the third batch is under way.
    if (world.remote.came.length === 3) await mirror.transaction((tx) => tx.putCycle(cycleRow()))
  }
  world.remote.away = false
  expect(await mirror.drain()).toEqual({ delivered: 1_001, refused: 0 })
  const { came } = world.remote
  expect(came.map(sizeOf)).toEqual([...Array.from({ length: 10 }, () => BATCH), 1])
  expect(came[3]?.rows.collection_cycles).toEqual([cycleRow()])
  const minutes = came.flatMap(({ rows }) => (rows.ohlc_data ?? []).map(({ timestamp }) => (timestamp - T0) / MINUTE))
  expect(minutes).toEqual(minutes.toSorted((a, b) => b - a))
  expect(await allRows(await world.openRemote())).toEqual(await allRows(mirror))
})

it('sends of a row that changes again and again only what it is when its turn comes', async () => {
  const mirror = await world.open()
  world.remote.away = true
  const put = (price: number): Promise<number> =>
    mirror.transaction((tx) =>
      tx.putRows('reference_levels', NQ, [level({ price })], { historyVersion: 0, asOf: T0 + price }),
    )
  for (let price = 1; price <= 5; price++) await put(price)
  expect(await mirror.status()).toMatchObject({ waiting: 1 })
  world.remote.whenItComes = async () => {
    // It changes once more while it is under way: that is not what is confirmed.
    if (world.remote.came.length === 1) await put(6)
  }
  world.remote.away = false
  await mirror.drain()
  const sent = world.remote.came.map(({ rows }) => rows.reference_levels?.map(({ price }) => price))
  expect(sent).toEqual([[5], [6]])
  expect(await mirror.status()).toMatchObject({ waiting: 0 })
})

it('sends nothing when only another writer knows of a row, or the same is written again', async () => {
  const mirror = await world.open()
  const put = (asOf: number): Promise<unknown> =>
    mirror.transaction(async (tx) => {
      await tx.putRows('fvg', NQ, [FEATURES.fvg], { historyVersion: 0, asOf })
      await tx.putBars(ES, bars(3), ORIGIN)
    })
  await put(T0)
  await mirror.drain()
  await put(T0 + MINUTE)
  expect(await mirror.status()).toMatchObject({ waiting: 0 })
  expect(await mirror.readRows('fvg')).toMatchObject([{ as_of: T0 + MINUTE }])
})

it('does not send what was taken back', async () => {
  const mirror = await world.open()
  const work = mirror.transaction(async (tx) => {
    await tx.putBars(NQ, bars(3), ORIGIN)
    throw new Error('no')
  })
  await expect(work).rejects.toThrow('no')
  expect(await mirror.drain()).toEqual({ delivered: 0, refused: 0 })
  expect(await mirror.countRows('ohlc_data')).toBe(0)
})

it('delivers in the background what is written, without being asked', async () => {
  const mirror = await world.open()
  // What delivers when it is opened is over.
  await mirror.drain()
  const arrived = Promise.withResolvers<void>()
  world.remote.whenItComes = async () => arrived.resolve()
  await mirror.transaction((tx) => tx.putBars(NQ, bars(3), ORIGIN))
  await arrived.promise
  expect(world.remote.came.map(sizeOf)).toEqual([3])
})

it('says once that the remote store is away and once that it is back, and how much waits', async () => {
  const mirror = await world.open()
  await mirror.drain()
  world.remote.away = true
  await mirror.transaction((tx) => tx.putBars(NQ, bars(3), ORIGIN))
  for (let i = 0; i < 3; i++) await expect(mirror.drain()).rejects.toMatchObject({ code: 'unreachable' })
  const told = { kind: 'away', code: 'unreachable', message: expect.stringMatching(/./), hint: 'Wait.', waiting: 3 }
  expect(world.events).toEqual([told])
  const { failedAt, failure, oldestMarkedAt, waiting } = await mirror.status()
  expect({ failure, waiting }).toEqual({ failure: 'store remote: the connection broke', waiting: 3 })
  expect(failedAt).toBeGreaterThanOrEqual(oldestMarkedAt ?? Number.NaN)
  world.remote.away = false
  await mirror.drain()
  expect(world.events).toMatchObject([told, { kind: 'back', afterMs: expect.any(Number) }])
  const state = await mirror.status()
  expect(state).toMatchObject({ waiting: 0, oldestMarkedAt: undefined, failedAt: undefined, failure: undefined })
  expect(state.confirmedAt).toBeGreaterThanOrEqual(failedAt ?? Number.NaN)
  expect(state.rowsPerSecond).toBeGreaterThan(0)
})

it('ends a drain when its caller says so; what was confirmed stays so', async () => {
  const mirror = await world.open({ batchRows: 10 })
  world.remote.away = true
  await mirror.transaction((tx) => tx.putBars(NQ, bars(50), ORIGIN))
  const abort = new AbortController()
  world.remote.whenItComes = async () => {
    if (world.remote.came.length === 3) abort.abort(new Error('enough'))
  }
  world.remote.away = false
  await expect(mirror.drain({ signal: abort.signal })).rejects.toThrow('enough')
  expect(await mirror.status()).toMatchObject({ waiting: 30, failedAt: undefined })
  expect(world.told('back')).toEqual([])
})
