import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

import { StoreError } from '../errors.ts'
import { type Migration, migrationsOf } from '../internal/migration.ts'

/** In the layout of the Supabase CLI, at the root of this package: one folder up from the build, two from here. */
const PLACES = ['../supabase/migrations/', '../../supabase/migrations/'].map((path) =>
  fileURLToPath(new URL(path, import.meta.url)),
)

let known: readonly Migration[] | undefined

/** All migrations, in the order of their names. */
export function migrations(): readonly Migration[] {
  known ??= migrationsIn(PLACES)
  return known
}

/** The migrations in the first of some folders that is there. */
export function migrationsIn(places: readonly string[]): readonly Migration[] {
  const folder = places.find((place) => existsSync(place))
  if (folder === undefined) {
    throw new StoreError(
      'the package @openpredict/store is incomplete: its folder supabase/migrations is missing',
      { kind: 'io' },
      { hint: 'Install @openpredict/store again, with all of its files.' },
    )
  }
  return migrationsOf(
    readdirSync(folder)
      .filter((name) => name.endsWith('.sql'))
      .toSorted()
      .map((name) => readFileSync(folder + name, 'utf8').replaceAll('\r\n', '\n')),
  )
}
