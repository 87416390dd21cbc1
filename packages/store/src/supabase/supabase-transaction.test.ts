import { unavailable } from '@openpredict/local-supabase'
import { createManualClock } from '@openpredict/market'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'

import { allRows } from '../../test/all-rows.ts'
import { testProject, type TestProject } from '../../test/on-data-api.ts'
import { createSqliteStore } from '../sqlite/index.ts'
import type { Store, StoreTransaction } from '../store.ts'
import { bars, barAt, cycleRow, ES, errorRow, level, MINUTE, NQ, ORIGIN, T0 } from '../testing/samples.ts'

type Work = (tx: StoreTransaction) => Promise<unknown>

const order = (minutes: number, historyVersion = 0): { historyVersion: number; asOf: number } => ({
  historyVersion,
  asOf: T0 + minutes * MINUTE,
})
const uuid = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`
const days = (...list: number[]): ReturnType<typeof level>[] =>
  list.map((day) => level({ period_start: T0 + day * 1_440 * MINUTE, price: day }))

/** Transactions one after the other; what each answers and what is there in the end must be what it is in SQLite. */
const SCENES: readonly (readonly [name: string, works: readonly Work[]])[] = [
  [
    'a row that goes, and comes back from an older writer',
    [
      (tx) => tx.putRows('reference_levels', NQ, days(1, 2), order(3)),
      async (tx) => {
        const replaced = await tx.replaceRows('reference_levels', NQ, [], { ...order(5), replacedAt: T0 })
        return [replaced, await tx.putRows('reference_levels', NQ, days(1), order(1))]
      },
      (tx) => tx.putRows('reference_levels', NQ, [{ ...level(), ...days(1)[0], price: 9 }], order(2)),
    ],
  ],
  [
    'the first rows of a table, of which some have gone and others come',
    [
      (tx) => tx.putRows('reference_levels', NQ, days(1, 2, 3, 4, 5, 6), order(0)),
      async (tx) => {
        const kept = days(2, 5, 6, 7, 0)
        await tx.raiseHistoryVersion(NQ)
        await tx.replaceRows('reference_levels', NQ, kept, { ...order(0, 1), replacedAt: T0 })
        await tx.putRows('reference_levels', ES, days(3), order(0))
        const answers: unknown[] = []
        for (const query of [{ limit: 2 }, { limit: 3, newestFirst: true }, { instrument: NQ }, { to: T0 + 1 }, {}]) {
          answers.push(await tx.readRows('reference_levels', query))
        }
        for (const name of [undefined, NQ, ES, 'none']) answers.push(await tx.countRows('reference_levels', name))
        return [...answers, await tx.countRows('feature_revisions'), await tx.readRows('feature_revisions')]
      },
    ],
  ],
  [
    'the number of the last cycle, which is lowered and raised',
    [
      async (tx) => {
        for (const cycle of [1, 12, 3]) await tx.putCycle(cycleRow({ id: uuid(cycle), cycle }))
      },
      async (tx) => {
        const answers = [await tx.lastCycle(NQ)]
        await tx.putCycle(cycleRow({ id: uuid(12), cycle: 2, finished_at: T0 + 9_000 }))
        answers.push(await tx.lastCycle(NQ))
        await tx.putCycle(cycleRow({ id: uuid(40), cycle: 40 }))
        return [...answers, await tx.lastCycle(NQ), await tx.lastCycle(ES), await tx.countRows('collection_cycles')]
      },
    ],
  ],
  [
    'cycles by their start, some of which have another one now',
    [
      async (tx) => {
        for (const n of [1, 2, 3, 4]) await tx.putCycle(cycleRow({ id: uuid(n), cycle: n, started_at: T0 + n }))
      },
      async (tx) => {
        await tx.putCycle(cycleRow({ id: uuid(4), cycle: 4, started_at: T0 - 1, finished_at: T0 + 9_000 }))
        const newest = await tx.readRows('collection_cycles', { newestFirst: true, limit: 2 })
        return newest.map(({ cycle }) => cycle)
      },
    ],
  ],
  [
    'the same bars in several calls, revised in between',
    [
      (tx) => tx.putBars(NQ, bars(3), ORIGIN),
      async (tx) => {
        const first = await tx.putBars(NQ, bars(4, 1), ORIGIN)
        const revised = await tx.reviseBars(NQ, [barAt(1, { volume: 1 }), barAt(4, { volume: 1 })], ORIGIN)
        const again = await tx.reviseBars(NQ, [barAt(1, { volume: 2 })], ORIGIN)
        const second = await tx.putBars(NQ, bars(2), ORIGIN)
        const last = await tx.readBars({ instrument: NQ, last: 3 })
        return [first.unchanged, revised, again, second.differing, last.toArray(), await tx.countRows('ohlc_revisions')]
      },
      (tx) => tx.reviseBars(NQ, [barAt(1)], ORIGIN),
    ],
  ],
  [
    'the first and last bar while others come',
    [
      (tx) => tx.putBars(NQ, bars(3, 10), ORIGIN),
      async (tx) => {
        await tx.putBars(NQ, [barAt(2)], ORIGIN)
        return [await tx.oldestBar(NQ), await tx.newestBar(NQ), await tx.oldestBar(ES)]
      },
      async (tx) => [await tx.oldestBar(NQ), await tx.newestBar(NQ)],
    ],
  ],
  [
    'calls that do not wait for one another',
    [
      (tx) =>
        Promise.all([
          tx.putBars(NQ, bars(3), ORIGIN),
          tx.countRows('ohlc_data'),
          tx.reviseBars(NQ, [barAt(0, { volume: 0 })], ORIGIN),
          tx.raiseHistoryVersion(NQ),
          tx.putRows('reference_levels', NQ, days(1), order(0, 1)),
          tx.replaceRows('reference_levels', NQ, days(2), { ...order(1, 1), replacedAt: T0 }),
          tx.readRows('reference_levels'),
        ]),
    ],
  ],
  [
    'a call that is refused, and others after it',
    [
      async (tx) => {
        const refused = await tx
          .putBars(NQ, [barAt(0), { ...barAt(1), high: 0 }], ORIGIN)
          .catch((error: unknown) => error)
        await tx.putError(errorRow())
        return [(refused as { code?: unknown }).code, await tx.countRows('ohlc_data')]
      },
    ],
  ],
  [
    'the list of migrations, which no transaction writes',
    [async (tx) => (await tx.countRows('schema_migrations')) > 0],
  ],
]

const reason = unavailable('data API')

describe.skipIf(reason !== undefined)('a transaction over HTTP does what one of SQLite does:', () => {
  let here: TestProject
  let store: Store

  beforeAll(async () => {
    here = await testProject()
    store = await here.open()
    return () => here[Symbol.asyncDispose]()
  })

  beforeEach(() => here.postgres.reset())

  it.each(SCENES)('%s', async (_, works) => {
    await using sqlite = await createSqliteStore({ path: ':memory:', clock: createManualClock(0) })
    for (const work of works) expect(await store.transaction(work)).toEqual(await sqlite.transaction(work))
    expect(await allRows(here.postgres)).toEqual(await allRows(sqlite))
  })
})
