import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

import { type Migration, migrationsOf } from '../internal/migration.ts'

/** In the layout of the Supabase CLI, at the root of this package: one folder up from the build, two from here. */
function folder(): string {
  const places = ['../supabase/migrations/', '../../supabase/migrations/'].map((path) =>
    fileURLToPath(new URL(path, import.meta.url)),
  )
  return places.find((place) => existsSync(place)) ?? ''
}

let known: readonly Migration[] | undefined

/** All migrations, in the order of their names. */
export function migrations(): readonly Migration[] {
  known ??= migrationsOf(
    readdirSync(folder())
      .filter((name) => name.endsWith('.sql'))
      .toSorted()
      .map((name) => readFileSync(folder() + name, 'utf8').replaceAll('\r\n', '\n')),
  )
  return known
}
