import { afterAll, beforeAll, describe } from 'vitest'

import { testCommand } from './command.ts'
import { testLibraries } from './libraries.ts'
import { Stranger } from './stranger.ts'
import { packAll, type Tarballs } from './tarballs.ts'

// Building, packing and installing take minutes: in full runs only.
describe.runIf(process.env['OPENPREDICT_FULL'] === '1')('somebody far from the workspace', () => {
  let workplace: Stranger | undefined
  let tarballs: Tarballs

  beforeAll(async () => {
    workplace = new Stranger()
    tarballs = await packAll(workplace.folder)
  }, 300_000)
  afterAll(() => workplace?.[Symbol.dispose]())

  describe('who installs a library', () => {
    testLibraries(() => tarballs)
  })
  describe('who installs the command line', () => {
    testCommand(() => tarballs)
  })
})
