import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'

import { createManualClock } from '@openpredict/market'

import { FAST_FOLDER } from '../../test/fast-folder.ts'
import { realClock } from '../../test/real-clock.ts'
import { testStore } from '../testing/index.ts'

import { createSqliteStore } from './index.ts'

testStore('SQLite in a file', async () => {
  const folder = await mkdtemp(join(FAST_FOLDER, 'openpredict-store-'))
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
