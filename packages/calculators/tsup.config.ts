import type { Options } from 'tsup'

import { build } from '../../tsup.base.ts'

// For browsers, so without white space; names stay as they are, and with them stack traces.
const config: Options = build({ index: 'src/index.ts' }, { minifyWhitespace: true })

export default config
