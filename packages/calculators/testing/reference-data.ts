import { existsSync } from 'node:fs'
import { join } from 'node:path'

const REPOSITORY = join(import.meta.dirname, '../../..')

/** The folder of the reference data, which cannot be redistributed; see CONTRIBUTING.md. */
const FOLDER = process.env['OPENPREDICT_DATA'] ?? join(REPOSITORY, '../shared/data')

/** The path of a file of the reference data. */
export function referenceFile(name: string): string {
  return join(FOLDER, name)
}

/** Whether to skip a test that reads a file: when it is absent, unless OPENPREDICT_REQUIRE_DATA=1 makes that a failure. */
export function isAbsent(name: string): boolean {
  return !existsSync(referenceFile(name)) && process.env['OPENPREDICT_REQUIRE_DATA'] !== '1'
}
