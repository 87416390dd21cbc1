import { PassThrough } from 'node:stream'

import { createManualClock } from '@openpredict/market'
import { join } from 'node:path'
import { expect, it } from 'vitest'

import { createProgram } from '../../apps/cli/src/cli.ts'
import { testServices } from '../../apps/cli/test/services.ts'
import { commandReference } from '../../scripts/docs/command-reference.ts'
import { ROOT } from '../package-map.ts'

it('docs/cli.md is what the commands say', async () => {
  const stdout = new PassThrough()
  const program = createProgram(testServices({ clock: createManualClock(0), stdout }), () => Promise.resolve())
  const page = commandReference(program, (command) => {
    stdout.read()
    command.outputHelp()
    return String(stdout.read())
  })
  await expect(page).toMatchFileSnapshot(join(ROOT, 'docs', 'cli.md'))
})
