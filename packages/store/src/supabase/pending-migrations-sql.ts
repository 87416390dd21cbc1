import { migrations } from '../postgres/migrations.ts'

/**
 * The migrations that tables of a version lack (0: there are none yet), as one text for an SQL editor: one transaction,
 * that also records them, so that `migrate` over a connection knows of them later. Empty when there are none.
 *
 * @example
 * ```js
 * const store = await createSupabaseStore({ url, key, clock, migrate: false })
 * pendingMigrationsSql((await store.schema()).version) // => 'begin;\n…'
 * ```
 */
export function pendingMigrationsSql(version: number): string {
  const lacking = migrations().slice(version)
  if (lacking.length === 0) return ''
  const steps = lacking.map(
    ({ version: number, sql, checksum }) => `${sql.trimEnd()}

insert into public.schema_migrations (version, applied_at, checksum)
values (${number}, date_trunc('milliseconds', now()), '${checksum}');
`,
  )
  return `begin;\n\n${steps.join('\n')}\ncommit;\n`
}
