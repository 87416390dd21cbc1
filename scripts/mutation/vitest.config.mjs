import { defineConfig } from 'vitest/config'
import { BaseSequencer } from 'vitest/node'

import base from '../../vitest.config.ts'
import { currentTarget } from './targets.mjs'

const { folder, sources, tests = ['src', 'test'], last = [], isolate = true } = currentTarget()

const rank = ({ moduleId }) => last.findIndex((part) => moduleId.includes(`/${folder}/${part}`))

/** The first test that fails ends a run. Files that failed for the mutant before come first, slow ones that concern all last. */
class LikelyFirst extends BaseSequencer {
  async sort(files) {
    const usual = await super.sort(files)
    return usual.toSorted((a, b) => rank(a) - rank(b))
  }
}

export default defineConfig({
  resolve: base.resolve,
  ssr: base.ssr,
  test: {
    include: sources.flatMap((source) => tests.map((part) => `${folder}/${part}/**/${source}.test.ts`)),
    setupFiles: ['scripts/mutation/same-examples.ts'],
    isolate,
    sequence: { sequencer: LikelyFirst },
    // The score tells what the repository's own tests notice, whether or not the recorded data is there.
    env: { OPENPREDICT_DATA: 'absent', OPENPREDICT_REQUIRE_DATA: '' },
  },
})
