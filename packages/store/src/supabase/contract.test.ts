import { unavailable } from '@openpredict/local-supabase'
import { beforeAll, describe } from 'vitest'

import { testProject, type TestProject } from '../../test/on-data-api.ts'
import { testStore } from '../testing/index.ts'

const reason = unavailable('data API')
/** Every call is a request. */
const RUNS = process.env['OPENPREDICT_FULL'] === '1' ? 40 : 5

describe.skipIf(reason !== undefined)(`a real data API${reason === undefined ? '' : `: ${reason}`}`, () => {
  let here: TestProject

  beforeAll(async () => {
    here = await testProject()
    return () => here[Symbol.asyncDispose]()
  })

  testStore('Supabase', async () => {
    // One database, emptied for each test: making one for each takes ten times as long.
    await here.postgres.reset()
    return { open: () => here.open(), lasting: true, runs: RUNS, remove: async () => {} }
  })
})
