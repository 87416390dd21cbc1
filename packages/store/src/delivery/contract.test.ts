import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'

import { createSqliteStore } from '../sqlite/index.ts'
import { testStore } from '../testing/index.ts'
import { FAST_FOLDER } from '../../test/fast-folder.ts'
import { realClock } from '../../test/real-clock.ts'
import { openMirror } from './index.ts'

testStore('A mirror', async () => {
  const folder = mkdtempSync(join(FAST_FOLDER, 'openpredict-mirror-'))
  const remote = {
    location: 'remote',
    open: () => createSqliteStore({ path: join(folder, 'remote.sqlite'), clock: realClock }),
  }
  return {
    lasting: true,
    open: () => openMirror({ path: join(folder, 'local.sqlite'), remote, clock: realClock }),
    remove: async () => rmSync(folder, { recursive: true }),
  }
})
