import { readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'

import { UsageError } from './usage-error.ts'

/** Reads `NAME=value` lines into `env` where it has no value yet, and returns the names that it took. */
export function readEnvFile(file: string, env: Record<string, string | undefined>): readonly string[] {
  const taken = Object.entries(parseEnv(read(file))).filter(([name]) => (env[name] ?? '') === '')
  for (const [name, value] of taken) env[name] = value
  return taken.map(([name]) => name)
}

function read(file: string): string {
  try {
    // Some editors begin a file with a byte-order mark.
    return readFileSync(file, 'utf8').replace(/^\uFEFF/, '')
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException
    const problem = code === 'ENOENT' ? 'does not exist' : `cannot be read (${code})`
    throw new UsageError(`--env-file: ${file} ${problem}.`, 'Expected a file of NAME=value lines.')
  }
}
