import { defineConfig } from 'vitest/config'

import base from '../../vitest.config.ts'
import { currentTarget } from './targets.mjs'

const { folder, sources } = currentTarget()

export default defineConfig({
  resolve: base.resolve,
  ssr: base.ssr,
  test: {
    include: sources.map((source) => `${folder}/{src,test}/**/${source}.test.ts`),
    setupFiles: ['scripts/mutation/same-examples.ts'],
    // The score tells what the repository's own tests notice, whether or not the recorded data is there.
    env: { OPENPREDICT_DATA: 'absent', OPENPREDICT_REQUIRE_DATA: '' },
  },
})
