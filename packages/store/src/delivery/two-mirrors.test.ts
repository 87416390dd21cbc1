import { unavailable } from '@openpredict/local-supabase'
import { createManualClock } from '@openpredict/market'
import { describe, expect, it } from 'vitest'

import { MirrorWorld } from '../../test/mirror-world.ts'
import { testDatabase } from '../../test/on-server.ts'
import { createSqliteStore } from '../sqlite/index.ts'
import type { Store } from '../store.ts'
import { barAt, contentOf, cycleRow, FEATURES, level, MINUTE, NQ, T0 } from '../testing/samples.ts'

const MINUTES = 12
/** The minute whose bar the source changes. */
const CHANGED = 3

/** What a collector writes that has seen bars up to the `n`th minute and, of the changed one, the new state or the old. */
async function collect(store: Store, n: number, { corrected, machine }: Knows): Promise<void> {
  await store.transaction(async (tx) => {
    const ingestedAt = T0 + (n + 1) * MINUTE
    const bar = barAt(n, n === CHANGED && corrected ? { volume: 1 } : {})
    await tx.putBars(NQ, [bar], { source: 'test', ingestedAt })
    const stored = (await tx.readBars({ instrument: NQ })).toArray()
    const revises = corrected && stored.some(({ time, volume }) => time === barAt(CHANGED).time && volume !== 1)
    if (revises) await tx.reviseBars(NQ, [barAt(CHANGED, { volume: 1 })], { source: 'test', ingestedAt })
    const historyVersion = revises ? await tx.raiseHistoryVersion(NQ) : await tx.historyVersion(NQ)
    const order = { historyVersion, asOf: ingestedAt }
    const volume = stored.reduce((sum, { time, volume: own }) => {
      return sum + (time === barAt(CHANGED).time && corrected ? 1 : own)
    }, 0)
    const levels = stored.map(({ time }) => level({ period_start: time, price: corrected ? 2 : 1 }))
    // A row that the correction takes away.
    if (!corrected && n >= CHANGED) levels.push(level({ level_type: 'NY_OPEN', price: 7 }))
    if (revises) await tx.replaceRows('reference_levels', NQ, levels, { ...order, replacedAt: ingestedAt })
    else await tx.putRows('reference_levels', NQ, levels, order)
    await tx.putRows('hourly_blocks', NQ, [{ ...FEATURES.hourly_blocks, volume }], order)
    const id = `0000000${machine}-0000-4000-8000-${String(n).padStart(12, '0')}`
    await tx.putCycle(cycleRow({ id, cycle: n, started_at: ingestedAt, host: `machine ${machine}` }))
  })
}

/** What a collector knows of the changed bar, and where it runs. */
interface Knows {
  readonly corrected: boolean
  readonly machine: number
}

/** Market and feature rows, without the number of the history: two machines correct twice. */
async function rowsOf(store: Store): Promise<unknown> {
  const content = await contentOf(store, ['ohlc_data', 'ohlc_revisions', 'reference_levels', 'hourly_blocks'])
  for (const rows of Object.values(content)) for (const row of rows) delete row['history_version']
  return content
}

describe.skipIf(unavailable() !== undefined)('two mirrors of one PostgreSQL', () => {
  it('leave there what one would, when one corrects the history before the other', async () => {
    await using here = await testDatabase()
    const postgres = await here.open()
    await using one = new MirrorWorld({ openRemote: () => here.open() })
    await using two = new MirrorWorld({ openRemote: () => here.open() })
    await using alone = await createSqliteStore({ path: ':memory:', clock: createManualClock(0) })
    const second = await two.open()
    const mirrors = [await one.open(), second]
    const versions: number[] = []
    /** When each machine hears of the change. */
    const hears = [6, 8]
    for (let n = 0; n < MINUTES; n++) {
      await collect(alone, n, { corrected: n >= (hears[0] ?? 0), machine: 0 })
      for (const [machine, mirror] of mirrors.entries()) {
        await collect(mirror, n, { corrected: n >= (hears[machine] ?? 0), machine })
        await mirror.drain()
      }
      versions.push(await second.historyVersion(NQ))
    }
    // The second is told of the history that the first has begun, and begins the one after it.
    expect(versions).toEqual([0, 0, 0, 0, 0, 0, 1, 1, 2, 2, 2, 2])
    for (const mirror of mirrors) await mirror.drain()
    const expected = await rowsOf(alone)
    expect(await rowsOf(postgres)).toEqual(expected)
    for (const mirror of mirrors) {
      expect(await rowsOf(mirror)).toEqual(expected)
      expect(await mirror.historyVersion(NQ)).toBe(2)
      expect(await mirror.status()).toMatchObject({ waiting: 0, refused: 0 })
    }
    expect(await postgres.countRows('collection_cycles')).toBe(2 * MINUTES)
    expect(await postgres.historyVersion(NQ)).toBe(2)
  })

  it('leave there what one would, when one is away while the other corrects', async () => {
    await using here = await testDatabase()
    const postgres = await here.open()
    await using one = new MirrorWorld({ openRemote: () => here.open() })
    await using two = new MirrorWorld({ openRemote: () => here.open() })
    await using alone = await createSqliteStore({ path: ':memory:', clock: createManualClock(0) })
    const first = await one.open()
    const second = await two.open()
    for (let n = 0; n < MINUTES; n++) {
      const corrected = n >= 6
      await collect(alone, n, { corrected, machine: 0 })
      await collect(first, n, { corrected, machine: 0 })
      await first.drain()
      // It has been off since the fifth minute.
      if (n < 5) await collect(second, n, { corrected, machine: 1 })
      if (n === 5) await second.drain()
      if (n === 5) await second.close()
    }
    const expected = await rowsOf(alone)
    const back = await two.open()
    await back.drain()
    expect(await rowsOf(postgres)).toEqual(expected)
    expect(two.told('filled')).toHaveLength(1)
    expect(await back.historyVersion(NQ)).toBe(1)
    expect((await back.newestBar(NQ))?.time).toBe(barAt(MINUTES - 1).time)
    await collect(alone, MINUTES, { corrected: true, machine: 0 })
    await collect(back, MINUTES, { corrected: true, machine: 1 })
    await back.drain()
    expect(await rowsOf(postgres)).toEqual(await rowsOf(alone))
  })
})
