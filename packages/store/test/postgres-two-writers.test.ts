import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

import { unavailable } from '@openpredict/local-supabase'
import { createManualClock } from '@openpredict/market'
import { expect, it, onTestFinished } from 'vitest'

import { createSqliteStore } from '../src/sqlite/index.ts'
import { ES, NQ } from '../src/testing/samples.ts'
import { allRows } from './all-rows.ts'
import { nthReplica } from './crash-work.ts'
import { testDatabase } from './on-server.ts'
import { PAIR_CYCLES, PAIR_MINUTES, pairBars, pairLevels, pairRounds } from './pair-work.ts'

const WRITER = fileURLToPath(import.meta.resolve('./postgres-pair-writer.ts'))
const WRITERS = [0, 1]

/** Starts a writer; resolves when it is ready to be told to go. */
async function startWriter(url: string, writer: number): Promise<() => Promise<ReadonlySet<number>>> {
  const child = spawn(process.execPath, ['--conditions=@openpredict/source', WRITER, String(writer)], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, STORE_URL: url },
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const exit = once(child, 'exit')
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  expect((await lines.next()).value).toBe('ready')
  return async () => {
    child.stdin.write('go\n')
    const { value } = await lines.next()
    expect(await exit).toEqual([0, null])
    return new Set(JSON.parse(String(value)) as number[])
  }
}

it.skipIf(unavailable() !== undefined)(
  'PostgreSQL stores each minute once, from who came first, when two programs write the same at once',
  async () => {
    await using here = await testDatabase()
    const store = await here.open()
    const go = await Promise.all(WRITERS.map((writer) => startWriter(here.database.url, writer)))
    const inserted = await Promise.all(go.map((start) => start()))

    // What one program would have written in the order in which the bars were taken, and the newest of the rest.
    await using expected = await createSqliteStore({ path: ':memory:', clock: createManualClock(0) })
    for (const writer of WRITERS) {
      for (const round of pairRounds(writer)) {
        await expected.transaction(async (tx) => {
          const first = pairBars(writer, round).filter(({ time }) => inserted[writer]?.has(time))
          await tx.putBars(NQ, first, { source: `writer ${writer}`, ingestedAt: round })
          const order = { historyVersion: 0, asOf: 2 * round + writer }
          await tx.putRows('reference_levels', NQ, pairLevels(writer, round), order)
        })
        const { rows } = nthReplica(round)
        await expected.replicate({ rows })
      }
    }
    expect(inserted.map(({ size }) => size)).not.toContain(0)
    // No minute twice: together they are as many as there are.
    const all = inserted.flatMap((minutes) => [...minutes]).toSorted((a, b) => a - b)
    expect(all).toEqual([...(await expected.readBars({ instrument: NQ })).time])
    expect(all).toHaveLength(PAIR_MINUTES)
    // One after the other: each had the number of the one before it.
    const numbered = await store.readRows('collection_cycles', { instrument: ES })
    expect(numbered.map(({ cycle }) => cycle).toSorted((a, b) => a - b)).toEqual(PAIR_CYCLES)
    const others = await store.readRows('collection_cycles', { instrument: NQ })
    expect({ ...(await allRows(store)), collection_cycles: others }).toEqual(await allRows(expected))
  },
)
