import { columnsOf } from '../internal/columns.ts'
import { checkedFeatures, featureRevision, isNewer, isPresent } from '../internal/feature-rows.ts'
import { rowKeyOf } from '../internal/row-json.ts'
import type { SqlValue } from '../internal/statements.ts'
import type { ReplaceRowsResult, WriteOrder } from '../store.ts'
import { type FeatureTableName, tableOf } from '../tables.ts'
import type { Connection } from './connection.ts'
import { historyVersion, readRows } from './reads.ts'
import { encodeRow } from './row-codec.ts'
import { deleteRowSql, putSql, touchRowSql } from './statements.ts'

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
const KEEP = putSql('feature_revisions')

/** Inserts or updates feature rows; see `StoreTransaction.putRows`. */
export function putRows(
  connection: Connection,
  table: FeatureTableName,
  instrument: string,
  rows: Iterable<object>,
  order: WriteOrder,
): number {
  const fresh = checkedFeatures(table, instrument, rows, order)
  if (!isPresent(instrument, historyVersion(connection, instrument), order)) return 0
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
  const fresh = checkedFeatures(table, instrument, rows, order)
  const result = { removed: 0, changed: 0, added: 0 }
  if (!isPresent(instrument, historyVersion(connection, instrument), order)) return result
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
    connection.run(KEEP, encodeRow('feature_revisions', featureRevision(table, stored, key, order)))
  }
  for (const row of wanted.values()) result.added += put(connection, table, encodeRow(table, row), order)
  return result
}

/** Writes one row; 1 when that inserted or changed it. A row that stays the same learns who knows of it. */
function put(connection: Connection, table: FeatureTableName, values: SqlValue[], order: WriteOrder): number {
  const { put: sql, touch } = SQL[table]
  const changed = connection.run(sql, values)
  if (changed === 0) {
    const place = [order.historyVersion, order.asOf]
    connection.run(touch, [...place, ...keyOf(table, values), ...place])
  }
  return changed
}

function keyOf(table: FeatureTableName, values: readonly SqlValue[]): readonly SqlValue[] {
  return SQL[table].key.map((i) => values[i] ?? null)
}

function sqlOf(table: FeatureTableName): FeatureSql {
  const names = columnsOf(table).map(({ name }) => name)
  return {
    put: putSql(table),
    touch: touchRowSql(table),
    remove: deleteRowSql(table),
    key: tableOf(table).key.map((name) => names.indexOf(name)),
  }
}
