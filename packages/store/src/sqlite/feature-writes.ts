import { StoreError } from '../errors.ts'
import { columnsOf } from '../internal/columns.ts'
import { checkRow, type Fields } from '../internal/row-check.ts'
import { oldRowOf, rowKeyOf, uuidOf } from '../internal/row-json.ts'
import type { ReplaceRowsResult, WriteOrder } from '../store.ts'
import { type FeatureTableName, tableOf } from '../tables.ts'
import type { Connection, SqlValue } from './connection.ts'
import { historyVersion, readRows } from './reads.ts'
import { encodeRow } from './row-codec.ts'
import { deleteRowSql, insertSql, putRowSql, touchRowSql } from './statements.ts'

/** The statements for a table of features, made once: what makes them is slower than what runs them. */
interface FeatureSql {
  readonly put: string
  readonly touch: string
  readonly remove: string
  /** Where the columns of the key stand among all columns. */
  readonly key: readonly number[]
}

const SQL: Readonly<Record<FeatureTableName, FeatureSql>> = {
  reference_levels: sqlOf('reference_levels'),
  fibonacci_pivots: sqlOf('fibonacci_pivots'),
  liquidity_events: sqlOf('liquidity_events'),
  fvg: sqlOf('fvg'),
  hourly_blocks: sqlOf('hourly_blocks'),
  market_structure: sqlOf('market_structure'),
}
const KEEP = insertSql('feature_revisions', 'DO NOTHING')

/** Inserts or updates feature rows; see `StoreTransaction.putRows`. */
export function putRows(
  connection: Connection,
  table: FeatureTableName,
  instrument: string,
  rows: Iterable<object>,
  order: WriteOrder,
): number {
  const fresh = checked(table, instrument, rows, order)
  if (!isPresent(connection, instrument, order)) return 0
  let written = 0
  for (const row of fresh) written += put(connection, table, encodeRow(table, row), order)
  return written
}

/** Makes the rows of a table exactly those given; see `StoreTransaction.replaceRows`. */
export function replaceRows(
  connection: Connection,
  table: FeatureTableName,
  instrument: string,
  rows: Iterable<object>,
  order: WriteOrder & { readonly replacedAt: number },
): ReplaceRowsResult {
  const fresh = checked(table, instrument, rows, order)
  const result = { removed: 0, changed: 0, added: 0 }
  if (!isPresent(connection, instrument, order)) return result
  const wanted = new Map(fresh.map((row) => [rowKeyOf(table, row), row]))
  for (const stored of readRows(connection, table, { instrument })) {
    const key = rowKeyOf(table, stored)
    const row = wanted.get(key)
    wanted.delete(key)
    if (isNewer(stored, order)) continue
    if (row === undefined) {
      connection.run(SQL[table].remove, keyOf(table, encodeRow(table, stored)))
      result.removed++
    } else if (put(connection, table, encodeRow(table, row), order) === 1) result.changed++
    else continue
    keep(connection, table, stored, key, order)
  }
  for (const row of wanted.values()) result.added += put(connection, table, encodeRow(table, row), order)
  return result
}

/** Writes one row; 1 when that inserted or changed it. A row that stays the same learns who knows of it. */
function put(connection: Connection, table: FeatureTableName, values: SqlValue[], order: WriteOrder): number {
  const { put: putSql, touch } = SQL[table]
  const changed = connection.run(putSql, values)
  if (changed === 0) {
    const place = [order.historyVersion, order.asOf]
    connection.run(touch, [...place, ...keyOf(table, values), ...place])
  }
  return changed
}

function keep(
  connection: Connection,
  table: FeatureTableName,
  stored: Fields,
  key: string,
  { historyVersion: version, replacedAt }: WriteOrder & { readonly replacedAt: number },
): void {
  const instrument = String(stored['instrument'])
  const revision = {
    id: uuidOf(instrument, table, key, version),
    instrument,
    table_name: table,
    row_key: key,
    old_row: oldRowOf(table, stored),
    history_version: version,
    replaced_at: replacedAt,
  }
  checkRow('feature_revisions', revision)
  connection.run(KEEP, encodeRow('feature_revisions', revision))
}

/** The rows with their instrument and place in history, after every one of them was found storable. */
function checked(
  table: FeatureTableName,
  instrument: string,
  rows: Iterable<object>,
  { historyVersion: version, asOf }: WriteOrder,
): readonly Fields[] {
  const place = { instrument, history_version: version, as_of_version: version, as_of: asOf }
  const list = Array.from(rows, (row) => ({ ...row, ...place }))
  for (const row of list) checkRow(table, row)
  return list
}

/** Whether a writer of this order knows the instrument's present history; throws when it knows one that has not begun. */
function isPresent(connection: Connection, instrument: string, { historyVersion: found }: WriteOrder): boolean {
  const current = historyVersion(connection, instrument)
  if (found <= current) return found === current
  throw new StoreError(
    `history version ${found} of ${instrument} has not begun, the current one is ${current}`,
    { kind: 'unknown-history', found, current },
    { hint: 'Call raiseHistoryVersion first.' },
  )
}

function isNewer(stored: Fields, order: WriteOrder): boolean {
  const version = Number(stored['as_of_version'])
  return version === order.historyVersion ? Number(stored['as_of']) > order.asOf : version > order.historyVersion
}

function keyOf(table: FeatureTableName, values: readonly SqlValue[]): readonly SqlValue[] {
  return SQL[table].key.map((i) => values[i] ?? null)
}

function sqlOf(table: FeatureTableName): FeatureSql {
  const names = columnsOf(table).map(({ name }) => name)
  return {
    put: putRowSql(table),
    touch: touchRowSql(table),
    remove: deleteRowSql(table),
    key: tableOf(table).key.map((name) => names.indexOf(name)),
  }
}
