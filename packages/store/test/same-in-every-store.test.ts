import { unavailable } from '@openpredict/local-supabase'
import { createManualClock } from '@openpredict/market'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'

import type { Store } from '../src/index.ts'
import { createSqliteStore } from '../src/sqlite/index.ts'
import { allRows } from './all-rows.ts'
import { testProject } from './on-data-api.ts'
import { testDatabase } from './on-server.ts'
import { answersOf, operation } from './operations.ts'
import { replica } from './replicas.ts'

const transactions = fc.array(fc.record({ operations: fc.array(operation, { maxLength: 6 }), fails: fc.boolean() }), {
  minLength: 1,
  maxLength: 6,
})
const replicas = fc.array(replica, { minLength: 1, maxLength: 5 })

/** Random tries: in full as many as it takes to be sure. */
const RUNS = process.env['OPENPREDICT_FULL'] === '1' ? { postgres: 200, supabase: 60 } : { postgres: 30, supabase: 10 }

/** Declares that a store does what SQLite does. `reset` empties it. */
function sameAsSqlite(runs: number, store: () => Store, reset: () => Promise<void>): void {
  it('give the same answers to the same calls, and end with the same tables', async () => {
    await fc.assert(
      fc.asyncProperty(transactions, async (list) => {
        await reset()
        await using sqlite = await createSqliteStore({ path: ':memory:', clock: createManualClock(0) })
        for (const { operations, fails } of list) {
          expect(await answersOf(store(), operations, fails)).toEqual(await answersOf(sqlite, operations, fails))
        }
        expect(await allRows(store())).toEqual(await allRows(sqlite))
      }),
      { numRuns: runs },
    )
  })

  it('take over the same of the same replicas, and end with the same tables', async () => {
    await fc.assert(
      fc.asyncProperty(replicas, async (list) => {
        await reset()
        await using sqlite = await createSqliteStore({ path: ':memory:', clock: createManualClock(0) })
        for (const each of [...list, ...list]) {
          expect(await store().replicate(each)).toEqual(await sqlite.replicate(each))
        }
        expect(await allRows(store())).toEqual(await allRows(sqlite))
      }),
      { numRuns: runs },
    )
  })
}

describe.skipIf(unavailable() !== undefined)('SQLite and PostgreSQL', () => {
  let postgres: Store

  beforeAll(async () => {
    const here = await testDatabase()
    postgres = await here.open()
    return () => here[Symbol.asyncDispose]()
  })

  sameAsSqlite(
    RUNS.postgres,
    () => postgres,
    () => postgres.reset(),
  )
})

describe.skipIf(unavailable('data API') !== undefined)('SQLite and Supabase', () => {
  let postgres: Store
  let supabase: Store

  beforeAll(async () => {
    const here = await testProject()
    ;({ postgres } = here)
    supabase = await here.open()
    return () => here[Symbol.asyncDispose]()
  })

  sameAsSqlite(
    RUNS.supabase,
    () => supabase,
    () => postgres.reset(),
  )
})
