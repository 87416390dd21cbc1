import { StoreError } from '../errors.ts'
import { columnNames, list, type SqlValue } from '../internal/statements.ts'
import { REPLICATED_TABLES } from '../internal/replica.ts'
import type { Fields } from '../internal/row-check.ts'
import { orderColumns } from '../internal/row-order.ts'
import type { RemovedRow, Replica, ReplicatedTableName } from '../store.ts'
import { type FeatureTableName, tableOf } from '../tables.ts'
import { CHECKSUM } from './checksum.ts'
import type { Connection } from './connection.ts'
import { KEY_COLUMNS, LAYOUT, MARKS_SQL, markSql, SUMMED_TABLES, sumOf, TRIGGERS } from './marks-layout.ts'
import { decodeRow, encodeFields } from './row-codec.ts'

/** A row that waits for delivery. */
export interface Mark {
  /** Numbered anew whenever the row changes. */
  readonly seq: number
  readonly table: ReplicatedTableName
  /** The values of the key's columns, and empty texts to the end. */
  readonly key: readonly SqlValue[]
  /** Of a feature row that is gone: the order in which it had been written. */
  readonly gone: readonly [version: number, asOf: number] | undefined
}

/** How delivery stands, as the file says it. */
export interface DeliveryState {
  /** Where rows are delivered to; `undefined`: nowhere. */
  readonly target: string | undefined
  /** Whether what the target had at first is here. */
  readonly filled: boolean
  /** Rows that wait. */
  readonly waiting: number
  /** When the row that has waited longest was marked, epoch ms. */
  readonly oldestMarkedAt: number | undefined
  /** Rows that the target would not take. */
  readonly refused: number
  /** What it said about the one it refused last. */
  readonly lastRefusal: string | undefined
  /** When the target last confirmed rows, epoch ms. */
  readonly confirmedAt: number | undefined
  /** How fast rows went when they last went. */
  readonly rowsPerSecond: number | undefined
  /** When delivery failed, if it has not succeeded since, epoch ms. */
  readonly failedAt: number | undefined
  readonly failure: string | undefined
}

/** Statistics are SQLite's own; whoever makes some changes nothing. */
const SCHEMA_SUM = `(SELECT sum(${CHECKSUM}(type, name, tbl_name, sql)) FROM sqlite_schema
  WHERE name NOT LIKE 'sqlite\\_stat%' ESCAPE '\\')`
const TAKE = `SELECT seq, table_name, ${list(KEY_COLUMNS)}, gone_version, gone_as_of
  FROM delivery_marks ORDER BY seq DESC LIMIT ?`
const IS_KEY = `table_name = ? AND ${KEY_COLUMNS.map((name) => `${name} = ?`).join(' AND ')}`
const WAITS = `SELECT gone_version, gone_as_of FROM delivery_marks WHERE ${IS_KEY}`
const CONFIRM = 'DELETE FROM delivery_marks WHERE seq = ?'
const ACCEPTED = `DELETE FROM delivery_refused WHERE ${IS_KEY}`
const REFUSE = `INSERT INTO delivery_refused (table_name, ${list(KEY_COLUMNS)}, refused_at, message)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (table_name, ${list(KEY_COLUMNS)}) DO UPDATE SET refused_at = excluded.refused_at, message = excluded.message`
const STATE = `SELECT target, filled,
    (SELECT count(*) FROM delivery_marks), (SELECT min(marked_at) FROM delivery_marks),
    (SELECT count(*) FROM delivery_refused),
    (SELECT message FROM delivery_refused ORDER BY refused_at DESC LIMIT 1),
    confirmed_at, rows_per_second, failed_at, failure
  FROM delivery_state`

/** Whether a file marks rows for delivery. */
export function isMarking(connection: Connection): boolean {
  return connection.number(`SELECT count(*) FROM sqlite_schema WHERE name = 'delivery_state'`) === 1
}

/** Makes a file mark its rows for delivery to `target`: all that are there, unless they were marked for it before. */
export function markFor(connection: Connection, target: string): void {
  const known = isMarking(connection)
    ? connection.get('SELECT target, layout FROM delivery_state')
    : [undefined, undefined]
  if (known?.[1] !== LAYOUT) layOut(connection)
  if (known?.[0] === target) return
  connection.run('DELETE FROM delivery_marks')
  connection.run('DELETE FROM delivery_refused')
  for (const table of REPLICATED_TABLES) {
    connection.run(markSql(table, ` FROM ${table}`, ''))
  }
  connection.run(
    `UPDATE delivery_state SET target = ?, filled = 0, confirmed_at = NULL, failed_at = NULL, failure = NULL`,
    [target],
  )
}

/** Makes the tables and triggers, in the place of those of another version of this program. */
function layOut(connection: Connection): void {
  const old = connection.all(
    `SELECT name FROM sqlite_schema WHERE type = 'trigger' AND name LIKE 'delivery\\_%' ESCAPE '\\'`,
  )
  for (const [name] of old) connection.exec(`DROP TRIGGER ${String(name)}`)
  connection.exec(MARKS_SQL)
  for (const trigger of TRIGGERS) connection.exec(trigger)
  for (const table of SUMMED_TABLES) {
    connection.run(
      `INSERT OR REPLACE INTO delivery_sums (table_name, rows, sum)
        SELECT '${table}', count(*), coalesce(sum(${sumOf(table)}), 0) FROM ${table}`,
    )
  }
  connection.run('UPDATE delivery_state SET layout = ?', [LAYOUT])
  noteSchema(connection)
}

/** Remembers what the schema is now, where rows are marked. */
export function noteSchema(connection: Connection): void {
  if (isMarking(connection)) connection.run(`UPDATE delivery_state SET schema_sum = ${SCHEMA_SUM}`)
}

/**
 * Reads the whole file and throws a `StoreError` of kind `corrupt` when anything in it is not as it was written: the
 * structure (as SQLite knows it), the schema, or a value of any row.
 */
export function verifyMarked(connection: Connection, location: string): void {
  const problem = connection.get('PRAGMA integrity_check(1)')?.[0]
  if (problem !== 'ok') throw damaged(location, String(problem))
  if (!isMarking(connection)) return
  if (connection.number(`SELECT schema_sum IS ${SCHEMA_SUM} FROM delivery_state`) !== 1) {
    throw damaged(location, 'its schema is not what it was')
  }
  // Another version of this program sums other tables and columns; `markFor` makes the sums anew.
  if (connection.get('SELECT layout FROM delivery_state')?.[0] !== LAYOUT) return
  for (const table of SUMMED_TABLES) {
    const same = connection.number(
      `SELECT (rows, sum) = (SELECT count(*), coalesce(sum(${sumOf(table)}), 0) FROM ${table})
        FROM delivery_sums WHERE table_name = ?`,
      [table],
    )
    if (same !== 1) throw damaged(location, `the rows of ${table} are not those that were written`)
  }
}

function damaged(location: string, what: string): StoreError {
  return new StoreError(
    `store ${location}: the database is damaged: ${what}`,
    { kind: 'corrupt' },
    { hint: 'Set the file aside, restore a backup or collect again into a new file.' },
  )
}

/** Runs `work` without marking what it changes; what it writes is not to be delivered any more. */
export function withoutMarks<T>(connection: Connection, work: () => T): T {
  if (!isMarking(connection)) return work()
  const newest = connection.number('SELECT max(seq) FROM delivery_marks')
  const result = work()
  connection.run('DELETE FROM delivery_marks WHERE seq > ?', [newest])
  return result
}

/** Forgets what waits, and what the target had. */
export function forgetDelivery(connection: Connection): void {
  if (!isMarking(connection)) return
  connection.run('DELETE FROM delivery_marks')
  connection.run('DELETE FROM delivery_refused')
  connection.run('UPDATE delivery_state SET filled = 0')
}

/** Whether any row waits. */
export function hasMarks(connection: Connection): boolean {
  return connection.number('SELECT EXISTS (SELECT 1 FROM delivery_marks)') === 1
}

/**
 * The values of a row's columns as they wait here, or of a feature row that is gone the order in which it had been
 * written; `undefined` when nothing of its key waits.
 */
export function orderOfWaiting(
  connection: Connection,
  table: ReplicatedTableName,
  row: Fields,
): readonly number[] | undefined {
  const columns = orderColumns(table)
  const key = encodeFields(table, row, tableOf(table).key)
  const mark = connection.get(WAITS, [table, ...KEY_COLUMNS.map((_, i) => key[i] ?? '')])
  if (mark === undefined) return undefined
  const stored = columns.length === 0 ? [] : connection.get(readSql(table, columns), key)
  return (stored ?? mark).map(Number)
}

/** The marks made last, the newest first. */
export function newestMarks(connection: Connection, limit: number): readonly Mark[] {
  return connection.all(TAKE, [limit]).map(([seq, table, ...rest]) => {
    const [version, asOf] = rest.slice(KEY_COLUMNS.length)
    return {
      seq: Number(seq),
      table: table as ReplicatedTableName,
      key: rest.slice(0, KEY_COLUMNS.length),
      gone: version === null || version === undefined ? undefined : [Number(version), Number(asOf)],
    }
  })
}

/** The marked rows as they are now, for `Store.replicate`. */
export function markedRows(connection: Connection, marks: readonly Mark[]): Replica {
  const rows: Partial<Record<ReplicatedTableName, unknown[]>> = {}
  const removed: RemovedRow[] = []
  for (const { table, key, gone } of marks) {
    const names = tableOf(table).key
    const values = key.slice(0, names.length)
    const row = connection.get(READ[table], values)
    if (row !== undefined) (rows[table] ??= []).push(decodeRow(table, row))
    else if (gone !== undefined) {
      const fields = Object.fromEntries(names.map((name, i) => [name, values[i] as string | number]))
      removed.push({ table: table as FeatureTableName, key: fields, as_of_version: gone[0], as_of: gone[1] })
    }
  }
  return { rows: rows as Replica['rows'], removed }
}

const READ = Object.fromEntries(
  REPLICATED_TABLES.map((table) => [table, readSql(table, columnNames(table))]),
) as Readonly<Record<ReplicatedTableName, string>>

/** Reads columns of the row of a key. */
function readSql(table: ReplicatedTableName, columns: readonly string[]): string {
  return `SELECT ${list(columns)} FROM ${table} WHERE ${tableOf(table)
    .key.map((name) => `${name} = ?`)
    .join(' AND ')}`
}

/** The target has these states of these rows. A row that has changed since is marked under another number, and stays. */
export function confirmMarks(
  connection: Connection,
  marks: readonly Mark[],
  { at, rowsPerSecond }: { readonly at: number; readonly rowsPerSecond: number },
): void {
  for (const { seq } of marks) connection.run(CONFIRM, [seq])
  if (connection.number('SELECT count(*) FROM delivery_refused') > 0) {
    for (const { table, key } of marks) connection.run(ACCEPTED, [table, ...key])
  }
  connection.run('UPDATE delivery_state SET confirmed_at = ?, rows_per_second = ?', [at, rowsPerSecond])
  noteSuccess(connection)
}

/** The target does not take this state of a row: it is set aside with what was said about it. */
export function refuseMark(
  connection: Connection,
  { seq, table, key }: Mark,
  { at, message }: { readonly at: number; readonly message: string },
): void {
  connection.run(CONFIRM, [seq])
  connection.run(REFUSE, [table, ...key, at, message])
}

/** Delivery failed, since `at` unless it had failed before. */
export function noteFailure(
  connection: Connection,
  { at, message }: { readonly at: number; readonly message: string },
): void {
  connection.run('UPDATE delivery_state SET failed_at = coalesce(failed_at, ?), failure = ?', [at, message])
}

/** Whether delivery failed when it was last tried. */
export function hasFailed(connection: Connection): boolean {
  return connection.number('SELECT failed_at IS NOT NULL FROM delivery_state') === 1
}

/** Delivery does not fail any more. */
export function noteSuccess(connection: Connection): void {
  connection.run('UPDATE delivery_state SET failed_at = NULL, failure = NULL')
}

/** What the target had is here. */
export function noteFilled(connection: Connection): void {
  connection.run('UPDATE delivery_state SET filled = 1')
}

/** How delivery stands; `undefined` for a file that is no mirror. */
export function deliveryState(connection: Connection): DeliveryState | undefined {
  if (!isMarking(connection)) return undefined
  const row = connection.get(STATE)
  if (row === undefined) return undefined
  const [target, filled, waiting, oldest, refused, refusal, confirmed, rate, failed, failure] = row
  return {
    target: textOf(target),
    filled: filled === 1,
    waiting: Number(waiting),
    oldestMarkedAt: numberOf(oldest),
    refused: Number(refused),
    lastRefusal: textOf(refusal),
    confirmedAt: numberOf(confirmed),
    rowsPerSecond: numberOf(rate),
    failedAt: numberOf(failed),
    failure: textOf(failure),
  }
}

function textOf(value: SqlValue | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function numberOf(value: SqlValue | undefined): number | undefined {
  return typeof value === 'number' ? value : undefined
}
