import fc from 'fast-check'
import { expect, it } from 'vitest'

import type { FeatureRow } from '../rows.ts'
import type { Store, WriteOrder } from '../store.ts'
import type { Scene } from './fixture.ts'
import { barAt, level, MINUTE, ORIGIN, T0 } from './samples.ts'

type Level = FeatureRow<'reference_levels'>

const TYPES = ['WEEKLY_OPEN', 'NY_OPEN', 'ASIAN_HIGH', 'ASIAN_LOW'] as const

const levelRow = fc
  .record({ type: fc.constantFrom(...TYPES), price: fc.integer({ min: 1, max: 4 }), open: fc.boolean() })
  .map(({ type, price, open }) => level({ level_type: type, price, confirmed_at: open ? null : T0 }))
const levelRows = fc.uniqueArray(levelRow, { selector: ({ level_type: type }) => type })

/** What one writer wrote at one asOf of one history. */
interface Write {
  readonly version: number
  readonly asOf: number
  readonly rows: readonly Level[]
}

const writes = (version: number): fc.Arbitrary<Write[]> =>
  fc
    .array(levelRows, { maxLength: 5 })
    .map((batches) => batches.map((rows, i) => ({ version, asOf: T0 + i * MINUTE, rows })))

/** Histories in order: the correction that begins each but the first, and the writes that follow it. */
const histories = fc
  .array(fc.record({ corrected: levelRows }), { minLength: 1, maxLength: 3 })
  .chain((list) =>
    fc.tuple(...list.map(({ corrected }, version) => writes(version).map((after) => ({ version, corrected, after })))),
  )

function orderOf({ version, asOf }: Write): WriteOrder {
  return { historyVersion: version, asOf }
}

async function rowsOf(store: Store, instrument: string): Promise<readonly (readonly unknown[])[]> {
  const rows = await store.readRows('reference_levels', { instrument })
  return rows.map((row) => [row.level_type, row.price, row.confirmed_at])
}

/** The rows that are left when everything comes in order: of each key the last. */
function lastOf(batches: readonly (readonly Level[])[]): readonly (readonly unknown[])[] {
  const byType = new Map(batches.flat().map((row) => [row.level_type, row]))
  return [...byType.values()]
    .toSorted((a, b) => (a.level_type < b.level_type ? -1 : 1))
    .map((row) => [row.level_type, row.price, row.confirmed_at])
}

/** Promises that hold for any writes in any order, tried on random ones; a failure prints its seed. */
export function testProperties(scene: () => Scene): void {
  let count = 0
  const instrument = (): string => `P${++count}`

  it('ends with the same tables whatever order writes of one history arrive in, and however often', async () => {
    const { store, runs } = scene()
    const shuffled = writes(0).chain((list) =>
      fc.tuple(fc.constant(list), fc.shuffledSubarray([...list, ...list], { minLength: list.length * 2 })),
    )
    await fc.assert(
      fc.asyncProperty(shuffled, async ([inOrder, anyOrder]) => {
        const [one, other] = [instrument(), instrument()]
        for (const write of inOrder) {
          await store.transaction((tx) => tx.putRows('reference_levels', one, write.rows, orderOf(write)))
        }
        await store.transaction(async (tx) => {
          for (const write of anyOrder) await tx.putRows('reference_levels', other, write.rows, orderOf(write))
        })
        expect(await rowsOf(store, other)).toEqual(lastOf(inOrder.map(({ rows }) => rows)))
        expect(await store.readRows('reference_levels', { instrument: other })).toEqual(
          (await store.readRows('reference_levels', { instrument: one })).map((row) => ({ ...row, instrument: other })),
        )
      }),
      { numRuns: runs },
    )
  })

  it('ends with the rows of the newest history whatever arrives late from older ones', async () => {
    const { store, runs } = scene()
    const late = histories.chain((list) =>
      fc.tuple(
        fc.constant(list),
        // For each write, how many corrections later than its own history it arrives.
        fc.array(fc.nat({ max: 2 }), { minLength: 15, maxLength: 15 }),
        fc.infiniteStream(fc.nat()),
      ),
    )
    await fc.assert(
      fc.asyncProperty(late, async ([list, delays, random]) => {
        const symbol = instrument()
        const arrivals: Write[][] = list.map(() => [])
        for (const [i, write] of list.flatMap(({ after }) => after).entries()) {
          arrivals[Math.min(write.version + (delays[i] ?? 0), list.length - 1)]?.push(write)
        }
        for (const { version, corrected } of list) {
          if (version > 0) {
            await store.transaction(async (tx) => {
              const historyVersion = await tx.raiseHistoryVersion(symbol)
              const order = { historyVersion, asOf: T0 - MINUTE, replacedAt: T0 }
              await tx.replaceRows('reference_levels', symbol, corrected, order)
            })
          }
          const mixed = (arrivals[version] ?? []).map((write) => ({ write, at: random.next().value }))
          for (const { write } of mixed.toSorted((a, b) => a.at - b.at)) {
            await store.transaction((tx) => tx.putRows('reference_levels', symbol, write.rows, orderOf(write)))
          }
        }
        const newest = list.at(-1)
        const base = newest === undefined || newest.version === 0 ? [] : [newest.corrected]
        expect(await rowsOf(store, symbol)).toEqual(lastOf([...base, ...(newest?.after.map(({ rows }) => rows) ?? [])]))
      }),
      { numRuns: runs },
    )
  })

  it('keeps every old row of a correction exactly once', async () => {
    const { store, runs } = scene()
    await fc.assert(
      fc.asyncProperty(levelRows, levelRows, async (before, after) => {
        const symbol = instrument()
        const result = await store.transaction(async (tx) => {
          await tx.putRows('reference_levels', symbol, before, { historyVersion: 0, asOf: T0 })
          const historyVersion = await tx.raiseHistoryVersion(symbol)
          return await tx.replaceRows('reference_levels', symbol, after, { historyVersion, asOf: T0, replacedAt: T0 })
        })
        expect(await rowsOf(store, symbol)).toEqual(lastOf([after]))
        const same = (row: Level): boolean =>
          after.some(
            (other) =>
              other.level_type === row.level_type &&
              other.price === row.price &&
              other.confirmed_at === row.confirmed_at,
          )
        const kept = await store.readRows('feature_revisions', { instrument: symbol })
        expect(kept).toHaveLength(before.filter((row) => !same(row)).length)
        expect(result.removed + result.changed).toBe(kept.length)
        expect(before.length - result.removed + result.added).toBe(after.length)
      }),
      { numRuns: runs },
    )
  })

  it('ends with the same bars whatever portions they come in', async () => {
    const { store, runs } = scene()
    const portions = fc.array(fc.array(fc.nat({ max: 30 }), { maxLength: 20 }), { maxLength: 6 })
    await fc.assert(
      fc.asyncProperty(portions, async (list) => {
        const symbol = instrument()
        let inserted = 0
        for (const minutes of list) {
          const result = await store.transaction((tx) =>
            tx.putBars(
              symbol,
              minutes.map((minute) => barAt(minute)),
              ORIGIN,
            ),
          )
          expect(result.differing).toEqual([])
          expect(result.inserted.length + result.unchanged).toBe(minutes.length)
          inserted += result.inserted.length
        }
        const all = [...new Set(list.flat())].toSorted((a, b) => a - b)
        expect(inserted).toBe(all.length)
        expect((await store.readBars({ instrument: symbol })).toArray()).toEqual(all.map((minute) => barAt(minute)))
      }),
      { numRuns: runs },
    )
  })
}
