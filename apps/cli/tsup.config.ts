import type { Options } from 'tsup'

import { build } from '../../tsup.base.ts'

const config: Options = build({ main: 'src/main.ts' }, { platform: 'node' })

export default config
