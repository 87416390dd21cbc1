import { type Store, TABLE_NAMES, type TableName } from '@openpredict/store'

import { configuredStore } from '../../../configuration.ts'
import { EXIT } from '../../../exit.ts'
import { columns, count } from '../../../format.ts'
import { openNamedStore } from '../../../named-store.ts'
import type { Services } from '../../../services.ts'
import { UsageError } from '../../../usage-error.ts'
import type { DatabaseFlags } from '../../database.ts'

/** Shows the schema's version and how many rows each table has. */
export async function showDatabase(flags: DatabaseFlags, services: Services): Promise<number> {
  await using store = await open(flags, services, { readOnly: true, migrate: false })
  const { version, latest, pending } = await store.schema()
  const rows = version === 0 ? [] : await countAll(store)
  const lines = [
    `${store.location}: schema ${version}${pending.length > 0 ? `, ${count(pending.length, 'migration')} to come (${latest} is the latest)` : ''}`,
    ...columns(
      rows.map(({ table, rows: n }) => [`  ${table}`, n.toLocaleString('en-US')]),
      [1],
    ),
  ]
  const tables = Object.fromEntries(rows.map(({ table, rows: n }) => [table, n]))
  say(flags, services, { location: store.location, version, latest, pending, tables }, lines.join('\n'))
  return EXIT.fine
}

/** Deletes every row, when it is confirmed. */
export async function resetDatabase(flags: DatabaseFlags, services: Services): Promise<number> {
  await using store = await open(flags, services, { readOnly: flags.confirm !== true, migrate: false })
  if (flags.confirm !== true) {
    const bars = await store.countRows('ohlc_data')
    throw new UsageError(
      `db reset deletes every row of ${store.location}, ${count(bars, 'bar')} among them.`,
      'Nothing was deleted. Give --confirm to do it; openpredict db backup FILE keeps a copy.',
    )
  }
  const rows = await countAll(store)
  await store.reset()
  const deleted = rows.reduce((sum, { table, rows: n }) => sum + (table === 'schema_migrations' ? 0 : n), 0)
  say(flags, services, { location: store.location, deleted }, `${store.location}: ${count(deleted, 'row')} deleted`)
  return EXIT.fine
}

/** Writes a consistent copy of the store to a new file. */
export async function backUpDatabase(file: string, flags: DatabaseFlags, services: Services): Promise<number> {
  await using store = await open(flags, services, { readOnly: true, migrate: false })
  await services.terminal.spin(`copying ${store.location}`, () => store.backup(file, { signal: services.signal }))
  say(flags, services, { location: store.location, file }, `${store.location} copied to ${file}`)
  return EXIT.fine
}

async function open(
  flags: DatabaseFlags,
  services: Services,
  options: { readonly readOnly?: boolean; readonly migrate?: boolean },
): Promise<Store> {
  return await openNamedStore(configuredStore(flags, services.env), services, options)
}

async function countAll(store: Store): Promise<readonly { readonly table: TableName; readonly rows: number }[]> {
  return await Promise.all(TABLE_NAMES.map(async (table) => ({ table, rows: await store.countRows(table) })))
}

function say(flags: DatabaseFlags, { terminal }: Services, result: object, text: string): void {
  terminal.out(flags.json === true ? JSON.stringify(result) : text)
}
