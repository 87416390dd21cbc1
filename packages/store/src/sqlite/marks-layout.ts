import { createHash } from 'node:crypto'

import { REPLICATED_TABLES } from '../internal/replica.ts'
import { WRITER_COLUMNS } from '../internal/row-order.ts'
import { columnNames, list } from '../internal/statements.ts'
import type { ReplicatedTableName } from '../store.ts'
import { type TableName, tableOf } from '../tables.ts'
import { CHECKSUM } from './checksum.ts'

/** The columns of a mark that hold the key of the marked row. */
export const KEY_COLUMNS = ['k1', 'k2', 'k3', 'k4', 'k5'] as const

/** The columns of `delivery_marks` but the number that orders them. */
const MARK_COLUMNS = ['table_name', ...KEY_COLUMNS, 'marked_at', 'gone_version', 'gone_as_of']

/** The columns of `delivery_state`, of which there is one row. */
const STATE_COLUMNS = [
  'target',
  'layout',
  'schema_sum',
  'filled',
  'confirmed_at',
  'rows_per_second',
  'failed_at',
  'failure',
]

/** Real time as epoch milliseconds: marks are about delivery, not about the market. */
const NOW = `CAST(unixepoch('subsec') * 1000 AS INTEGER)`

/**
 * What a mirror has beside its tables: which rows wait for delivery, which were refused, how delivery goes, and a sum of
 * the checksums of every table, by which damage is noticed.
 *
 * A mark names a row by its key and is numbered anew whenever the row changes, so that a confirmation says which state of
 * the row it is about. Of a feature row that is gone it keeps the order in which the row had been written.
 */
const TABLES_SQL = `
  CREATE TABLE IF NOT EXISTS delivery_state (
    id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    target TEXT,
    layout TEXT,
    schema_sum INTEGER,
    filled INTEGER NOT NULL DEFAULT 0,
    confirmed_at INTEGER,
    rows_per_second REAL,
    failed_at INTEGER,
    failure TEXT
  ) STRICT;
  INSERT OR IGNORE INTO delivery_state (id) VALUES (1);
  CREATE TABLE IF NOT EXISTS delivery_marks (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    table_name TEXT NOT NULL,
    k1 ANY NOT NULL, k2 ANY NOT NULL, k3 ANY NOT NULL, k4 ANY NOT NULL, k5 ANY NOT NULL,
    marked_at INTEGER NOT NULL,
    gone_version INTEGER,
    gone_as_of INTEGER
  ) STRICT;
  CREATE UNIQUE INDEX IF NOT EXISTS delivery_marks_by_key ON delivery_marks (table_name, ${list(KEY_COLUMNS)});
  CREATE TABLE IF NOT EXISTS delivery_refused (
    table_name TEXT NOT NULL,
    k1 ANY NOT NULL, k2 ANY NOT NULL, k3 ANY NOT NULL, k4 ANY NOT NULL, k5 ANY NOT NULL,
    refused_at INTEGER NOT NULL,
    message TEXT NOT NULL,
    PRIMARY KEY (table_name, ${list(KEY_COLUMNS)})
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS delivery_sums (
    table_name TEXT NOT NULL PRIMARY KEY,
    rows INTEGER NOT NULL,
    sum INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
`

/** The tables whose content is summed. */
export const SUMMED_TABLES: readonly string[] = [
  ...REPLICATED_TABLES,
  'schema_migrations',
  'delivery_marks',
  'delivery_refused',
  'delivery_state',
]

/** The values of the columns that name a row in a mark, without a prefix or with one. */
function keyValues(table: ReplicatedTableName, prefix = ''): readonly string[] {
  const { key } = tableOf(table)
  return KEY_COLUMNS.map((_, i) => (key[i] === undefined ? `''` : prefix + key[i]))
}

/** The checksum of a row as an expression. */
export function sumOf(table: string, prefix = ''): string {
  return `${CHECKSUM}(${list(summedColumns(table), prefix)})`
}

function summedColumns(table: string): readonly string[] {
  switch (table) {
    case 'delivery_marks':
      return ['seq', ...MARK_COLUMNS]
    case 'delivery_refused':
      return ['table_name', ...KEY_COLUMNS, 'refused_at', 'message']
    case 'delivery_state':
      return STATE_COLUMNS
    default:
      return columnNames(table as TableName)
  }
}

/** Marks the rows that a condition selects. */
export function markSql(table: ReplicatedTableName, from: string, prefix: string): string {
  return `INSERT INTO delivery_marks (${list(MARK_COLUMNS)})
    SELECT '${table}', ${keyValues(table, prefix).join(', ')}, ${NOW}, NULL, NULL${from}`
}

function triggersOf(table: ReplicatedTableName): readonly string[] {
  const forget = (from: string, row: string): string => {
    const keyIs = KEY_COLUMNS.map((column, i) => `${column} = ${keyValues(table, row)[i]}`).join(' AND ')
    return `DELETE FROM ${from} WHERE table_name = '${table}' AND ${keyIs};`
  }
  const mark = `${forget('delivery_marks', 'NEW.')} ${markSql(table, '', 'NEW.')};`
  const isFeature = tableOf(table).group === 'feature'
  // That another writer knows of a row is no news to those who read it.
  const writer = isFeature ? WRITER_COLUMNS : []
  const names = columnNames(table).filter((name) => !writer.includes(name))
  const changed = `(${list(names, 'NEW.')}) IS NOT (${list(names, 'OLD.')})`
  const gone = isFeature
    ? `INSERT INTO delivery_marks (${list(MARK_COLUMNS)})
        VALUES ('${table}', ${keyValues(table, 'OLD.').join(', ')}, ${NOW}, OLD.as_of_version, OLD.as_of);`
    : ''
  return [
    `CREATE TRIGGER delivery_${table}_inserted AFTER INSERT ON ${table} BEGIN ${mark} END`,
    `CREATE TRIGGER delivery_${table}_updated AFTER UPDATE ON ${table} WHEN ${changed} BEGIN ${mark} END`,
    `CREATE TRIGGER delivery_${table}_deleted AFTER DELETE ON ${table}
      BEGIN ${forget('delivery_marks', 'OLD.')} ${forget('delivery_refused', 'OLD.')} ${gone} END`,
  ]
}

function sumTriggersOf(table: string): readonly string[] {
  const add = (rows: string, sum: string): string =>
    `UPDATE delivery_sums SET rows = rows + ${rows}, sum = sum + ${sum} WHERE table_name = '${table}';`
  const [fresh, old] = [sumOf(table, 'NEW.'), sumOf(table, 'OLD.')]
  return [
    `CREATE TRIGGER delivery_${table}_sum_inserted AFTER INSERT ON ${table} BEGIN ${add('1', fresh)} END`,
    `CREATE TRIGGER delivery_${table}_sum_updated AFTER UPDATE ON ${table} BEGIN ${add('0', `${fresh} - ${old}`)} END`,
    `CREATE TRIGGER delivery_${table}_sum_deleted AFTER DELETE ON ${table} BEGIN ${add('-1', `-${old}`)} END`,
  ]
}

/** All of it. */
export const MARKS_SQL: string = TABLES_SQL
export const TRIGGERS: readonly string[] = [
  ...REPLICATED_TABLES.flatMap(triggersOf),
  ...SUMMED_TABLES.flatMap(sumTriggersOf),
]
/** Says which layout a file has. */
export const LAYOUT: string = createHash('sha256')
  .update([MARKS_SQL, ...TRIGGERS].join('\n'))
  .digest('hex')
