import { StoreError } from '../errors.ts'
import type { ReplicatedTableName, RowQuery } from '../store.ts'
import { type ColumnKind, type TableName, tableOf } from '../tables.ts'
import { columnsOf } from './columns.ts'
import { orderColumns, WRITER_COLUMNS } from './row-order.ts'

/** What SQL databases take and give in the statements that this package makes. */
export type SqlValue = string | number | null

/** SQL with the values of its parameters. */
export interface Statement {
  readonly sql: string
  readonly values: readonly SqlValue[]
}

/** Where the SQL of databases differs. */
export interface Dialect {
  /** The `n`th parameter (from 1) as a value of a kind. */
  parameter(n: number, kind: ColumnKind): string
  /** A column on its way out. */
  output(name: string, kind: ColumnKind): string
  /** An instant to compare with, which may lie beyond what can be stored. */
  bound(instant: number): number
}

/** The names of a table's columns, in order. */
export function columnNames(table: TableName): readonly string[] {
  return columnsOf(table).map(({ name }) => name)
}

/** Names behind each other, each with a prefix. */
export function list(names: readonly string[], prefix = ''): string {
  return names.map((name) => prefix + name).join(', ')
}

/** What an insert does where the key is there already; `action` is `DO NOTHING` or made by `replacing`. */
export function onConflict(table: TableName, action: string): string {
  return ` ON CONFLICT (${list(tableOf(table).key)}) ${action}`
}

/**
 * Gives a row that is there new values, unless it is newer. A row that would stay the same is not touched and not
 * counted. `kept` replaces the new value of a column by an expression, which sees the stored row under the table's name
 * and the new one as `excluded`.
 */
function replacing(table: TableName, kept: Readonly<Record<string, string>> = {}): string {
  const values = columnsOf(table).filter(({ inKey }) => !inKey)
  const fresh = (name: string): string => kept[name] ?? `excluded.${name}`
  const assignments = values.map(({ name }) => `${name} = ${fresh(name)}`).join(', ')
  const compared = values.filter(({ name }) => !PROVENANCE_COLUMNS.includes(name)).map(({ name }) => name)
  const same = `(${list(compared, `${table}.`)}) IS NOT DISTINCT FROM (${compared.map(fresh).join(', ')})`
  return `DO UPDATE SET ${assignments} WHERE ${notNewer(table)} AND NOT (${same})`
}

/** Columns that say who wrote a feature row, not what it is. */
export const PROVENANCE_COLUMNS: readonly string[] = ['history_version', ...WRITER_COLUMNS]

/** Whether the stored row is no newer than the one that comes. */
function notNewer(table: TableName): string {
  const columns = orderColumns(table)
  return columns.length === 0 ? 'true' : `(${list(columns, 'excluded.')}) >= (${list(columns, `${table}.`)})`
}

/** A table that is written whole row by whole row. */
export type WrittenTable = Exclude<TableName, 'instrument_state' | 'schema_migrations'>

/** What writing does with a row whose key is there already, for every table that is written whole row by whole row. */
export const ON_CONFLICT: Readonly<Record<WrittenTable, string>> = {
  ohlc_data: 'DO NOTHING',
  ohlc_revisions: 'DO NOTHING',
  ohlc_history: replacing('ohlc_history'),
  ohlc_suspects: replacing('ohlc_suspects', {
    admitted_at: 'coalesce(ohlc_suspects.admitted_at, excluded.admitted_at)',
  }),
  missing_minutes: replacing('missing_minutes', {
    healed_at: 'coalesce(missing_minutes.healed_at, excluded.healed_at)',
  }),
  reference_levels: replacing('reference_levels'),
  fibonacci_pivots: replacing('fibonacci_pivots'),
  liquidity_events: replacing('liquidity_events'),
  fvg: replacing('fvg'),
  hourly_blocks: replacing('hourly_blocks'),
  market_structure: replacing('market_structure'),
  feature_revisions: 'DO NOTHING',
  collection_cycles: replacing('collection_cycles'),
  error_log: 'DO NOTHING',
}

/** What a replica does with a row whose key is there already: see `Store.replicate`. */
export const ON_REPLICA_CONFLICT: Readonly<Record<ReplicatedTableName, string>> = {
  ...ON_CONFLICT,
  ohlc_data: taking('ohlc_data'),
  reference_levels: taking('reference_levels'),
  fibonacci_pivots: taking('fibonacci_pivots'),
  liquidity_events: taking('liquidity_events'),
  fvg: taking('fvg'),
  hourly_blocks: taking('hourly_blocks'),
  market_structure: taking('market_structure'),
  instrument_state: taking('instrument_state'),
}

/** Takes a row over as it is, with all that it says of its writer, unless a newer one is there or nothing would change. */
function taking(table: TableName): string {
  const names = columnsOf(table).flatMap(({ name, inKey }) => (inKey ? [] : [name]))
  const assignments = names.map((name) => `${name} = excluded.${name}`).join(', ')
  const same = `(${list(names, `${table}.`)}) IS NOT DISTINCT FROM (${list(names, 'excluded.')})`
  return `DO UPDATE SET ${assignments} WHERE ${notNewer(table)} AND NOT (${same})`
}

/** Begins the next history of an instrument. One parameter: the instrument, as `parameter` says it. */
export function raiseSql(parameter: string): string {
  return `INSERT INTO instrument_state (instrument, history_version) VALUES (${parameter}, 1)
    ON CONFLICT (instrument) DO UPDATE SET history_version = instrument_state.history_version + 1`
}

/** Reads rows; `after` continues behind the key of the last row of a page. */
export function selectSql(dialect: Dialect, table: TableName, query: RowQuery, after?: readonly SqlValue[]): Statement {
  const { key, columns } = tableOf(table)
  const where: string[] = []
  const values: SqlValue[] = []
  const parameter = (value: SqlValue, kind: ColumnKind): string => {
    values.push(value)
    return dialect.parameter(values.length, kind)
  }
  const time = timeColumn(table, query)
  const { instrument, from, to, limit, newestFirst } = query
  if (instrument !== undefined) where.push(`${instrumentColumn(table)} = ${parameter(instrument, 'text')}`)
  if (from !== undefined) where.push(`${time} >= ${parameter(dialect.bound(from), 'instant')}`)
  if (to !== undefined) where.push(`${time} < ${parameter(dialect.bound(to), 'instant')}`)
  if (after !== undefined) {
    const last = key.map((name, i) => parameter(after[i] ?? null, columns[name]?.kind ?? 'text'))
    where.push(`(${list(key)}) > (${last.join(', ')})`)
  }
  const backwards = [time, ...key].map((name) => `${table}.${name} DESC`).join(', ')
  const order = newestFirst === true ? backwards : list(key, `${table}.`)
  const condition = where.length === 0 ? '' : ` WHERE ${where.join(' AND ')}`
  const most = limit === undefined ? '' : ` LIMIT ${parameter(limit, 'integer')}`
  const output = columnsOf(table).map(({ name, description }) => dialect.output(name, description.kind))
  return { sql: `SELECT ${output.join(', ')} FROM ${table}${condition} ORDER BY ${order}${most}`, values }
}

/** Counts rows. */
export function countSql(dialect: Dialect, table: TableName, instrument: string | undefined): Statement {
  if (instrument === undefined) return { sql: `SELECT count(*) FROM ${table}`, values: [] }
  const condition = `${instrumentColumn(table)} = ${dialect.parameter(1, 'text')}`
  return { sql: `SELECT count(*) FROM ${table} WHERE ${condition}`, values: [instrument] }
}

/** The column of the instrument; refuses a table without one. */
export function instrumentColumn(table: TableName): string {
  if ('instrument' in tableOf(table).columns) return 'instrument'
  throw misuse(`${table} has no instrument to select by`)
}

/** The column of a table's instant; refuses a query that makes no sense. */
export function timeColumn(table: TableName, { from, to, limit, newestFirst }: RowQuery): string {
  if (limit !== undefined) wholeNumber('limit', limit)
  for (const [name, instant] of Object.entries({ from, to })) {
    if (Number.isNaN(instant)) throw misuse(`${name} is not a number: expected epoch milliseconds`)
  }
  const { time } = tableOf(table)
  if (time === undefined && (from !== undefined || to !== undefined || newestFirst === true)) {
    throw misuse(`${table} has no time to select by`)
  }
  return time ?? ''
}

/** Refuses a count that is none. */
export function wholeNumber(name: string, value: number): void {
  if (!(Number.isSafeInteger(value) && value >= 0)) {
    throw misuse(`${name} ${value}: expected a whole number of 0 or more`)
  }
}

/** A query that cannot be answered. */
export function misuse(message: string): StoreError {
  return new StoreError(message, { kind: 'misuse' }, { hint: 'Correct the query.' })
}
