import { expect, it } from 'vitest'

import type { Row } from '../rows.ts'
import type { Store } from '../store.ts'
import { TABLE_NAMES, type TableName, tableOf } from '../tables.ts'
import type { Scene } from './fixture.ts'
import {
  barAt,
  bars,
  cycleRow,
  ES,
  errorRow,
  FEATURE_TABLES,
  FEATURES,
  level,
  MINUTE,
  NQ,
  ORIGIN,
  T0,
} from './samples.ts'

/** What `fill` leaves empty. */
const EMPTY: readonly TableName[] = ['fvg', 'ohlc_suspects', 'missing_minutes']

async function fill(store: Store): Promise<void> {
  await store.transaction(async (tx) => {
    for (const instrument of [NQ, ES]) {
      await tx.putBars(instrument, bars(5), ORIGIN)
      await tx.reviseBars(instrument, [barAt(4, { volume: 1 }), barAt(2, { volume: 1 })], ORIGIN)
      await tx.putHistoryBars(instrument, '5m', bars(2), { source: 'test' })
      await tx.putHistoryBars(instrument, '1h', bars(2), { source: 'test' })
      const order = { historyVersion: 0, asOf: T0 }
      for (const table of FEATURE_TABLES) await tx.putRows(table, instrument, [FEATURES[table]], order)
      const levels = (['NY_OPEN', '1H_OPEN', 'DAILY_OPEN'] as const).flatMap((type) =>
        [3, 1, 2].map((day) => level({ level_type: type, period_start: T0 + day * 1_440 * MINUTE })),
      )
      await tx.putRows('reference_levels', instrument, levels, order)
      for (const n of [3, 1, 2]) {
        const id = `0000000${n}-0000-4000-8000-${instrument === NQ ? '0' : '1'}00000000000`
        await tx.putCycle(cycleRow({ id, instrument, cycle: n, started_at: T0 - n * MINUTE }))
        await tx.putError(errorRow({ id, instrument, timestamp: T0 - n * MINUTE }))
      }
      await tx.raiseHistoryVersion(instrument)
      await tx.replaceRows('fvg', instrument, [], { historyVersion: 1, asOf: T0, replacedAt: T0 })
    }
  })
}

function keyOf(table: TableName, row: object): readonly (string | number)[] {
  return tableOf(table).key.map((name) => (row as Record<string, string | number>)[name] ?? '')
}

/** Text by its code points, as PostgreSQL's `C` collation and SQLite's `BINARY` have it. */
function compareKeys(a: readonly (string | number)[], b: readonly (string | number)[]): number {
  for (const [i, left] of a.entries()) {
    const right = b[i] ?? ''
    if (left !== right) return left < right ? -1 : 1
  }
  return 0
}

async function collect<T>(rows: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = []
  for await (const row of rows) list.push(row)
  return list
}

/** Reads: in key order, cut by time, in pages. */
export function testReads(scene: () => Scene): void {
  it.each(TABLE_NAMES)('reads %s in the order of its key, with its columns in order', async (table) => {
    const { store } = scene()
    await fill(store)
    const rows = await store.readRows(table)
    const keys = rows.map((row) => keyOf(table, row))
    expect(keys).toEqual(keys.toSorted(compareKeys))
    for (const row of rows) expect(Object.keys(row)).toEqual(Object.keys(tableOf(table).columns))
    expect(rows.length).toBe(await store.countRows(table))
    expect(rows.length > 0).toBe(!EMPTY.includes(table))
  })

  it.each(TABLE_NAMES)('streams %s page by page as it reads it at once', async (table) => {
    const { store } = scene()
    await fill(store)
    const rows = await store.readRows(table)
    for (const pageSize of [1, 3, 1_000]) {
      expect(await collect(store.streamRows(table, {}, { pageSize }))).toEqual(rows)
    }
  })

  it('cuts rows by instrument and by the time of the table', async () => {
    const { store } = scene()
    await fill(store)
    const query = { instrument: ES, from: T0 + MINUTE, to: T0 + 3 * MINUTE }
    const rows = await store.readRows('ohlc_data', query)
    expect(rows.map(({ instrument, timestamp }) => [instrument, timestamp])).toEqual([
      [ES, T0 + MINUTE],
      [ES, T0 + 2 * MINUTE],
    ])
    expect(await collect(store.streamRows('ohlc_data', query, { pageSize: 1 }))).toEqual(rows)
    const levels = await store.readRows('reference_levels', { instrument: NQ, from: T0 + 3 * 1_440 * MINUTE })
    expect(levels.map(({ level_type: type }) => type)).toEqual(['1H_OPEN', 'DAILY_OPEN', 'NY_OPEN'])
  })

  it('limits rows, from the front or from the newest back', async () => {
    const { store } = scene()
    await fill(store)
    const cycles = async (query: object): Promise<number[]> =>
      (await store.readRows('collection_cycles', { instrument: NQ, ...query })).map(({ cycle }) => cycle)
    expect(await cycles({ limit: 2 })).toEqual([1, 2])
    expect(await cycles({ newestFirst: true, limit: 2 })).toEqual([1, 2])
    expect(await cycles({ newestFirst: true, to: T0 - MINUTE })).toEqual([2, 3])
    expect(await cycles({ limit: 0 })).toEqual([])
    const bar = await store.readRows('ohlc_data', { instrument: NQ, newestFirst: true, limit: 1 })
    expect(bar[0]?.timestamp).toBe(T0 + 4 * MINUTE)
  })

  it('goes on streaming behind the last row when rows come and go meanwhile', async () => {
    const { store } = scene()
    await store.transaction((tx) => tx.putBars(NQ, bars(6, 10), ORIGIN))
    const minutes: number[] = []
    for await (const { timestamp } of store.streamRows('ohlc_data', {}, { pageSize: 2 })) {
      minutes.push((timestamp - T0) / MINUTE)
      if (minutes.length === 3) await store.transaction((tx) => tx.putBars(NQ, [barAt(0), barAt(20)], ORIGIN))
    }
    expect(minutes).toEqual([10, 11, 12, 13, 14, 15, 20])
  })

  it('refuses a query that makes no sense', async () => {
    const { store } = scene()
    const misuse = { failure: { kind: 'misuse' } }
    await expect(store.readRows('ohlc_data', { limit: -1 })).rejects.toMatchObject(misuse)
    await expect(store.readRows('ohlc_data', { limit: 1.5 })).rejects.toMatchObject(misuse)
    await expect(store.readRows('ohlc_data', { from: Number.NaN })).rejects.toMatchObject(misuse)
    await expect(store.readRows('instrument_state', { from: T0 })).rejects.toMatchObject(misuse)
    await expect(store.readRows('schema_migrations', { instrument: NQ })).rejects.toMatchObject(misuse)
    await expect(store.readBars({ instrument: NQ, last: -1 })).rejects.toMatchObject(misuse)
    await expect(collect(store.streamRows('ohlc_data', {}, { pageSize: 0 }))).rejects.toMatchObject(misuse)
  })

  it('reads what a row type promises', async () => {
    const { store } = scene()
    await fill(store)
    const [row] = await store.readRows('reference_levels', { instrument: NQ, limit: 1 })
    const typed: Row<'reference_levels'> | undefined = row
    expect(typeof typed?.complete).toBe('boolean')
    expect(typed?.level_type).toBe('1H_OPEN')
  })
}
