import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest'

import { allRows } from '../../test/all-rows.ts'
import { sizeOf } from '../../test/failing-remote.ts'
import { fill } from '../../test/many-rows.ts'
import { MirrorWorld } from '../../test/mirror-world.ts'
import { realClock } from '../../test/real-clock.ts'
import { REPLICATED_TABLES } from '../internal/replica.ts'
import { createSqliteStore } from '../sqlite/index.ts'
import type { Store } from '../store.ts'
import { barAt, bars, cycleRow, FEATURES, level, MINUTE, NQ, ORIGIN, T0 } from '../testing/samples.ts'
import { readDelivery } from './index.ts'

const ROWS = 40
const FILLER = fileURLToPath(import.meta.resolve('../../test/mirror-filler.ts'))

let world: MirrorWorld
beforeEach(() => {
  world = new MirrorWorld()
})
afterEach(() => world[Symbol.asyncDispose]())

/** A remote store with rows in every table. */
async function filledRemote(count = ROWS): Promise<Store> {
  const there = await world.openRemote()
  await fill(there, count)
  return there
}

describe('a new mirror', () => {
  it('takes every row of every table of a filled remote store, and sends nothing back', async () => {
    const there = await filledRemote()
    const mirror = await world.open()
    expect(await allRows(mirror)).toEqual(await allRows(there))
    expect(world.told('filled')).toMatchObject([{ rows: ROWS * REPLICATED_TABLES.length }])
    expect(await mirror.status()).toMatchObject({ filled: true, waiting: 0, target: 'remote' })
    expect(await mirror.drain()).toEqual({ delivered: 0, refused: 0 })
    expect(world.remote.came).toEqual([])
  })

  it('takes tables that are larger than a portion, and continues their cycles', async () => {
    const there = await world.openRemote()
    const { time: _, ...prices } = barAt(0)
    const rows = Array.from({ length: 12_345 }, (_each, i) => {
      return { instrument: NQ, timestamp: T0 + i * MINUTE, ...prices, source: 'test', ingested_at: i, revision: 0 }
    })
    await there.replicate({ rows: { ohlc_data: rows, collection_cycles: [cycleRow({ cycle: 77 })] } })
    const mirror = await world.open()
    expect(await allRows(mirror)).toEqual(await allRows(there))
    expect(await mirror.lastCycle(NQ)).toBe(77)
  })

  it('is not made while the remote store is away, and is filled when it is back', async () => {
    const there = await filledRemote()
    world.remote.away = true
    await expect(world.open()).rejects.toMatchObject({ name: 'StoreError', code: 'unreachable' })
    expect(await readDelivery(world.path, { clock: realClock })).toMatchObject({ filled: false })
    world.remote.away = false
    const mirror = await world.open()
    expect(await allRows(mirror)).toEqual(await allRows(there))
    expect(world.told('damaged')).toEqual([])
  })

  it('begins again after the remote store broke off in the middle', async () => {
    const there = await filledRemote()
    world.remote.whenRead = (table) => {
      if (table === 'market_structure') world.remote.away = true
    }
    await expect(world.open()).rejects.toMatchObject({ code: 'unreachable' })
    expect(await readDelivery(world.path, { clock: realClock })).toMatchObject({ filled: false, waiting: 0 })
    world.remote.whenRead = () => {}
    world.remote.away = false
    const mirror = await world.open()
    expect(await allRows(mirror)).toEqual(await allRows(there))
    expect(await mirror.drain()).toEqual({ delivered: 0, refused: 0 })
  })

  it('begins again after its process was killed in the middle', async () => {
    const there = await filledRemote()
    const child = spawn(process.execPath, ['--conditions=@openpredict/source', FILLER, world.folder], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    onTestFinished(() => void child.kill('SIGKILL'))
    const exit = once(child, 'exit')
    for await (const line of createInterface({ input: child.stdout })) if (line === 'fvg') child.kill('SIGKILL')
    expect(await exit).toEqual([null, 'SIGKILL'])
    expect(await readDelivery(world.path, { clock: realClock })).toMatchObject({ filled: false })
    const half = await createSqliteStore({ path: world.path, clock: realClock })
    expect(await half.countRows('ohlc_data')).toBe(ROWS)
    expect(await half.countRows('market_structure')).toBe(0)
    await half.close()
    const mirror = await world.open()
    expect(await allRows(mirror)).toEqual(await allRows(there))
    expect(await mirror.status()).toMatchObject({ filled: true, waiting: 0 })
  })
})

describe('a file that was no mirror before', () => {
  it('delivers everything that is in it', async () => {
    const plain = await createSqliteStore({ path: world.path, clock: realClock })
    await fill(plain, ROWS)
    const before = await allRows(plain)
    await plain.close()
    const mirror = await world.open({ batchRows: 100 })
    await mirror.drain()
    expect(await allRows(await world.openRemote())).toEqual(before)
    expect(await allRows(mirror)).toEqual(before)
    expect(await mirror.status()).toMatchObject({ waiting: 0, filled: true })
  })

  it('delivers what was written into it without delivery in between', async () => {
    const mirror = await world.open()
    await fill(mirror, 3)
    await mirror.drain()
    await mirror.close()
    const plain = await createSqliteStore({ path: world.path, clock: realClock })
    await plain.transaction((tx) => tx.reviseBars(NQ, [barAt(0, { volume: 5 })], ORIGIN))
    await plain.transaction((tx) => tx.putBars(NQ, bars(20, 500), ORIGIN))
    await plain.close()
    world.remote.came.length = 0
    const again = await world.open()
    await again.drain()
    expect(await allRows(await world.openRemote())).toEqual(await allRows(again))
    // The revised bar and the new ones; what it was is there.
    expect(world.remote.came.map(sizeOf)).toEqual([21])
  })

  it('delivers everything to another remote store than before', async () => {
    const mirror = await world.open()
    await fill(mirror, ROWS)
    await mirror.drain()
    await mirror.close()
    await using other = new MirrorWorld({ location: 'another' })
    const moved = await other.open({ path: world.path })
    await moved.drain()
    expect(await allRows(await other.openRemote())).toEqual(await allRows(moved))
    expect(await moved.countRows('fvg')).toBe(ROWS)
    expect(await moved.status()).toMatchObject({ target: 'another', waiting: 0, filled: true })
  })
})

describe('a mirror that was away while others wrote', () => {
  /** A mirror and its remote store with the same rows, closed. */
  async function settled(): Promise<Store> {
    const mirror = await world.open()
    await mirror.transaction(async (tx) => {
      await tx.putBars(NQ, bars(5), ORIGIN)
      await tx.putRows('fvg', NQ, [FEATURES.fvg], { historyVersion: 0, asOf: T0 })
      await tx.putHistoryBars(NQ, '5m', bars(2), { source: 'test' })
      await tx.putCycle(cycleRow())
    })
    await mirror.drain()
    await mirror.close()
    return await world.openRemote()
  }

  /** Another machine's cycle, an hour later. */
  const later = cycleRow({ id: '0190a1b2-0000-7e5f-8a6b-0c1d2e3f4a5b', cycle: 2, started_at: T0 + 60 * MINUTE })

  it('takes what they wrote before it delivers', async () => {
    const there = await settled()
    await there.transaction(async (tx) => {
      await tx.putBars(NQ, bars(60, 5), ORIGIN)
      await tx.putCycle(later)
    })
    const mirror = await world.open()
    await mirror.drain()
    expect(await allRows(mirror)).toEqual(await allRows(there))
    expect(world.told('filled')).toMatchObject([{ rows: 61 }])
    expect(await mirror.lastCycle(NQ)).toBe(2)
  })

  it('takes it also when that failed at first', async () => {
    const there = await settled()
    await there.transaction((tx) => tx.putCycle(later))
    world.remote.whenRead = (table) => {
      if (table === 'fvg') throw new Error('broken off')
    }
    const mirror = await world.open()
    await expect(mirror.drain()).rejects.toThrow('broken off')
    world.remote.whenRead = () => {}
    await mirror.drain()
    expect(await mirror.lastCycle(NQ)).toBe(2)
  })

  it('reads nothing when nobody wrote', async () => {
    await settled()
    const read: string[] = []
    world.remote.whenRead = (table) => void read.push(table)
    const mirror = await world.open()
    await mirror.drain()
    expect(read).toEqual(['collection_cycles'])
  })

  it('keeps what it has written meanwhile: rows, new values, and that rows are gone', async () => {
    const there = await settled()
    world.remote.away = true
    const mirror = await world.open()
    await mirror.transaction(async (tx) => {
      await tx.putHistoryBars(NQ, '5m', [barAt(0, { volume: 7 })], { source: 'test' })
      await tx.reviseBars(NQ, [barAt(0, { volume: 8 })], ORIGIN)
      const historyVersion = await tx.raiseHistoryVersion(NQ)
      await tx.replaceRows('fvg', NQ, [], { historyVersion, asOf: T0 + MINUTE, replacedAt: T0 })
      await tx.putRows('reference_levels', NQ, [level()], { historyVersion, asOf: T0 + MINUTE })
    })
    const written = await allRows(mirror)
    await there.transaction((tx) => tx.putCycle(later))
    world.remote.away = false
    await mirror.drain()
    const cycles = [later, cycleRow()]
    expect(await allRows(mirror)).toEqual({ ...written, collection_cycles: cycles })
    expect(await allRows(there)).toEqual({ ...written, collection_cycles: cycles })
  })

  it('delivers what came of a row that both have changed', async () => {
    const there = await settled()
    const { time: timestamp, ...prices } = barAt(0)
    const suspect = { timestamp, ...prices, reason: 'far', first_seen_at: T0, times_seen: 1, admitted_at: null }
    world.remote.away = true
    const mirror = await world.open()
    await mirror.transaction((tx) => tx.putSuspects(NQ, [{ ...suspect, admitted_at: T0 }]))
    await there.transaction(async (tx) => {
      await tx.putSuspects(NQ, [{ ...suspect, times_seen: 2 }])
      await tx.putCycle(later)
    })
    world.remote.away = false
    await mirror.drain()
    const both = [{ instrument: NQ, ...suspect, times_seen: 2, admitted_at: T0 }]
    expect(await mirror.readRows('ohlc_suspects')).toEqual(both)
    expect(await there.readRows('ohlc_suspects')).toEqual(both)
  })
})
