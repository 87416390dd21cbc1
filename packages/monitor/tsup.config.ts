import type { Options } from 'tsup'

import { build } from '../../tsup.base.ts'

const config: Options = build({ index: 'src/index.ts' }, { platform: 'node' })

export default config
