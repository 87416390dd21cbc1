import { columnsOf } from '../internal/columns.ts'
import { StoreError } from '../errors.ts'
import type { RowQuery } from '../store.ts'
import { type FeatureTableName, type TableName, tableOf } from '../tables.ts'
import type { SqlValue } from './connection.ts'

/** SQL with the values of its parameters. */
export interface Statement {
  readonly sql: string
  readonly values: readonly SqlValue[]
}

function columnNames(table: TableName): readonly string[] {
  return columnsOf(table).map(({ name }) => name)
}

function list(names: readonly string[], prefix = ''): string {
  return names.map((name) => prefix + name).join(', ')
}

/** Inserts a row with all columns; `onConflict` says what happens when its key is there. */
export function insertSql(table: TableName, onConflict = ''): string {
  const names = columnNames(table)
  const key = list(tableOf(table).key)
  const conflict = onConflict === '' ? '' : ` ON CONFLICT (${key}) ${onConflict}`
  return `INSERT INTO ${table} (${list(names)}) VALUES (${names.map(() => '?').join(', ')})${conflict}`
}

/**
 * Inserts a row or gives it new values. `condition` sees the stored row under the table's name and the new one as
 * `excluded`; a row that would stay the same is not touched and not counted. `kept` replaces the new value of a column
 * by an expression.
 */
export function upsertSql(table: TableName, condition: string, kept: Readonly<Record<string, string>> = {}): string {
  const values = columnsOf(table).filter(({ inKey }) => !inKey)
  const fresh = (name: string): string => kept[name] ?? `excluded.${name}`
  const assignments = values.map(({ name }) => `${name} = ${fresh(name)}`).join(', ')
  const compared = values.filter(({ name }) => !ORDER_COLUMNS.includes(name)).map(({ name }) => name)
  const same = `(${list(compared, `${table}.`)}) IS (${compared.map(fresh).join(', ')})`
  return insertSql(table, `DO UPDATE SET ${assignments} WHERE ${condition} AND NOT (${same})`)
}

/** Columns that say who wrote a feature row, not what it is. */
const ORDER_COLUMNS: readonly string[] = ['history_version', 'as_of_version', 'as_of']

/** Writes a feature row unless a newer one is there. */
export function putRowSql(table: FeatureTableName): string {
  return upsertSql(table, `(excluded.as_of_version, excluded.as_of) >= (${table}.as_of_version, ${table}.as_of)`)
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
  const { key } = tableOf(table)
  const where: string[] = []
  const values: SqlValue[] = []
  const add = (condition: string, ...more: readonly SqlValue[]): void => {
    where.push(condition)
    values.push(...more)
  }
  const time = timeColumn(table, query)
  if (query.instrument !== undefined) add(`${instrumentColumn(table)} = ?`, query.instrument)
  if (query.from !== undefined) add(`${time} >= ?`, query.from)
  if (query.to !== undefined) add(`${time} < ?`, query.to)
  if (after !== undefined) add(`(${list(key)}) > (${key.map(() => '?').join(', ')})`, ...after)
  const order =
    query.newestFirst === true ? [`${time} DESC`, ...key.map((name) => `${name} DESC`)].join(', ') : list(key)
  const condition = where.length === 0 ? '' : ` WHERE ${where.join(' AND ')}`
  if (query.limit !== undefined) values.push(query.limit)
  const limit = query.limit === undefined ? '' : ' LIMIT ?'
  return { sql: `SELECT ${list(columnNames(table))} FROM ${table}${condition} ORDER BY ${order}${limit}`, values }
}

/** Counts rows. */
export function countSql(table: TableName, instrument: string | undefined): Statement {
  return instrument === undefined
    ? { sql: `SELECT count(*) FROM ${table}`, values: [] }
    : { sql: `SELECT count(*) FROM ${table} WHERE ${instrumentColumn(table)} = ?`, values: [instrument] }
}

function instrumentColumn(table: TableName): string {
  if ('instrument' in tableOf(table).columns) return 'instrument'
  throw misuse(`${table} has no instrument to select by`)
}

function timeColumn(table: TableName, { from, to, limit, newestFirst }: RowQuery): string {
  if (limit !== undefined && !(Number.isSafeInteger(limit) && limit >= 0)) {
    throw misuse(`limit ${limit}: expected a whole number of 0 or more`)
  }
  for (const [name, instant] of Object.entries({ from, to })) {
    if (Number.isNaN(instant)) throw misuse(`${name} is not a number: expected epoch milliseconds`)
  }
  const { time } = tableOf(table)
  if (time === undefined && (from !== undefined || to !== undefined || newestFirst === true)) {
    throw misuse(`${table} has no time to select by`)
  }
  return time ?? ''
}

/** A query that cannot be answered. */
export function misuse(message: string): StoreError {
  return new StoreError(message, { kind: 'misuse' }, { hint: 'Correct the query.' })
}
