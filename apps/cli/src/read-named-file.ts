import { readFileSync } from 'node:fs'

import { UsageError } from './usage-error.ts'

/**
 * The bytes of a file that the user named. Throws a `UsageError` for a folder, of which the system does not say the path;
 * other failures are those of `node:fs`, which do.
 */
export function readNamedFile(file: string): Buffer {
  try {
    return readFileSync(file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EISDIR') throw error
    throw new UsageError(`${file} is a folder, expected a file.`, 'Give the path of a file in it.')
  }
}
