import { columnsOf } from '../internal/columns.ts'
import { checkedFeatures, featureRevision, isNewer, isPresent } from '../internal/feature-rows.ts'
import type { Fields } from '../internal/row-check.ts'
import { rowKeyOf } from '../internal/row-json.ts'
import { PROVENANCE_COLUMNS } from '../internal/statements.ts'
import { storableText } from '../internal/storable-text.ts'
import type { ReplaceRowsResult, WriteOrder } from '../store.ts'
import type { FeatureTableName } from '../tables.ts'
import type { HistoryVersions } from './history-versions.ts'
import { readRows } from './reads.ts'
import { batchesOf, encodeColumns, encodeKeys } from './row-codec.ts'
import type { Session } from './session.ts'
import { deleteRowsSql, putSql, touchRowsSql } from './statements.ts'

/** The statements for a table of features, made once. */
interface FeatureSql {
  readonly put: string
  readonly touch: string
  readonly remove: string
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
export async function putRows(
  session: Session,
  table: FeatureTableName,
  instrument: string,
  rows: Iterable<object>,
  order: WriteOrder,
  versions: HistoryVersions,
): Promise<number> {
  const fresh = checkedFeatures(table, instrument, rows, order)
  if (!isPresent(instrument, await versions.of(instrument), order)) return 0
  return await put(session, table, fresh, order)
}

/** Makes the rows of a table exactly those given; see `StoreTransaction.replaceRows`. */
export async function replaceRows(
  session: Session,
  table: FeatureTableName,
  instrument: string,
  rows: Iterable<object>,
  order: WriteOrder & { readonly replacedAt: number },
  versions: HistoryVersions,
): Promise<ReplaceRowsResult> {
  const fresh = checkedFeatures(table, instrument, rows, order)
  if (!isPresent(instrument, await versions.of(instrument), order)) {
    return { removed: 0, changed: 0, added: 0 }
  }
  const wanted = new Map(fresh.map((row) => [rowKeyOf(table, row), row]))
  const removed: Fields[] = []
  const changed: Fields[] = []
  const same: Fields[] = []
  const kept: Fields[] = []
  for (const stored of await readRows(session, table, { instrument })) {
    const key = rowKeyOf(table, stored)
    const row = wanted.get(key)
    wanted.delete(key)
    if (isNewer(stored, order)) continue
    if (row !== undefined && isSame(table, stored, row)) {
      same.push(row)
      continue
    }
    if (row === undefined) removed.push(stored)
    else changed.push(row)
    kept.push(featureRevision(table, stored, key, order))
  }
  for (const batch of batchesOf(table, removed)) await session.run(SQL[table].remove, encodeKeys(table, batch))
  for (const batch of batchesOf('feature_revisions', kept)) {
    await session.run(KEEP, encodeColumns('feature_revisions', batch))
  }
  await put(session, table, [...changed, ...same], order)
  const added = await put(session, table, [...wanted.values()], order)
  return { removed: removed.length, changed: changed.length, added }
}

/** Writes rows and says how many that inserted or changed. Rows that stay the same learn who knows of them. */
async function put(
  session: Session,
  table: FeatureTableName,
  rows: readonly Fields[],
  { historyVersion: version, asOf }: WriteOrder,
): Promise<number> {
  let written = 0
  for (const batch of batchesOf(table, rows)) {
    const changed = await session.run(SQL[table].put, encodeColumns(table, batch))
    written += changed
    if (changed < batch.length) await session.run(SQL[table].touch, [...encodeKeys(table, batch), version, asOf])
  }
  return written
}

/** Whether a row would stay what it is. */
function isSame(table: FeatureTableName, stored: Fields, row: Fields): boolean {
  return columnsOf(table).every(({ name }) => {
    const value = row[name] ?? null
    return (
      PROVENANCE_COLUMNS.includes(name) || stored[name] === (typeof value === 'string' ? storableText(value) : value)
    )
  })
}

function sqlOf(table: FeatureTableName): FeatureSql {
  return { put: putSql(table), touch: touchRowsSql(table), remove: deleteRowsSql(table) }
}
