import { afterEach, beforeEach, expect, it } from 'vitest'

import { allRows } from '../../test/all-rows.ts'
import { fill } from '../../test/many-rows.ts'
import { MirrorWorld } from '../../test/mirror-world.ts'
import { barAt, bars, level, MINUTE, NQ, ORIGIN, T0 } from '../testing/samples.ts'

let world: MirrorWorld
beforeEach(() => {
  world = new MirrorWorld()
})
afterEach(() => world[Symbol.asyncDispose]())

it('prune takes rows from the mirror and leaves them in the remote store', async () => {
  const mirror = await world.open()
  const old = [-1, 0, 1].map((n) => ({ ...barAt(0), time: -T0 + n * MINUTE }))
  await mirror.transaction(async (tx) => {
    await tx.putBars(NQ, [...old, ...bars(3)], ORIGIN)
    await tx.putRows('reference_levels', NQ, [level({ period_start: -T0 - 1 }), level()], {
      historyVersion: 0,
      asOf: 0,
    })
  })
  await mirror.drain()
  const all = await allRows(await world.openRemote())
  expect(await mirror.prune(-T0)).toMatchObject({ ohlc_data: 1, reference_levels: 1 })
  expect(await mirror.status()).toMatchObject({ waiting: 0 })
  await mirror.transaction((tx) => tx.putBars(NQ, bars(1, 3), ORIGIN))
  await mirror.drain()
  expect(await mirror.countRows('ohlc_data')).toBe(6)
  const there = await world.openRemote()
  expect(await there.countRows('ohlc_data')).toBe(7)
  expect(await there.readRows('reference_levels')).toEqual(all['reference_levels'])
})

it('prune forgets that a row waited, and no other row', async () => {
  const mirror = await world.open()
  world.remote.away = true
  await mirror.transaction((tx) => tx.putBars(NQ, [{ ...barAt(0), time: -T0 }, ...bars(3)], ORIGIN))
  await mirror.prune(0)
  expect(await mirror.status()).toMatchObject({ waiting: 3 })
  world.remote.away = false
  await mirror.drain()
  expect(await allRows(await world.openRemote())).toEqual(await allRows(mirror))
})

it('reset empties the mirror and leaves the remote store, from which it is filled when it is opened next', async () => {
  const mirror = await world.open()
  await fill(mirror, 20)
  await mirror.drain()
  const all = await allRows(mirror)
  await mirror.reset()
  expect(await mirror.status()).toMatchObject({ waiting: 0, filled: false })
  expect(await mirror.drain()).toEqual({ delivered: 0, refused: 0 })
  expect(await mirror.countRows('ohlc_data')).toBe(0)
  expect(await allRows(await world.openRemote())).toEqual(all)
  await mirror.close()
  expect(await allRows(await world.open())).toEqual(all)
})
