import { configured, configuredStore } from '../../../configuration.ts'
import { EXIT } from '../../../exit.ts'
import { count } from '../../../format.ts'
import { openNamedStore } from '../../../named-store.ts'
import type { Services } from '../../../services.ts'
import { SETTINGS } from '../../../settings.ts'
import type { DatabaseFlags } from '../../database.ts'

/**
 * Creates the tables or brings them up to date: those of a Supabase project over DATABASE_URL, for its data API takes no
 * SQL; without that, prints what is to be pasted.
 */
export async function migrateDatabase(flags: DatabaseFlags, services: Services): Promise<number> {
  const url = configuredStore(flags, services.env)
  if (!/^supabase:/i.test(url)) return await migrateStore(url, flags, services)
  const database = configured(SETTINGS.databaseUrl, services.env)
  if (database !== undefined) return await migrateStore(database, flags, services)
  return await printMigrations(url, flags, services)
}

async function migrateStore(url: string, { json }: DatabaseFlags, services: Services): Promise<number> {
  const { terminal, signal } = services
  await using store = await openNamedStore(url, services, { migrate: false })
  const { from, to, applied } = await store.migrate({ signal })
  const { location } = store
  const text = applied.length === 0 ? `schema ${to}, up to date` : `schema ${from} → ${to}`
  terminal.out(json === true ? JSON.stringify({ location, from, to, applied }) : `${location}: ${text}`)
  return EXIT.fine
}

async function printMigrations(url: string, { json }: DatabaseFlags, services: Services): Promise<number> {
  const { terminal, signal } = services
  await using store = await openNamedStore(url, services, { readOnly: true, migrate: false })
  const { version, latest, pending } = await store.schema({ signal })
  const { location } = store
  const { pendingMigrationsSql } = await import('@openpredict/store/supabase')
  const sql = pendingMigrationsSql(version)
  if (json === true) terminal.out(JSON.stringify({ location, version, latest, pending, sql }))
  else if (pending.length === 0) terminal.out(`${location}: schema ${version}, up to date`)
  else {
    terminal.note(
      `${location}: schema ${version}, ${count(pending.length, 'migration')} to come (${latest} is the latest).`,
    )
    terminal.note(
      'A Supabase URL and key alone cannot change tables. Either set DATABASE_URL (in the dashboard: Connect,',
    )
    terminal.note('session pooler or direct connection) and run this again, or paste what follows into the SQL editor.')
    terminal.out(sql)
  }
  return pending.length === 0 ? EXIT.fine : EXIT.no
}
