import {
  columnNames,
  countSql as anyCountSql,
  type Dialect,
  list,
  ON_CONFLICT,
  onConflict,
  selectSql as anySelectSql,
  type SqlValue,
  type Statement,
  type WrittenTable,
} from '../internal/statements.ts'
import type { RowQuery } from '../store.ts'
import { type FeatureTableName, type TableName, tableOf } from '../tables.ts'

/** SQLite keeps everything as what it is given, so that nothing is converted on the way. */
const SQLITE: Dialect = {
  parameter: () => '?',
  output: (name) => name,
  bound: (instant) => instant,
}

/** Inserts a row with all columns. */
export function insertSql(table: TableName): string {
  const names = columnNames(table)
  return `INSERT INTO ${table} (${list(names)}) VALUES (${names.map(() => '?').join(', ')})`
}

/** Inserts a row, or does with the one that is there what its table says. */
export function putSql(table: WrittenTable): string {
  return insertSql(table) + onConflict(table, ON_CONFLICT[table])
}

/**
 * Marks a feature row that stays the same as known to a newer writer. Parameters: version, asOf, key, version, asOf.
 * (Not numbered: Node 22.18 takes `?1` for a name.)
 */
export function touchRowSql(table: FeatureTableName): string {
  const older = '(as_of_version, as_of) < (?, ?)'
  return `UPDATE ${table} SET as_of_version = ?, as_of = ? WHERE ${keyIs(table)} AND ${older}`
}

/** Deletes the row of a key. */
export function deleteRowSql(table: TableName): string {
  return `DELETE FROM ${table} WHERE ${keyIs(table)}`
}

function keyIs(table: TableName): string {
  return tableOf(table)
    .key.map((name) => `${name} = ?`)
    .join(' AND ')
}

/** Reads rows; `after` continues behind the key of the last row of a page. */
export function selectSql(table: TableName, query: RowQuery, after?: readonly SqlValue[]): Statement {
  return anySelectSql(SQLITE, table, query, after)
}

/** Counts rows. */
export function countSql(table: TableName, instrument: string | undefined): Statement {
  return anyCountSql(SQLITE, table, instrument)
}
