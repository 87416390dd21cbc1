import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

import { unavailable } from '@openpredict/local-supabase'
import { createManualClock } from '@openpredict/market'
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'

import { openMirror, remoteStore } from '../src/delivery/index.ts'
import { createSqliteStore } from '../src/sqlite/index.ts'
import { contentOf, NQ } from '../src/testing/samples.ts'
import { collectTo } from './damage-work.ts'
import { MirrorWorld } from './mirror-world.ts'
import { testDatabase } from './on-server.ts'
import { realClock } from './real-clock.ts'

const KILLS = 20
const ROUNDS = process.env['OPENPREDICT_FULL'] === '1' ? 10 : 1
/** Fresh in every run; set OPENPREDICT_SEED to the one in a failing test's name to see it again. */
const SEED = Number(process.env['OPENPREDICT_SEED'] ?? Date.now() % 1_000_000)
const WRITER = fileURLToPath(import.meta.resolve('./mirror-crash-writer.ts'))

let writer: ChildProcess | undefined
afterEach(() => {
  writer?.kill('SIGKILL')
})

/** Starts the writer and kills it some commits and some moments later. Returns the last commit that it reported. */
async function killAfter(path: string, url: string, commits: number, moments: number): Promise<number> {
  const child = spawn(process.execPath, ['--conditions=@openpredict/source', WRITER, path], {
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

describe.skipIf(unavailable() !== undefined)('a mirror of PostgreSQL', () => {
  it.each(Array.from({ length: ROUNDS }, (_, i) => SEED + i))(
    `has delivered all and nothing twice after its writer was killed ${KILLS} times at random moments (seed %i)`,
    { timeout: 180_000 },
    async (seed) => {
      const moment = fc.tuple(fc.integer({ min: 1, max: 8 }), fc.double({ min: 0, max: 25, noNaN: true }))
      await using here = await testDatabase()
      await using world = new MirrorWorld()
      await using truth = await createSqliteStore({ path: ':memory:', clock: createManualClock(0) })
      const remote = await remoteStore(here.database.url, { clock: realClock })
      const postgres = await here.open()
      for (const [commits, moments] of fc.sample(moment, { seed, numRuns: KILLS })) {
        const reported = await killAfter(world.path, here.database.url, commits, moments)
        const events: unknown[] = []
        const mirror = await openMirror({
          path: world.path,
          remote,
          clock: realClock,
          onEvent: (event) => events.push(event),
        })
        const stored = await mirror.lastCycle(NQ)
        expect(stored).toBeGreaterThanOrEqual(reported)
        expect(stored).toBeLessThanOrEqual(reported + 1)
        await mirror.drain()
        await collectTo(truth, stored)
        const expected = await contentOf(truth)
        expect(await contentOf(mirror)).toEqual(expected)
        expect(await contentOf(postgres)).toEqual(expected)
        expect(await mirror.status()).toMatchObject({ waiting: 0, refused: 0 })
        expect(events).toEqual([])
        await mirror.close()
      }
    },
  )
})
