import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { createManualClock } from '@openpredict/market'

import { realClock } from '../../test/real-clock.ts'
import { testStore } from '../testing/index.ts'

import { createSqliteStore } from './index.ts'

/** Memory that looks like a disk, where there is one: the contract is not about how fast a disk flushes. */
const FAST = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()

testStore('SQLite in a file', async () => {
  const folder = await mkdtemp(join(FAST, 'openpredict-store-'))
  return {
    open: () => createSqliteStore({ path: join(folder, 'store.sqlite'), clock: realClock }),
    lasting: true,
    remove: () => rm(folder, { recursive: true }),
  }
})

testStore('SQLite in memory', async () => ({
  open: () => createSqliteStore({ path: ':memory:', clock: createManualClock(0) }),
  lasting: false,
  remove: async () => {},
}))
