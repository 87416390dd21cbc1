import type { Options } from 'tsup'

import { build } from '../../tsup.base.ts'

const config: Options = build(
  {
    index: 'src/index.ts',
    sqlite: 'src/sqlite/index.ts',
    postgres: 'src/postgres/index.ts',
    supabase: 'src/supabase/index.ts',
    delivery: 'src/delivery/index.ts',
    testing: 'src/testing/index.ts',
  },
  { platform: 'node' },
)

export default config
