import type { Fields } from '../internal/row-check.ts'
import { columnNames } from '../internal/statements.ts'
import { endedTransaction } from '../internal/refusals.ts'
import type { ReplicatedTableName, RowQuery } from '../store.ts'
import { tableOf } from '../tables.ts'
import type { Overlay } from './overlay.ts'
import { rawPages } from './reads.ts'
import type { Rest } from './rest.ts'
import { decodeRow, encodeRow } from './row-codec.ts'

/** The most keys in one request: some 500 KB. */
const KEYS = 5_000

/** Rows whose standing a call needs to know, by table: the columns of their keys are enough. */
export type Wanted = readonly (readonly [table: ReplicatedTableName, keys: readonly Fields[]])[]

/** What faults rows in with: an overlay, the remote store, and whether the transaction still goes on. */
export interface FaultPlace {
  readonly rest: Rest
  readonly overlay: Overlay
  readonly signal: AbortSignal | undefined
  readonly ended: () => boolean
}

/** Fetches the rows of keys that are not known yet. */
export async function faultKeys({ rest, overlay, signal, ended }: FaultPlace, wanted: Wanted): Promise<void> {
  for (const part of portions(
    wanted.map(([table, keys]) => [table, keys.filter((key) => !overlay.knows(table, key))]),
  )) {
    const asked = part.map(([table, keys]) => [table, keys.map((key) => encodeRow(table, key, tableOf(table).key))])
    const found = await rest.call('openpredict_rows', { wanted: Object.fromEntries(asked) }, signal)
    if (ended()) throw endedTransaction()
    for (const [table, keys] of part) {
      const rows = (found as Readonly<Record<string, readonly Fields[]>>)[table] ?? []
      overlay.learn(
        table,
        rows.map((row) => decodeRow(table, row)),
      )
      overlay.learnAbsent(table, keys)
    }
  }
}

/** Fetches the rows of a query. */
export async function faultQuery(place: FaultPlace, table: ReplicatedTableName, query: RowQuery = {}): Promise<void> {
  const { rest, overlay, signal, ended } = place
  const { instrument, limit } = query
  if (instrument !== undefined && overlay.knowsAll(table, instrument)) return
  // As many more as may have gone from the front here.
  const more = limit === undefined || limit === 0 ? query : { ...query, limit: limit + overlay.changed(table) }
  const columns = columnNames(table).join(',')
  for await (const page of rawPages(rest, table, more, { columns, signal })) {
    if (ended()) throw endedTransaction()
    overlay.learn(
      table,
      page.map((row) => decodeRow(table, row)),
    )
  }
}

/** Fetches all rows of an instrument. */
export async function faultAll(place: FaultPlace, table: ReplicatedTableName, instrument: string): Promise<void> {
  await faultQuery(place, table, { instrument })
  if (place.ended()) throw endedTransaction()
  place.overlay.learnWhole(table, instrument)
}

/** Fetches the cycles of an instrument that may have the highest number. */
export async function faultLastCycle({ rest, overlay, signal, ended }: FaultPlace, instrument: string): Promise<void> {
  const request = rest
    .table('collection_cycles')
    .select(columnNames('collection_cycles').join(','))
    .eq('instrument', instrument)
    .order('cycle', { ascending: false })
    .limit(1 + overlay.changed('collection_cycles'))
  const rows = await rest.rows(request, signal)
  if (ended()) throw endedTransaction()
  overlay.learn(
    'collection_cycles',
    rows.map((row) => decodeRow('collection_cycles', row)),
  )
}

/** Keys in portions that a request takes. */
function* portions(wanted: Wanted): Generator<Wanted> {
  let portion: [ReplicatedTableName, readonly Fields[]][] = []
  let room = KEYS
  for (const [table, keys] of wanted) {
    for (let at = 0; at < keys.length;) {
      const taken = keys.slice(at, at + room)
      portion.push([table, taken])
      at += taken.length
      room -= taken.length
      if (room > 0) continue
      yield portion
      portion = []
      room = KEYS
    }
  }
  if (portion.length > 0) yield portion
}
