import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

import { unavailable } from '@openpredict/local-supabase'
import { createManualClock } from '@openpredict/market'
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'

import { createSqliteStore } from '../src/sqlite/index.ts'
import { NQ } from '../src/testing/samples.ts'
import { allRows } from './all-rows.ts'
import { writeStep } from './crash-work.ts'
import { rowsOf, testDatabase, type TestDatabase } from './on-server.ts'

const KILLS = 6
const ROUNDS = process.env['OPENPREDICT_FULL'] === '1' ? 10 : 1
/** Fresh in every run; set OPENPREDICT_SEED to the one in a failing test's name to see it again. */
const SEED = Number(process.env['OPENPREDICT_SEED'] ?? Date.now() % 1_000_000)
const WRITER = fileURLToPath(import.meta.resolve('./postgres-crash-writer.ts'))

let writer: ChildProcess | undefined
afterEach(() => {
  writer?.kill('SIGKILL')
})

/** Starts the writer and kills it some commits and some moments later. Returns the last commit that it reported. */
async function killAfter(url: string, commits: number, moments: number): Promise<number> {
  const child = spawn(process.execPath, ['--conditions=@openpredict/source', WRITER], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, STORE_URL: url },
  })
  writer = child
  const exit = once(child, 'exit')
  let last = 0
  let left = commits
  for await (const line of createInterface({ input: child.stdout })) {
    last = Number(line)
    // The moment itself is what is random here; nothing waits for it.
    if (--left === 0) setTimeout(() => child.kill('SIGKILL'), moments)
  }
  expect(await exit).toEqual([null, 'SIGKILL'])
  return last
}

/** Waits until the server has noticed: it finishes what it was told before. */
async function untilAlone({ client }: TestDatabase): Promise<void> {
  const others = `SELECT FROM pg_stat_activity
    WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()`
  while ((await rowsOf(client, others)).length > 0);
}

describe.skipIf(unavailable() !== undefined)('PostgreSQL', () => {
  it.each(Array.from({ length: ROUNDS }, (_, i) => SEED + i))(
    `holds whole transactions only after its writer was killed ${KILLS} times at random moments (seed %i)`,
    { timeout: 60_000 },
    async (seed) => {
      const moment = fc.tuple(fc.integer({ min: 1, max: 12 }), fc.double({ min: 0, max: 12, noNaN: true }))
      await using here = await testDatabase()
      await (await here.open()).close()
      await using replay = await createSqliteStore({ path: ':memory:', clock: createManualClock(0) })
      let replayed = 0
      for (const [commits, moments] of fc.sample(moment, { seed, numRuns: KILLS })) {
        const reported = await killAfter(here.database.url, commits, moments)
        await untilAlone(here)
        const store = await here.open()
        const stored = await store.lastCycle(NQ)
        expect(stored).toBeGreaterThanOrEqual(reported)
        expect(stored).toBeLessThanOrEqual(reported + 1)
        while (replayed < stored) await writeStep(replay, ++replayed)
        expect(await allRows(store)).toEqual(await allRows(replay))
        await store.close()
      }
    },
  )
})
