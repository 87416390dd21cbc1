import { expect, it } from 'vitest'

import type { FeatureRow } from '../rows.ts'
import { formatInstant } from '@openpredict/market'
import type { WriteOrder } from '../store.ts'
import type { Scene } from './fixture.ts'
import { contentOf, ES, FEATURE_TABLES, FEATURES, level, MINUTE, NQ, T0 } from './samples.ts'

const FIRST: WriteOrder = { historyVersion: 0, asOf: T0 }

function later(minutes: number, historyVersion = 0): WriteOrder {
  return { historyVersion, asOf: T0 + minutes * MINUTE }
}

/** A level as it is stored after the first correction. */
function stored(row: FeatureRow<'reference_levels'>, version: number): object {
  return { instrument: NQ, ...row, history_version: version, as_of_version: 1, as_of: T0 + MINUTE }
}

/** A level of the first history as a correction keeps it. */
function old(row: FeatureRow<'reference_levels'>): object {
  return {
    instrument: NQ,
    ...row,
    period_start: formatInstant(row.period_start),
    period_end: formatInstant(row.period_end),
    timestamp: formatInstant(row.timestamp),
    confirmed_at: row.confirmed_at === null ? null : formatInstant(row.confirmed_at),
    history_version: 0,
  }
}

/** Feature rows: written by key, ordered by history, corrected. */
export function testFeatures(scene: () => Scene): void {
  it.each(FEATURE_TABLES)('gives a row of %s back as it was written', async (table) => {
    const { store } = scene()
    const row = FEATURES[table]
    expect(await store.transaction((tx) => tx.putRows(table, NQ, [row], FIRST))).toBe(1)
    expect(await store.readRows(table)).toEqual([
      { instrument: NQ, ...row, history_version: 0, as_of_version: 0, as_of: T0 },
    ])
  })

  it.each(FEATURE_TABLES)('writes a row of %s once, however often it comes', async (table) => {
    const { store } = scene()
    const put = (order: WriteOrder): Promise<number> =>
      store.transaction((tx) => tx.putRows(table, NQ, [FEATURES[table]], order))
    expect(await put(FIRST)).toBe(1)
    const content = await contentOf(store)
    expect(await put(FIRST)).toBe(0)
    expect(await put(later(5))).toBe(0)
    expect(await contentOf(store)).toEqual(content)
  })

  it('updates a row on its key and counts what really changed', async () => {
    const { store } = scene()
    const rows = [level({ level_type: 'ASIAN_HIGH' }), level({ level_type: 'ASIAN_LOW' })]
    await store.transaction((tx) => tx.putRows('reference_levels', NQ, rows, FIRST))
    const changed = [rows[0] ?? level(), level({ level_type: 'ASIAN_LOW', price: 19_700 }), level()]
    expect(await store.transaction((tx) => tx.putRows('reference_levels', NQ, changed, later(1)))).toBe(2)
    expect((await store.readRows('reference_levels')).map(({ price }) => price)).toEqual([19_801.25, 19_700, 19_801.25])
  })

  it('does not let an older write that arrives late replace a newer one', async () => {
    const { store } = scene()
    const put = (price: number, minutes: number): Promise<number> =>
      store.transaction((tx) => tx.putRows('reference_levels', NQ, [level({ price })], later(minutes)))
    await put(3, 3)
    expect(await put(2, 2)).toBe(0)
    expect((await store.readRows('reference_levels'))[0]?.price).toBe(3)
    expect(await put(4, 4)).toBe(1)
  })

  it('counts a write that changed nothing as newer than one before it', async () => {
    const { store } = scene()
    const put = (price: number, minutes: number): Promise<number> =>
      store.transaction((tx) => tx.putRows('reference_levels', NQ, [level({ price })], later(minutes)))
    await put(1, 1)
    await put(1, 3)
    expect(await put(2, 2)).toBe(0)
    expect((await store.readRows('reference_levels'))[0]?.price).toBe(1)
  })

  it('takes the later of two calls of one order, and the later of two rows of one key', async () => {
    const { store } = scene()
    await store.transaction((tx) =>
      tx.putRows('reference_levels', NQ, [level({ price: 1 }), level({ price: 2 })], FIRST),
    )
    expect((await store.readRows('reference_levels'))[0]?.price).toBe(2)
    await store.transaction((tx) => tx.putRows('reference_levels', NQ, [level({ price: 3 })], FIRST))
    expect((await store.readRows('reference_levels'))[0]?.price).toBe(3)
  })

  it('ignores fields that are no columns, and takes undefined as null', async () => {
    const { store } = scene()
    const row = { table: 'reference_levels', ...level(), confirmed_at: undefined } as unknown as ReturnType<
      typeof level
    >
    await store.transaction((tx) => tx.putRows('reference_levels', NQ, [row], FIRST))
    const [found] = await store.readRows('reference_levels')
    expect(found?.confirmed_at).toBeNull()
    expect(Object.keys(found ?? {})).not.toContain('table')
  })

  it('begins histories one by one, each instrument for itself', async () => {
    const { store } = scene()
    expect(await store.historyVersion(NQ)).toBe(0)
    expect(await store.transaction((tx) => tx.raiseHistoryVersion(NQ))).toBe(1)
    expect(await store.transaction((tx) => tx.raiseHistoryVersion(NQ))).toBe(2)
    expect(await store.historyVersion(NQ)).toBe(2)
    expect(await store.historyVersion(ES)).toBe(0)
  })

  it('refuses rows of a history that has not begun', async () => {
    const { store } = scene()
    const put = store.transaction((tx) => tx.putRows('reference_levels', NQ, [level()], later(0, 1)))
    await expect(put).rejects.toMatchObject({ failure: { kind: 'unknown-history', found: 1, current: 0 } })
    expect(await store.countRows('reference_levels')).toBe(0)
  })

  it('ignores a writer of an older history, also where its row is gone or new', async () => {
    const { store } = scene()
    const [stays, goes] = [level(), level({ level_type: 'NY_OPEN' })]
    await store.transaction(async (tx) => {
      await tx.putRows('reference_levels', NQ, [stays, goes], FIRST)
      const historyVersion = await tx.raiseHistoryVersion(NQ)
      await tx.replaceRows('reference_levels', NQ, [stays], { historyVersion, asOf: T0, replacedAt: T0 })
    })
    const content = await contentOf(store)
    const late = [level({ price: 1 }), goes, level({ level_type: 'DAILY_OPEN' })]
    expect(await store.transaction((tx) => tx.putRows('reference_levels', NQ, late, later(99)))).toBe(0)
    const replaced = await store.transaction((tx) =>
      tx.replaceRows('reference_levels', NQ, late, { ...later(99), replacedAt: T0 }),
    )
    expect(replaced).toEqual({ removed: 0, changed: 0, added: 0 })
    expect(await contentOf(store)).toEqual(content)
  })

  it('makes the rows of a table exactly those of the corrected history, and keeps the old ones', async () => {
    const { store } = scene()
    const [same, changes, goes] = [
      level(),
      level({ level_type: 'ASIAN_HIGH', complete: false }),
      level({ level_type: 'NY_OPEN' }),
    ]
    const changed = { ...changes, price: 19_999.5, confirmed_at: null }
    const comes = level({ level_type: 'DAILY_OPEN' })
    await store.transaction(async (tx) => {
      await tx.putRows('reference_levels', NQ, [same, changes, goes], FIRST)
      await tx.putRows('reference_levels', ES, [goes], FIRST)
    })
    const result = await store.transaction(async (tx) => {
      const historyVersion = await tx.raiseHistoryVersion(NQ)
      const order = { historyVersion, asOf: T0 + MINUTE, replacedAt: T0 + 90_000 }
      return await tx.replaceRows('reference_levels', NQ, [comes, changed, same], order)
    })
    expect(result).toEqual({ removed: 1, changed: 1, added: 1 })
    expect(await store.readRows('reference_levels', { instrument: NQ })).toEqual([
      stored(changed, 1),
      stored(comes, 1),
      stored(same, 0),
    ])
    expect(await store.countRows('reference_levels', ES)).toBe(1)

    const revisions = await store.readRows('feature_revisions')
    expect(revisions.map(({ old_row: row }) => row)).toEqual(expect.arrayContaining([old(changes), old(goes)]))
    expect(revisions).toHaveLength(2)
    for (const revision of revisions) {
      expect(revision).toMatchObject({
        instrument: NQ,
        table_name: 'reference_levels',
        history_version: 1,
        replaced_at: T0 + 90_000,
      })
    }
    expect(revisions.map(({ row_key: key }) => JSON.parse(key) as unknown)).toContainEqual({
      level_type: 'NY_OPEN',
      period_start: formatInstant(T0),
    })
  })

  it.each(FEATURE_TABLES)('corrects %s', async (table) => {
    const { store } = scene()
    await store.transaction((tx) => tx.putRows(table, NQ, [FEATURES[table]], FIRST))
    const replace = (rows: readonly FeatureRow<typeof table>[]): Promise<object> =>
      store.transaction(async (tx) => {
        const historyVersion = await tx.raiseHistoryVersion(NQ)
        return await tx.replaceRows(table, NQ, rows, { historyVersion, asOf: T0, replacedAt: T0 })
      })
    expect(await replace([FEATURES[table]])).toEqual({ removed: 0, changed: 0, added: 0 })
    expect(await replace([])).toEqual({ removed: 1, changed: 0, added: 0 })
    expect(await replace([FEATURES[table]])).toEqual({ removed: 0, changed: 0, added: 1 })
    expect((await store.readRows(table))[0]?.history_version).toBe(3)
    expect((await store.readRows('feature_revisions')).map(({ history_version: version }) => version)).toEqual([2])
  })

  it('makes the same correction twice without a trace of the second', async () => {
    const { store } = scene()
    const replace = (): Promise<unknown> =>
      store.transaction((tx) =>
        tx.replaceRows('reference_levels', NQ, [level({ price: 2 })], { ...later(1, 1), replacedAt: T0 }),
      )
    await store.transaction(async (tx) => {
      await tx.putRows('reference_levels', NQ, [level(), level({ level_type: 'NY_OPEN' })], FIRST)
      await tx.raiseHistoryVersion(NQ)
    })
    await replace()
    const content = await contentOf(store)
    expect(await replace()).toEqual({ removed: 0, changed: 0, added: 0 })
    expect(await contentOf(store)).toEqual(content)
  })

  it('writes rows of the new history over those of the old, whatever their asOf', async () => {
    const { store } = scene()
    await store.transaction(async (tx) => {
      await tx.putRows('reference_levels', NQ, [level()], later(9))
      await tx.raiseHistoryVersion(NQ)
      expect(await tx.putRows('reference_levels', NQ, [level({ price: 5 })], later(1, 1))).toBe(1)
    })
    expect((await store.readRows('reference_levels'))[0]).toMatchObject({ price: 5, history_version: 1 })
  })

  it('leaves what a newer writer of the same history has written, whatever a late correction says', async () => {
    const { store } = scene()
    const rows = [level(), level({ level_type: 'NY_OPEN' })]
    await store.transaction(async (tx) => {
      await tx.raiseHistoryVersion(NQ)
      await tx.putRows('reference_levels', NQ, rows, later(9, 1))
    })
    const content = await contentOf(store)
    const late = [level({ price: 1 }), level({ level_type: 'DAILY_OPEN' })]
    const result = await store.transaction((tx) =>
      tx.replaceRows('reference_levels', NQ, late, { ...later(8, 1), replacedAt: T0 }),
    )
    expect(result).toEqual({ removed: 0, changed: 0, added: 1 })
    const kept = await store.readRows('reference_levels', { instrument: NQ })
    expect(kept.map(({ level_type: type, price }) => [type, price])).toEqual([
      ['DAILY_OPEN', 19_801.25],
      ['NY_OPEN', 19_801.25],
      ['WEEKLY_OPEN', 19_801.25],
    ])
    expect(await store.readRows('feature_revisions')).toEqual(content['feature_revisions'])
  })

  it('takes five thousand rows in one call', async () => {
    const { store } = scene()
    const rows = Array.from({ length: 5_000 }, (_, i) => level({ period_start: T0 + i * MINUTE }))
    expect(await store.transaction((tx) => tx.putRows('reference_levels', NQ, rows, FIRST))).toBe(5_000)
    expect(await store.countRows('reference_levels', NQ)).toBe(5_000)
    const fewer = rows.slice(0, 4_500)
    const order = { ...later(1, 1), replacedAt: T0 }
    const result = await store.transaction(async (tx) => {
      await tx.raiseHistoryVersion(NQ)
      return await tx.replaceRows('reference_levels', NQ, fewer, order)
    })
    expect(result).toEqual({ removed: 500, changed: 0, added: 0 })
    expect(await store.countRows('feature_revisions', NQ)).toBe(500)
  })
}
