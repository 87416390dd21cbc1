import { StoreError } from '../errors.ts'
import { columnsOf } from '../internal/columns.ts'
import type { CheckedReplica } from '../internal/replica.ts'
import type { Fields } from '../internal/row-check.ts'
import { removalColumns } from '../internal/row-order.ts'
import { columnNames } from '../internal/statements.ts'
import type { Json } from '../rows.ts'
import { takeReplica } from '../sqlite/replica-writes.ts'
import type { ReplicaResult, ReplicatedTableName } from '../store.ts'
import { type TableName, tableOf } from '../tables.ts'
import { quoted } from './filters.ts'
import type { Overlay } from './overlay.ts'
import { historyVersion } from './reads.ts'
import type { Rest } from './rest.ts'
import { decodeRow, encodeRow } from './row-codec.ts'

/** The most rows, and about the most characters, in one request. */
const MOST_ROWS = 500
const MOST_TEXT = 1_000_000
/** The most characters of conditions in an address: gateways take some 8,000. */
const MOST_CONDITIONS = 4_000

/**
 * `Store.replicate` where the function of the database is not there: the stored rows of the same keys are read, what
 * they become is worked out on the overlay (which is empty, and begun), and that is upserted table by table. Each
 * request is a transaction of its own: when one fails, those before it have been carried out, and what another program
 * writes between reading and writing may be overwritten.
 */
export async function replicatePlainly(
  rest: Rest,
  overlay: Overlay,
  replica: CheckedReplica,
  signal: AbortSignal | undefined,
): Promise<ReplicaResult> {
  for (const [table, rows] of [...replica.rows, ...replica.removed])
    await learnKeys(rest, overlay, { table, rows, signal })
  const comparable = replica.rows.map(([table, list]) => [table, list.map((row) => sorted(table, row))] as const)
  const { written, removed } = takeReplica(overlay.connection, { ...replica, rows: comparable })
  const changes = overlay.changes()
  for (const [table, rows] of changes.removed) {
    const names = removalColumns(table)
    for (const some of conditionsOf(table, rows, names)) await rest.send(rest.table(table).delete().or(some), signal)
  }
  for (const [table, rows] of changes.rows) {
    for (const batch of batchesOf(rows.map((row) => encodeRow(table, row)))) await upsert(rest, table, batch, signal)
  }
  const historyVersions: Record<string, number> = {}
  for (const name of replica.instruments) historyVersions[name] = await historyVersion(rest, name, signal)
  return { written, removed, historyVersions }
}

async function learnKeys(
  rest: Rest,
  overlay: Overlay,
  {
    table,
    rows,
    signal,
  }: {
    readonly table: ReplicatedTableName
    readonly rows: readonly Fields[]
    readonly signal: AbortSignal | undefined
  },
): Promise<void> {
  for (const some of conditionsOf(table, rows, tableOf(table).key)) {
    const found = await rest.rows(rest.table(table).select(columnNames(table).join(',')).or(some), signal)
    overlay.learn(
      table,
      found.map((row) => sorted(table, decodeRow(table, row))),
    )
  }
  overlay.learnAbsent(table, rows)
}

/** A row whose JSON objects have their fields in one order: the database keeps none, and SQLite compares texts. */
function sorted(table: TableName, row: Fields): Fields {
  const json = columnsOf(table).filter(({ description }) => description.kind === 'json')
  return { ...row, ...Object.fromEntries(json.map(({ name }) => [name, sortedJson((row[name] ?? null) as Json)])) }
}

function sortedJson(value: Json): Json {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(sortedJson)
  const fields = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(fields.map(([name, field]) => [name, sortedJson(field)]))
}

async function upsert(rest: Rest, table: TableName, rows: readonly object[], signal?: AbortSignal): Promise<void> {
  const onConflict = tableOf(table).key.join(',')
  const request = rest.table(table).upsert(rows, { onConflict, defaultToNull: false, count: 'exact' })
  const count = await rest.count(request, signal)
  if (count === rows.length) return
  throw new StoreError(
    `store ${rest.location}: of ${rows.length} rows of ${table} it stored ${count}`,
    { kind: 'io' },
    { hint: 'See whether a trigger or a policy of the table keeps rows out.' },
  )
}

/** Conditions for the rows of keys, in portions that an address takes. */
function* conditionsOf(table: TableName, rows: readonly Fields[], names: readonly string[]): Generator<string> {
  let portion: string[] = []
  let length = 0
  for (const row of rows) {
    const fields = encodeRow(table, row, names)
    const condition = `and(${names.map((name) => `${name}.eq.${quoted(fields[name])}`).join(',')})`
    if (length + condition.length > MOST_CONDITIONS && portion.length > 0) {
      yield portion.join(',')
      portion = []
      length = 0
    }
    portion.push(condition)
    length += encodeURIComponent(condition).length
  }
  if (portion.length > 0) yield portion.join(',')
}

/** Rows in batches of bounded size. */
function* batchesOf(rows: readonly Readonly<Record<string, Json>>[]): Generator<readonly object[]> {
  let batch: object[] = []
  let size = 0
  for (const row of rows) {
    const { length } = JSON.stringify(row)
    if (batch.length === MOST_ROWS || (size + length > MOST_TEXT && batch.length > 0)) {
      yield batch
      batch = []
      size = 0
    }
    batch.push(row)
    size += length
  }
  if (batch.length > 0) yield batch
}
