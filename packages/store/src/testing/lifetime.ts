import { expect, it } from 'vitest'

import type { Scene } from './fixture.ts'
import { bars, contentOf, cycleRow, errorRow, FEATURE_TABLES, FEATURES, NQ, ORIGIN, T0 } from './samples.ts'

/** From opening to closing, and what lasts beyond it. */
export function testLifetime(scene: () => Scene): void {
  it('opens with the tables up to date', async () => {
    const { store } = scene()
    const { version, latest, pending } = await store.schema()
    expect(version).toBe(latest)
    expect(version).toBeGreaterThan(0)
    expect(pending).toEqual([])
    const applied = await store.readRows('schema_migrations')
    expect(applied.map((row) => row.version)).toEqual(Array.from({ length: latest }, (_, i) => i + 1))
    for (const { checksum } of applied) expect(checksum).toMatch(/^[0-9a-f]{64}$/)
  })

  it('migrates nothing twice', async () => {
    const { store } = scene()
    const { latest } = await store.schema()
    const before = await store.readRows('schema_migrations')
    expect(await store.migrate()).toEqual({ from: latest, to: latest, applied: [] })
    expect(await store.readRows('schema_migrations')).toEqual(before)
  })

  it('says what it is and where', () => {
    const { store } = scene()
    expect(store.kind).toMatch(/^(sqlite|postgres|supabase|mirror)$/)
    expect(store.location).not.toBe('')
  })

  it('waits for running work before it closes, and refuses everything afterwards', async () => {
    const { store } = scene()
    const { promise: open, resolve: end } = Promise.withResolvers<void>()
    const work = store.transaction(async (tx) => {
      await open
      await tx.putBars(NQ, bars(1), ORIGIN)
      return 'done'
    })
    const closing = store.close()
    end()
    expect(await work).toBe('done')
    await closing
    await store.close()
    const closed = { failure: { kind: 'closed' } }
    await expect(store.transaction(() => {})).rejects.toMatchObject(closed)
    await expect(store.countRows('ohlc_data')).rejects.toMatchObject(closed)
    await expect(store.readBars({ instrument: NQ })).rejects.toMatchObject(closed)
    await expect(store.schema()).rejects.toMatchObject(closed)
    await expect(store.migrate()).rejects.toMatchObject(closed)
    await expect(store.probe()).rejects.toMatchObject(closed)
  })

  it('keeps everything over closing and opening, and writing it again changes nothing', async ({ skip }) => {
    const { store, lasting, open } = scene()
    if (!lasting) skip('the database does not outlive its store')
    const write = async (to: typeof store): Promise<void> => {
      await to.transaction(async (tx) => {
        await tx.putBars(NQ, bars(50), ORIGIN)
        const order = { historyVersion: await tx.historyVersion(NQ), asOf: T0 }
        for (const table of FEATURE_TABLES) await tx.putRows(table, NQ, [FEATURES[table]], order)
        await tx.putCycle(cycleRow())
        await tx.putError(errorRow())
      })
    }
    await write(store)
    await store.transaction((tx) => tx.raiseHistoryVersion(NQ))
    const content = await contentOf(store)
    await store.close()
    const again = await open()
    expect(await contentOf(again)).toEqual(content)
    expect(await again.historyVersion(NQ)).toBe(1)
    await write(again)
    expect(await contentOf(again)).toEqual(content)
  })
}
