import { afterEach, beforeEach, expect, it } from 'vitest'

import { dayMinute } from '../../test/day-work.ts'
import { MirrorWorld } from '../../test/mirror-world.ts'
import { StoreError } from '../errors.ts'
import { createSqliteStore } from '../sqlite/index.ts'
import { contentOf, NQ } from '../testing/samples.ts'
import { realClock } from '../../test/real-clock.ts'
import type { Store } from '../store.ts'

const PAGES = 200

let world: MirrorWorld
beforeEach(() => {
  world = new MirrorWorld()
})
afterEach(() => world[Symbol.asyncDispose]())

/** Minutes until no room is left; says how many there are. */
async function untilFull(store: Store): Promise<number> {
  for (let n = 0; ; n++) {
    try {
      await store.transaction((tx) => dayMinute(tx, NQ, n))
    } catch (error) {
      if (error instanceof StoreError && error.code === 'disk-full') return n
      throw error
    }
  }
}

async function contentAfter(minutes: number): Promise<unknown> {
  await using truth = await createSqliteStore({ path: ':memory:', clock: realClock })
  for (let n = 0; n < minutes; n++) await truth.transaction((tx) => dayMinute(tx, NQ, n))
  return await contentOf(truth)
}

it('a full disk refuses a write whole, delivers what there is, and takes up again when there is room', async () => {
  const mirror = await world.open({ maxPages: PAGES })
  world.remote.away = true
  const minutes = await untilFull(mirror)
  expect(minutes).toBeGreaterThan(5)
  const truth = await contentAfter(minutes)
  expect(await contentOf(mirror)).toEqual(truth)
  await expect(mirror.transaction((tx) => dayMinute(tx, NQ, minutes))).rejects.toMatchObject({ code: 'disk-full' })

  world.remote.away = false
  await mirror.drain()
  expect(await mirror.status()).toMatchObject({ waiting: 0, refused: 0, failedAt: undefined })
  expect(await contentOf(await world.openRemote())).toEqual(truth)
  expect(await contentOf(mirror)).toEqual(truth)
  expect(world.told('damaged')).toEqual([])
  await mirror.close()

  const roomy = await world.open()
  await roomy.transaction((tx) => dayMinute(tx, NQ, minutes))
  await roomy.drain()
  const after = await contentAfter(minutes + 1)
  expect(await contentOf(roomy)).toEqual(after)
  expect(await contentOf(await world.openRemote())).toEqual(after)
  expect(world.told('damaged')).toEqual([])
})

it('a disk too small for what the remote store has leaves no mirror that counts as filled', async () => {
  const there = await world.openRemote()
  for (let n = 0; n < 400; n++) await there.transaction((tx) => dayMinute(tx, NQ, n))
  await expect(world.open({ maxPages: PAGES / 2 })).rejects.toMatchObject({ code: 'disk-full' })
  const mirror = await world.open()
  expect(await contentOf(mirror)).toEqual(await contentOf(there))
})
