import { columnsOf } from '../internal/columns.ts'
import {
  columnNames,
  countSql as anyCountSql,
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
import { POSTGRES, received, SENT_AS } from './dialect.ts'

/** Some columns of many rows as a table `sent`: one array a column, so that a statement is the same for any number. */
export function sentSql(table: TableName, names: readonly string[] = columnNames(table)): string {
  const columns = columnsOf(table).filter(({ name }) => names.includes(name))
  const arrays = columns.map(({ description: { kind } }, i) => `$${i + 1}::${SENT_AS[kind]}[]`)
  const values = columns.map(({ name, description: { kind } }) => `${received(`raw.${name}`, kind)} AS ${name}`)
  const raw = list(columns.map(({ name }) => name))
  return `(SELECT ${values.join(', ')} FROM unnest(${arrays.join(', ')}) AS raw (${raw})) AS sent`
}

/** Inserts rows, or does with those that are there what their table says. Parameters: the columns' arrays. */
export function putSql(table: WrittenTable): string {
  const names = columnNames(table)
  return `INSERT INTO ${table} (${list(names)}) SELECT ${list(names)} FROM ${sentSql(table)}${onConflict(table, ON_CONFLICT[table])}`
}

/** Marks feature rows as known to a newer writer. Parameters: the arrays of the key's columns, version, asOf. */
export function touchRowsSql(table: FeatureTableName): string {
  const { key } = tableOf(table)
  const version = `$${key.length + 1}::bigint`
  const asOf = received(`$${key.length + 2}::bigint`, 'instant')
  return `UPDATE ${table} SET as_of_version = ${version}, as_of = ${asOf} FROM ${sentSql(table, key)}
    WHERE ${isSent(table)} AND (${table}.as_of_version, ${table}.as_of) < (${version}, ${asOf})`
}

/** Deletes the rows of keys. Parameters: the arrays of the key's columns. */
export function deleteRowsSql(table: TableName): string {
  return `DELETE FROM ${table} USING ${sentSql(table, tableOf(table).key)} WHERE ${isSent(table)}`
}

/** Whether a stored row has the key of a sent one. */
export function isSent(table: TableName): string {
  return tableOf(table)
    .key.map((name) => `${table}.${name} = sent.${name}`)
    .join(' AND ')
}

/** Reads rows; `after` continues behind the key of the last row of a page. */
export function selectSql(table: TableName, query: RowQuery, after?: readonly SqlValue[]): Statement {
  return anySelectSql(POSTGRES, table, query, after)
}

/** Counts rows. */
export function countSql(table: TableName, instrument: string | undefined): Statement {
  return anyCountSql(POSTGRES, table, instrument)
}
