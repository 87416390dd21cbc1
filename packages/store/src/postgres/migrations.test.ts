import { unavailable } from '@openpredict/local-supabase'
import { beforeAll, describe, expect, it } from 'vitest'

import { rowsOf, testDatabase, type TestDatabase } from '../../test/on-server.ts'
import { ROWS } from '../../test/rows-of-all-tables.ts'
import { columnsOf } from '../internal/columns.ts'
import { type ColumnKind, TABLE_NAMES, type TableName, tableOf } from '../tables.ts'
import { storeErrorOf } from './failures.ts'
import { migrations, migrationsIn } from './migrations.ts'

const TYPES: Readonly<Record<ColumnKind, string>> = {
  text: 'text',
  uuid: 'uuid',
  json: 'jsonb',
  integer: 'bigint',
  instant: 'timestamp with time zone',
  boolean: 'boolean',
  price: 'numeric',
  number: 'double precision',
}

const reason = unavailable()

it('ships migrations that are never changed', () => {
  expect(migrations().map(({ checksum }) => checksum.slice(0, 16))).toEqual(CHECKSUMS)
})

it('names the package when its migrations are missing', () => {
  expect(() => migrationsIn(['/nowhere/supabase/migrations/'])).toThrow(
    expect.objectContaining({ name: 'StoreError', message: expect.stringContaining('@openpredict/store') }),
  )
})

describe.skipIf(reason !== undefined)('the schema', () => {
  let here: TestDatabase

  beforeAll(async () => {
    here = await testDatabase()
    await here.open()
    return () => here[Symbol.asyncDispose]()
  })

  /** Writes a row past the checks of this package, with one column replaced, and takes it back. */
  async function insert(table: TableName, change: Readonly<Record<string, unknown>> = {}): Promise<void> {
    const row: Record<string, unknown> = { ...ROWS[table], ...change }
    const values = columnsOf(table).map(({ name, description: { kind } }) => {
      const value = row[name] ?? null
      if (value === null) return null
      if (kind === 'instant') return new Date(value as number)
      return kind === 'json' ? JSON.stringify(value) : value
    })
    await here.client.query('BEGIN')
    try {
      await here.client.query(`INSERT INTO ${table} VALUES (${values.map((_, i) => `$${i + 1}`).join(', ')})`, values)
    } catch (error) {
      throw storeErrorOf(error, 'here')
    } finally {
      await here.client.query('ROLLBACK')
    }
  }

  describe.each(TABLE_NAMES)('the table %s', (table) => {
    const columns = columnsOf(table)

    it('has the columns and the key that the description has, in its order', async () => {
      const found = await rowsOf(
        here.client,
        `SELECT column_name, data_type, is_nullable FROM information_schema.columns
         WHERE table_schema = 'public' AND table_name = '${table}' ORDER BY ordinal_position`,
      )
      expect(found).toEqual(
        columns.map(({ name, description: { kind, nullable } }) => ({
          column_name: name,
          data_type: TYPES[kind],
          is_nullable: nullable === true ? 'YES' : 'NO',
        })),
      )
      const key = await rowsOf(
        here.client,
        `SELECT column_name FROM information_schema.key_column_usage
         WHERE table_schema = 'public' AND constraint_name = '${table}_pkey' ORDER BY ordinal_position`,
      )
      expect(key.map((row) => row['column_name'])).toEqual(tableOf(table).key)
    })

    it('takes a row that fits', async () => {
      await expect(insert(table)).resolves.toBeUndefined()
    })

    const limited = columns.flatMap(({ name, description: { values, minimum, maximum, nullable } }) => [
      ...(values === undefined ? [] : [[name, 'nope', `${name}_known`] as const]),
      ...(minimum === undefined ? [] : [[name, minimum - 1, `${name}_range`] as const]),
      ...(maximum === undefined ? [] : [[name, maximum + 1, `${name}_range`] as const]),
      ...(nullable === true ? [] : [[name, null, name] as const]),
    ])

    it('checks for itself what the description limits, by the same names', async () => {
      for (const [name, value, constraint] of limited) {
        await expect(insert(table, { [name]: value })).rejects.toMatchObject({
          failure: { kind: 'constraint', table, constraint },
        })
      }
    })
  })

  it.each(TABLE_NAMES.filter((table) => 'high' in tableOf(table).columns))(
    'keeps the prices of the candles of %s in order',
    async (table) => {
      const broken: readonly (readonly [string, Record<string, number>])[] = [
        ['high_at_least_low', { high: 1, low: 2, open: 0, close: 0 }],
        ['high_at_least_open', { high: 2, low: 1, open: 3, close: 1 }],
        ['high_at_least_close', { high: 2, low: 1, open: 1, close: 3 }],
        ['low_at_most_open', { high: 4, low: 2, open: 1, close: 2 }],
        ['low_at_most_close', { high: 4, low: 2, open: 2, close: 1 }],
      ]
      for (const [constraint, change] of broken) {
        await expect(insert(table, change)).rejects.toMatchObject({ failure: { constraint } })
      }
    },
  )

  it('has every table that the description names and the leases, each with row-level security, and no other', async () => {
    const found = await rowsOf(
      here.client,
      `SELECT relname, relrowsecurity FROM pg_class
       WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') ORDER BY relname COLLATE "C"`,
    )
    const expected = [...TABLE_NAMES, 'store_leases'].toSorted()
    expect(found).toEqual(expected.map((relname) => ({ relname, relrowsecurity: true })))
  })
})

describe.skipIf(reason !== undefined)('migrating', () => {
  it('applies every migration once, whoever else is migrating', async () => {
    await using here = await testDatabase()
    const stores = await Promise.all(Array.from({ length: 3 }, () => here.open({ migrate: false })))
    const results = await Promise.all(stores.map((store) => store.migrate()))
    const all = migrations().map(({ version }) => version)
    expect(results.flatMap(({ applied }) => applied).toSorted((a, b) => a - b)).toEqual(all)
    expect(results.map(({ to }) => to)).toEqual(results.map(() => all.length))
  })

  it('changes nothing where the same SQL was run by somebody else before', async () => {
    await using here = await testDatabase()
    for (const { sql } of migrations()) await here.client.query(sql)
    const store = await here.open()
    expect(await store.schema()).toMatchObject({ version: migrations().length, pending: [] })
  })

  it('works on a server without the publication of Supabase', async () => {
    await using here = await testDatabase()
    await here.client.query('DROP PUBLICATION supabase_realtime')
    const store = await here.open()
    await expect(store.probe()).resolves.toBeUndefined()
  })

  it('adds what is watched to the publication where there is one', async () => {
    await using here = await testDatabase()
    await here.open()
    const published = await rowsOf(here.client, `SELECT tablename FROM pg_publication_tables ORDER BY tablename`)
    expect(published.map(({ tablename }) => tablename)).toEqual([
      'collection_cycles',
      'fibonacci_pivots',
      'fvg',
      'hourly_blocks',
      'liquidity_events',
      'market_structure',
      'reference_levels',
    ])
  })

  it('refuses tables that are newer, or that came about otherwise', async () => {
    await using here = await testDatabase()
    await (await here.open()).close()
    await here.client.query(`UPDATE schema_migrations SET checksum = 'x' WHERE version = 2`)
    await expect(here.open()).rejects.toMatchObject({ failure: { kind: 'changed-migration', version: 2 } })
    await here.client.query(`INSERT INTO schema_migrations VALUES (99, now(), 'x')`)
    await expect(here.open()).rejects.toMatchObject({ failure: { kind: 'newer-schema', found: 99 } })
  })

  it('leaves tables that are not there to be made by somebody who may', async () => {
    await using here = await testDatabase()
    await expect(here.open({ readOnly: true })).rejects.toMatchObject({ failure: { kind: 'older-schema', found: 0 } })
    const store = await here.open({ readOnly: true, migrate: false })
    expect(await store.schema()).toMatchObject({ version: 0 })
    await expect(store.countRows('fvg')).rejects.toMatchObject({ code: 'older-schema' })
  })
})

const CHECKSUMS: readonly string[] = [
  'e02e3f71c4bf8a2b',
  'e1aaee5c666b9b69',
  '723f45631b346f1b',
  '3ab00acd060678e9',
  'c9e696029e59ce23',
  '4f7c961bfceb877e',
  '0fbf5652ae7e44cc',
  '8657b3b370f56149',
]
