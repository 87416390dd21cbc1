import { readdirSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

import { ROOT } from '../package-map.ts'
import { plainEnvironment, runOrFail } from './run.ts'
import { shownExamples } from './shown-examples.ts'

/** Sources that Node has read before start in half the time. */
const env = plainEnvironment({ NODE_COMPILE_CACHE: join(ROOT, 'node_modules', '.cache', 'openpredict-compiled') })

describe('examples', () => {
  it('are all shown in their README', () => {
    const files = readdirSync(join(ROOT, 'examples')).filter((file) => file.endsWith('.ts'))
    expect(
      shownExamples()
        .map(({ file }) => file)
        .toSorted(),
    ).toEqual(files.toSorted())
  })

  it.each(shownExamples())('$file prints what its README says', async ({ file, prints }) => {
    const args = ['--conditions=@openpredict/source', join('examples', file)]
    expect((await runOrFail(ROOT, process.execPath, args, env)).stdout).toBe(prints)
  })
})
