import { localSupabase, unavailable } from '@openpredict/local-supabase'
import { beforeAll, describe } from 'vitest'

import { realClock } from '../../test/real-clock.ts'
import type { Store } from '../store.ts'
import { testStore } from '../testing/index.ts'
import { createPostgresStore } from './index.ts'

const reason = unavailable()

describe.skipIf(reason !== undefined)(`a real server${reason === undefined ? '' : `: ${reason}`}`, () => {
  let open: () => Promise<Store>
  let keeper: Store

  beforeAll(async () => {
    const server = await localSupabase()
    const { url, ...database } = await server.createDatabase()
    open = () => createPostgresStore({ url, clock: realClock })
    keeper = await open()
    return async () => {
      await keeper.close()
      await server.dropDatabase(database)
    }
  })

  testStore('Postgres', async () => {
    // One database, emptied for each test: making one for each takes ten times as long.
    await keeper.reset()
    return { open, lasting: true, remove: async () => {} }
  })
})
