import { StoreError } from '../errors.ts'
import type { WriteOrder } from '../store.ts'
import type { FeatureTableName } from '../tables.ts'
import { checkRow, type Fields } from './row-check.ts'
import { oldRowOf, uuidOf } from './row-json.ts'

/** The rows with their instrument and place in history, after every one of them was found storable. */
export function checkedFeatures(
  table: FeatureTableName,
  instrument: string,
  rows: Iterable<object>,
  { historyVersion: version, asOf }: WriteOrder,
): readonly Fields[] {
  const place = { instrument, history_version: version, as_of_version: version, as_of: asOf }
  const all = Array.from(rows, (row) => ({ ...row, ...place }))
  for (const row of all) checkRow(table, row)
  return all
}

/** Whether a writer knows the instrument's `current` history; throws when it knows one that has not begun. */
export function isPresent(instrument: string, current: number, { historyVersion: found }: WriteOrder): boolean {
  if (found <= current) return found === current
  throw new StoreError(
    `history version ${found} of ${instrument} has not begun, the current one is ${current}`,
    { kind: 'unknown-history', found, current },
    { hint: 'Call raiseHistoryVersion first.' },
  )
}

/** Whether a stored row was written by a newer writer than this one. */
export function isNewer(stored: Fields, order: WriteOrder): boolean {
  const version = Number(stored['as_of_version'])
  return version === order.historyVersion ? Number(stored['as_of']) > order.asOf : version > order.historyVersion
}

/** A row that a correction replaces or removes, as `feature_revisions` keeps it. */
export function featureRevision(
  table: FeatureTableName,
  stored: Fields,
  key: string,
  { historyVersion: version, replacedAt }: WriteOrder & { readonly replacedAt: number },
): Fields {
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
  return revision
}
