import fc from 'fast-check'
import { expect, it } from 'vitest'

import type { Row } from '../rows.ts'
import type { Replica, Store } from '../store.ts'
import { TABLE_NAMES, type TableName } from '../tables.ts'
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

type Level = Row<'reference_levels'>

/** Long before `T0`, so that no clock takes it for recent. */
const LONG_AGO = -T0

function storedBar(change: Partial<Row<'ohlc_data'>> = {}): Row<'ohlc_data'> {
  const { time: timestamp, ...prices } = barAt(0)
  return { instrument: NQ, timestamp, ...prices, source: 'test', ingested_at: T0, revision: 0, ...change }
}

function storedLevel(version: number, asOf: number, change: Partial<Level> = {}): Level {
  return { instrument: NQ, ...level(), history_version: version, as_of_version: version, as_of: asOf, ...change }
}

function stateOf(version: number): Replica {
  return { rows: { instrument_state: [{ instrument: NQ, history_version: version }] } }
}

/** Some rows of every table but the missing minutes. */
async function fill(store: Store): Promise<void> {
  await store.transaction(async (tx) => {
    for (const instrument of [NQ, ES]) {
      await tx.putBars(instrument, bars(5), ORIGIN)
      await tx.reviseBars(instrument, [barAt(4, { volume: 1 })], ORIGIN)
      await tx.putHistoryBars(instrument, '5m', bars(2), { source: 'test' })
      for (const table of FEATURE_TABLES) {
        await tx.putRows(table, instrument, [FEATURES[table]], { historyVersion: 0, asOf: T0 })
      }
      const historyVersion = await tx.raiseHistoryVersion(instrument)
      await tx.replaceRows('fvg', instrument, [], { historyVersion, asOf: T0, replacedAt: T0 })
    }
    await tx.putCycle(cycleRow())
    await tx.putError(errorRow())
  })
}

const REPLICATED = TABLE_NAMES.filter((table) => table !== 'schema_migrations')

async function everything(store: Store): Promise<Record<string, readonly object[]>> {
  const tables: Record<string, readonly object[]> = {}
  for (const table of REPLICATED) tables[table] = await store.readRows(table)
  return tables
}

async function countsOf(store: Store): Promise<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const table of REPLICATED) counts[table] = await store.countRows(table)
  return counts
}

/** Rows taken over from another store, and retention. */
export function testReplicas(scene: () => Scene): void {
  it('takes rows of every table over as they are, bookkeeping included, and once', async () => {
    const { store } = scene()
    await fill(store)
    const content = await everything(store)
    await store.reset()
    const rows = content as Replica['rows']
    const { written, historyVersions } = await store.replicate({ rows })
    expect(written).toBe(Object.values(content).flat().length)
    expect(historyVersions).toEqual({ [NQ]: 1, [ES]: 1 })
    expect(await everything(store)).toEqual(content)
    expect(await store.replicate({ rows })).toEqual({ written: 0, removed: 0, historyVersions: { [NQ]: 1, [ES]: 1 } })
    expect(await everything(store)).toEqual(content)
  })

  it('keeps of a bar the state that was changed last, and of two equally often changed the one stored later', async () => {
    const { store } = scene()
    const states = [
      storedBar({ volume: 1, ingested_at: T0 + 2 }),
      storedBar({ volume: 2, ingested_at: T0 + 1 }),
      storedBar({ volume: 3, ingested_at: T0, revision: 1 }),
      storedBar({ volume: 4, ingested_at: T0 + 9 }),
    ]
    const seen: number[] = []
    for (const bar of states) {
      await store.replicate({ rows: { ohlc_data: [bar] } })
      seen.push((await store.newestBar(NQ))?.volume ?? Number.NaN)
    }
    expect(seen).toEqual([1, 1, 3, 3])
  })

  it('ends with the newest state of a feature row in whatever order and however often its states come', async () => {
    const { store, runs } = scene()
    let count = 0
    const state = fc.record({ version: fc.nat({ max: 2 }), minute: fc.nat({ max: 3 }), gone: fc.boolean() })
    const arrivals = fc
      .uniqueArray(state, { minLength: 1, selector: ({ version, minute }) => version * 10 + minute })
      .chain((list) =>
        fc.tuple(fc.constant(list), fc.shuffledSubarray([...list, ...list], { minLength: list.length * 2 })),
      )
    await fc.assert(
      fc.asyncProperty(arrivals, async ([states, order]) => {
        const instrument = `R${++count}`
        for (const { version, minute, gone } of order) {
          const asOf = T0 + minute * MINUTE
          const row = storedLevel(version, asOf, { instrument, price: version * 10 + minute + 1 })
          const { level_type: type, period_start: start } = row
          const key = { instrument, level_type: type, period_start: start }
          const removed = [{ table: 'reference_levels' as const, key, as_of_version: version, as_of: asOf }]
          await store.replicate(gone ? { rows: {}, removed } : { rows: { reference_levels: [row] } })
        }
        const [found] = await store.readRows('reference_levels', { instrument })
        const newest = states.toSorted((a, b) => b.version - a.version || b.minute - a.minute)[0]
        // What is gone leaves no trace: an older state that comes after it is there again, until it is removed again.
        const there = found === undefined ? [] : [[found.as_of_version, (found.as_of - T0) / MINUTE]]
        const places = states.map(({ version, minute }) => [version, minute])
        expect(places).toEqual(expect.arrayContaining(there))
        const last = newest?.gone === false ? newest.version * 10 + newest.minute + 1 : found?.price
        expect(found?.price).toBe(last)
      }),
      { numRuns: runs },
    )
  })

  it('removes a feature row that no newer writer has written since', async () => {
    const { store } = scene()
    await store.replicate({ rows: { reference_levels: [storedLevel(1, T0 + MINUTE)], instrument_state: [] } })
    const { level_type: type, period_start: start } = level()
    const removal = (version: number, asOf: number): Replica => ({
      rows: {},
      removed: [
        {
          table: 'reference_levels',
          key: { instrument: NQ, level_type: type, period_start: start },
          as_of_version: version,
          as_of: asOf,
        },
      ],
    })
    expect((await store.replicate(removal(0, T0 + 99 * MINUTE))).removed).toBe(0)
    expect((await store.replicate(removal(1, T0))).removed).toBe(0)
    expect((await store.replicate(removal(1, T0 + MINUTE))).removed).toBe(1)
    expect((await store.replicate(removal(1, T0 + MINUTE))).removed).toBe(0)
    expect(await store.countRows('reference_levels')).toBe(0)
  })

  it('never takes a history back', async () => {
    const { store } = scene()
    expect((await store.replicate(stateOf(3))).historyVersions).toEqual({ [NQ]: 3 })
    expect((await store.replicate(stateOf(2))).historyVersions).toEqual({ [NQ]: 3 })
    expect(await store.historyVersion(NQ)).toBe(3)
  })

  it('stores nothing of a replica in which one row breaks a rule, and names it', async () => {
    const { store } = scene()
    const rows = { ohlc_data: [storedBar(), storedBar({ timestamp: T0 + MINUTE, high: 1 })], error_log: [errorRow()] }
    await expect(store.replicate({ rows })).rejects.toMatchObject({
      failure: { kind: 'constraint', table: 'ohlc_data', constraint: 'high_at_least_low' },
    })
    expect(await store.countRows('ohlc_data')).toBe(0)
    expect(await store.countRows('error_log')).toBe(0)
  })

  it('refuses a key twice, among the rows and among those that are gone', async () => {
    const { store } = scene()
    const row = storedLevel(0, T0)
    const { level_type: type, period_start: start } = row
    const key = { instrument: NQ, level_type: type, period_start: start }
    const removed = [{ table: 'reference_levels' as const, key, as_of_version: 0, as_of: T0 }]
    const misuse = { failure: { kind: 'misuse' } }
    await expect(store.replicate({ rows: { reference_levels: [row, row] } })).rejects.toMatchObject(misuse)
    await expect(store.replicate({ rows: { reference_levels: [row] }, removed })).rejects.toMatchObject(misuse)
    expect(await store.countRows('reference_levels')).toBe(0)
  })

  it('takes thousands of rows in one call', async () => {
    const { store } = scene()
    const rows = Array.from({ length: 3_000 }, (_, i) => storedBar({ timestamp: T0 + i * MINUTE }))
    expect((await store.replicate({ rows: { ohlc_data: rows } })).written).toBe(3_000)
    expect(await store.countRows('ohlc_data', NQ)).toBe(3_000)
  })

  it('prunes what lies before an instant, table by table, and says how much', async () => {
    const { store } = scene()
    await fill(store)
    const before = await countsOf(store)
    await store.transaction(async (tx) => {
      const old = [-2, -1].map((n) => ({ ...barAt(0), time: LONG_AGO + n * MINUTE }))
      await tx.putBars(NQ, [...old, { ...barAt(0), time: LONG_AGO }], ORIGIN)
      const levels = [level({ period_start: LONG_AGO - MINUTE }), level({ period_start: LONG_AGO })]
      await tx.putRows('reference_levels', NQ, levels, { historyVersion: await tx.historyVersion(NQ), asOf: T0 })
      await tx.putCycle(cycleRow({ id: '00000000-0000-4000-8000-000000000001', started_at: LONG_AGO - 1 }))
    })
    const deleted = await store.prune(LONG_AGO)
    expect(Object.entries(deleted).filter(([, count]) => count > 0)).toEqual(
      expect.arrayContaining([
        ['ohlc_data', 2],
        ['reference_levels', 1],
        ['collection_cycles', 1],
      ]),
    )
    const left: Partial<Record<TableName, number>> = { ohlc_data: 1, reference_levels: 1 }
    const expected = Object.entries(before).map(([table, n]) => [table, n + (left[table as TableName] ?? 0)])
    expect(await countsOf(store)).toEqual(Object.fromEntries(expected))
    expect(Object.values(await store.prune(LONG_AGO)).reduce((sum, count) => sum + count, 0)).toBe(0)
  })

  it.each([8.64e15, Number.NaN, Number.POSITIVE_INFINITY])('does not prune the last days: %d', async (instant) => {
    const { store } = scene()
    await store.transaction((tx) => tx.putBars(NQ, bars(2), ORIGIN))
    await expect(store.prune(instant)).rejects.toMatchObject({ failure: { kind: 'misuse' } })
    expect(await store.countRows('ohlc_data')).toBe(2)
  })
}
