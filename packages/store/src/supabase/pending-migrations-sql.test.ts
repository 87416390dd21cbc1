import { unavailable } from '@openpredict/local-supabase'
import { describe, expect, it } from 'vitest'

import { rowsOf, testDatabase, type TestDatabase } from '../../test/on-server.ts'
import { migrations } from '../postgres/migrations.ts'
import { pendingMigrationsSql } from './index.ts'

/** What there is in the schema, as the catalogue has it. */
const SCHEMA = [
  `SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns
   WHERE table_schema = 'public' ORDER BY table_name, ordinal_position`,
  `SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
   WHERE connamespace = 'public'::regnamespace ORDER BY 1, 2`,
  `SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1`,
  `SELECT viewname, definition FROM pg_views WHERE schemaname = 'public' ORDER BY 1`,
  `SELECT tablename, policyname, roles, cmd FROM pg_policies ORDER BY 1, 2`,
  `SELECT relname, relacl::text, relrowsecurity FROM pg_class WHERE relnamespace = 'public'::regnamespace ORDER BY 1`,
  `SELECT proname, proacl::text, prosrc, proconfig FROM pg_proc WHERE pronamespace = 'public'::regnamespace ORDER BY 1`,
  `SELECT tablename FROM pg_publication_tables ORDER BY 1`,
  'SELECT version, checksum FROM schema_migrations ORDER BY 1',
]

async function schemaOf({ client }: TestDatabase): Promise<unknown> {
  const parts: unknown[] = []
  for (const sql of SCHEMA) parts.push(await rowsOf(client, sql))
  return parts
}

it('is nothing where nothing is pending', () => {
  expect(pendingMigrationsSql(migrations().length)).toBe('')
})

describe.skipIf(unavailable() !== undefined)('what is pasted into an SQL editor', () => {
  it.each([0, 1, 5])('makes of tables of version %d what migrate makes of them, and says so', async (version) => {
    await using pasted = await testDatabase()
    await using migrated = await testDatabase()
    for (const { sql, version: number, checksum } of migrations().slice(0, version)) {
      await pasted.client.query(sql)
      await pasted.client.query(`INSERT INTO schema_migrations VALUES (${number}, now(), '${checksum}')`)
    }
    await pasted.client.query(pendingMigrationsSql(version))
    await migrated.open()
    expect(await schemaOf(pasted)).toEqual(await schemaOf(migrated))
    const store = await pasted.open({ migrate: false })
    const { length: latest } = migrations()
    expect(await store.schema()).toEqual({ version: latest, latest, pending: [] })
    expect(await store.migrate()).toEqual({ from: latest, to: latest, applied: [] })
    expect(await store.readRows('schema_migrations')).toHaveLength(latest)
  })

  it('is all or nothing', async () => {
    await using here = await testDatabase()
    const broken = pendingMigrationsSql(0).replace('\ncommit;', 'select 1 / 0;\ncommit;')
    await expect(here.client.query(broken)).rejects.toThrow(/division by zero/)
    await here.client.query('rollback')
    expect(await rowsOf(here.client, `SELECT to_regclass('public.ohlc_data') AS found`)).toEqual([{ found: null }])
  })
})
