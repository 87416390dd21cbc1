import { existsSync } from 'node:fs'
import { join } from 'node:path'

import { ROOT } from './package-map.ts'

/** The folder of recorded data, which cannot be redistributed. */
export const DATA: string = process.env['OPENPREDICT_DATA'] ?? join(ROOT, '..', 'shared', 'data')

const required = process.env['OPENPREDICT_REQUIRE_DATA'] === '1'

/** Whether tests that read recorded data run: where it is there, and where its absence is a failure. */
export const hasData: boolean = required || existsSync(DATA)

/** For the name of a suite: says why it is skipped. */
export const dataNote: string = hasData ? '' : ' (skipped: no recorded data, see CONTRIBUTING.md)'
