import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

import { createManualClock } from '@openpredict/market'
import { afterEach, beforeEach, expect, it } from 'vitest'

import { writeNth } from '../../test/crash-work.ts'
import { contentOf, NQ } from '../testing/samples.ts'
import { Connection } from './connection.ts'
import { createSqliteStore } from './index.ts'

const KILLS = 10
const ROUNDS = process.env['OPENPREDICT_FULL'] === '1' ? 20 : 1
/** Fresh in every run; set OPENPREDICT_SEED to the one in a failing test's name to see it again. */
const SEED = Number(process.env['OPENPREDICT_SEED'] ?? Date.now() % 1_000_000)
const WRITER = fileURLToPath(import.meta.resolve('../../test/crash-writer.ts'))
const clock = createManualClock(0)

let folder = ''
let path = ''
let writer: ChildProcess | undefined
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'openpredict-crash-'))
  path = join(folder, 'store.sqlite')
})
afterEach(() => {
  writer?.kill('SIGKILL')
  rmSync(folder, { recursive: true })
})

/** Random numbers in [0, 1): mulberry32. */
function randomOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** Starts the writer and kills it some commits and some moments later. Returns the last commit that it reported. */
async function killAfter(commits: number, moments: number): Promise<number> {
  const child = spawn(process.execPath, ['--conditions=@openpredict/source', WRITER, path], {
    stdio: ['ignore', 'pipe', 'inherit'],
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

it.each(Array.from({ length: ROUNDS }, (_, i) => SEED + i))(
  `holds whole transactions only after ${KILLS} kills at random moments (seed %i)`,
  { timeout: 60_000 },
  async (seed) => {
    const random = randomOf(seed)
    const replay = await createSqliteStore({ path: ':memory:', clock })
    let replayed = 0
    for (let kill = 0; kill < KILLS; kill++) {
      const reported = await killAfter(1 + Math.floor(random() * 20), random() * 6)

      const check = new Connection({ path })
      expect(check.all('PRAGMA integrity_check')).toEqual([['ok']])
      check.close()
      const store = await createSqliteStore({ path, clock })
      const stored = await store.lastCycle(NQ)
      expect(stored).toBeGreaterThanOrEqual(reported)
      while (replayed < stored) {
        const n = ++replayed
        await replay.transaction((tx) => writeNth(tx, n))
      }
      expect(await contentOf(store)).toEqual(await contentOf(replay))
      await store.close()
    }
    await replay.close()
  },
)
