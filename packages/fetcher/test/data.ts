import { existsSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'

const DATA = process.env['OPENPREDICT_DATA'] ?? join(import.meta.dirname, '../../../../shared/data')

/** A file of the reference data, which is not part of the repository. */
export function dataFile(...path: readonly string[]): string {
  return join(DATA, ...path)
}

/** Whether tests that read the reference data run: they are skipped without it, unless it is required. */
export const hasData: boolean = existsSync(DATA) || process.env['OPENPREDICT_REQUIRE_DATA'] === '1'

/** For the names of such tests. */
export const dataNote: string = hasData ? '' : ` (skipped: no reference data in ${DATA})`
