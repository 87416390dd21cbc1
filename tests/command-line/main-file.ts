import { join } from 'node:path'

import { ROOT } from '../package-map.ts'

/** How the file to run is told to those who run it. */
export const MAIN_FILE = 'OPENPREDICT_TEST_MAIN'

/** The command line's file: the bundle of a run of tests, and outside of one the source. */
export function mainFile(): string {
  return process.env[MAIN_FILE] ?? join(ROOT, 'apps', 'cli', 'src', 'main.ts')
}
