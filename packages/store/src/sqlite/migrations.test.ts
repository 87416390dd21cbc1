import { createManualClock } from '@openpredict/market'
import { describe, expect, it } from 'vitest'

import { ROWS } from '../../test/rows-of-all-tables.ts'
import { columnsOf } from '../internal/columns.ts'
import { type ColumnKind, TABLE_NAMES, type TableName, tableOf } from '../tables.ts'
import { T0 } from '../testing/samples.ts'
import type { SqlValue } from '../internal/statements.ts'
import { Connection } from './connection.ts'
import { LATEST, MIGRATIONS } from './migrations.ts'
import { encodeRow } from './row-codec.ts'
import { applyMigration, schemaState } from './schema.ts'
import { insertSql } from './statements.ts'

const TYPES: Readonly<Record<ColumnKind, string>> = {
  text: 'TEXT',
  uuid: 'TEXT',
  json: 'TEXT',
  integer: 'INTEGER',
  instant: 'INTEGER',
  boolean: 'INTEGER',
  price: 'REAL',
  number: 'REAL',
}

function migrated(): Connection {
  const connection = new Connection({ path: ':memory:' })
  for (const migration of MIGRATIONS) applyMigration(connection, migration, 0)
  return connection
}

/** Writes a row past the checks of this package, with one column's stored value replaced. */
function insert(connection: Connection, table: TableName, change: Readonly<Record<string, SqlValue>> = {}): void {
  const values = encodeRow(table, ROWS[table])
  for (const [i, { name }] of columnsOf(table).entries()) if (name in change) values[i] = change[name] ?? null
  connection.run(insertSql(table), values)
}

describe.each(TABLE_NAMES)('the table %s', (table) => {
  const columns = columnsOf(table)
  const database = migrated()

  it('has the columns that the description has, in its order', () => {
    const found = database.all(`SELECT name, type, "notnull", pk FROM pragma_table_info('${table}')`)
    const expected = columns.map(({ name, description: { kind, nullable } }) => [
      name,
      TYPES[kind],
      nullable === true ? 0 : 1,
      tableOf(table).key.indexOf(name) + 1,
    ])
    expect(found).toEqual(expected)
  })

  it('takes a row that fits', () => {
    database.exec('BEGIN')
    expect(() => insert(database, table)).not.toThrow()
    database.exec('ROLLBACK')
  })

  const limited = columns.flatMap(({ name, description: { values, minimum, maximum, kind, nullable } }) => [
    ...(values === undefined ? [] : [[name, 'nope', `${name}_known`] as const]),
    ...(minimum === undefined ? [] : [[name, minimum - 1, `${name}_range`] as const]),
    ...(maximum === undefined ? [] : [[name, maximum + 1, `${name}_range`] as const]),
    ...(kind === 'boolean' ? [[name, 2, `${name}_is_boolean`] as const] : []),
    ...(kind === 'json' ? [[name, '{', `${name}_is_json`] as const] : []),
    ...(nullable === true ? [] : [[name, null, name] as const]),
  ])

  it.each(limited)('checks for itself that %s is not %j', (name, value, constraint) => {
    expect(() => insert(database, table, { [name]: value })).toThrow(
      expect.objectContaining({ failure: expect.objectContaining({ kind: 'constraint', constraint }) }),
    )
  })
})

describe.each(TABLE_NAMES.filter((table) => 'high' in tableOf(table).columns))('the table %s', (table) => {
  const database = migrated()

  it('checks for itself that the prices of a candle are in order', () => {
    const broken: readonly (readonly [string, Record<string, number>])[] = [
      ['high_at_least_low', { high: 1, low: 2, open: 0, close: 0 }],
      ['high_at_least_open', { high: 2, low: 1, open: 3, close: 1 }],
      ['high_at_least_close', { high: 2, low: 1, open: 1, close: 3 }],
      ['low_at_most_open', { high: 4, low: 2, open: 1, close: 2 }],
      ['low_at_most_close', { high: 4, low: 2, open: 2, close: 1 }],
    ]
    for (const [constraint, change] of broken) {
      expect(() => insert(database, table, change)).toThrow(
        expect.objectContaining({ failure: expect.objectContaining({ constraint }) }),
      )
    }
  })
})

describe('the migrations', () => {
  it('are numbered from 1 without a hole', () => {
    expect(MIGRATIONS.map(({ version }) => version)).toEqual(Array.from({ length: LATEST }, (_, i) => i + 1))
  })

  it('never change once they are published', () => {
    expect(MIGRATIONS.map(({ checksum }) => checksum.slice(0, 16))).toEqual(['e360d1e9cf9b3e75', 'a476fda98d61ca40'])
  })

  it('make every table that the description names, and no other', () => {
    const found = migrated().all(`SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name`)
    expect(found.flat()).toEqual(TABLE_NAMES.toSorted())
  })

  it('are all pending in an empty database', () => {
    const empty = new Connection({ path: ':memory:' })
    expect(schemaState(empty, 'x')).toEqual({ version: 0, latest: LATEST, pending: MIGRATIONS.map((m) => m.version) })
  })

  it('find their way by index: no read of a key or a time scans a table', () => {
    const database = migrated()
    const plans = [
      `SELECT * FROM ohlc_data WHERE instrument = 'x' AND timestamp >= 1 AND timestamp < 2 ORDER BY timestamp`,
      `SELECT * FROM ohlc_data WHERE instrument = 'x' ORDER BY timestamp DESC LIMIT 1`,
      `SELECT max(cycle) FROM collection_cycles WHERE instrument = 'x'`,
      `SELECT * FROM collection_cycles WHERE instrument = 'x' ORDER BY started_at DESC LIMIT 5`,
      `SELECT * FROM error_log WHERE timestamp >= 1 ORDER BY timestamp DESC LIMIT 5`,
      `SELECT * FROM reference_levels WHERE (instrument, level_type, period_start) > ('x', 'y', 1) ORDER BY instrument, level_type, period_start LIMIT 9`,
    ]
    for (const sql of plans) {
      const plan = database.all(`EXPLAIN QUERY PLAN ${sql}`).map((row) => String(row[3]))
      expect(`${sql}: ${plan.join('; ')}`).toMatch(/: SEARCH/)
      expect(`${sql}: ${plan.join('; ')}`).not.toMatch(/TEMP B-TREE/)
    }
  })
})

describe('schemaState', () => {
  it('refuses tables that are newer than this program', () => {
    const database = migrated()
    database.run('INSERT INTO schema_migrations VALUES (?, ?, ?)', [LATEST + 1, 0, 'a476fda98d61ca40'])
    expect(() => schemaState(database, 'x')).toThrow(
      expect.objectContaining({ failure: { kind: 'newer-schema', found: LATEST + 1, latest: LATEST } }),
    )
  })

  it('refuses a migration that was another when it was applied', () => {
    const database = migrated()
    database.run(`UPDATE schema_migrations SET checksum = 'x' WHERE version = 1`)
    expect(() => schemaState(database, 'x')).toThrow(
      expect.objectContaining({ failure: { kind: 'changed-migration', version: 1 } }),
    )
  })
})

it('stamps a migration with the clock of the store', async () => {
  const { createSqliteStore } = await import('./index.ts')
  const store = await createSqliteStore({ path: ':memory:', clock: createManualClock(T0) })
  expect((await store.readRows('schema_migrations'))[0]?.applied_at).toBe(T0)
  await store.close()
})
