import { type Column, columnsOf, keyTextOf } from '../internal/columns.ts'
import type { Fields } from '../internal/row-check.ts'
import { storableJson, storableText } from '../internal/storable-text.ts'
import type { Json, Row } from '../rows.ts'
import type { ColumnKind, TableName } from '../tables.ts'

/** The most rows in one statement: bounds what is held twice in memory, and how long an abort waits. */
export const BATCH = 5_000

/** Rows that were checked, as one array literal a column: of all columns, or of those that are named. */
export function encodeColumns(table: TableName, rows: readonly Fields[], names?: readonly string[]): string[] {
  return columnsOf(table)
    .filter(({ name }) => names === undefined || names.includes(name))
    .map((column) => encodeColumn(column, rows))
}

/** The same for the columns of the key only. */
export function encodeKeys(table: TableName, rows: readonly Fields[]): string[] {
  return columnsOf(table)
    .filter(({ inKey }) => inKey)
    .map((column) => encodeColumn(column, rows))
}

function encodeColumn({ name, description: { kind } }: Column, rows: readonly Fields[]): string {
  const quoted = kind === 'text' || kind === 'json'
  let known: unknown
  let text = ''
  const elements = rows.map((row) => {
    const value = row[name] ?? null
    // Many rows of one instrument come from one source.
    if (text !== '' && value === known) return text
    known = value
    text = element(kind, quoted, value)
    return text
  })
  return `{${elements.join(',')}}`
}

function element(kind: ColumnKind, quoted: boolean, value: unknown): string {
  if (value === null) return 'NULL'
  if (!quoted) return `${value as number}`
  const text = kind === 'json' ? storableJson(value as Json) : storableText(value as string)
  return `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`
}

/** The values of a table's columns in order, as texts, as a row. */
export function decodeRow<T extends TableName>(table: T, values: readonly (string | null)[]): Row<T> {
  const row: Record<string, Json> = {}
  let i = 0
  for (const { name, description } of columnsOf(table)) row[name] = decode(description.kind, values[i++] ?? null)
  return row as Row<T>
}

function decode(kind: ColumnKind, text: string | null): Json {
  if (text === null) return null
  switch (kind) {
    case 'text':
    case 'uuid':
      return text
    case 'boolean':
      return text === 't'
    case 'json':
      return JSON.parse(text) as Json
    default:
      return Number(text)
  }
}

/**
 * Rows in batches, in order, no batch with two rows of one key: within one statement a row can be written only once,
 * and of two rows of one key the second must find the first.
 */
export function* batchesOf<R extends Fields>(table: TableName, rows: readonly R[]): Generator<readonly R[]> {
  const seen = new Set<string>()
  let batch: R[] = []
  for (const row of rows) {
    const key = keyTextOf(table, row)
    if (batch.length === BATCH || seen.has(key)) {
      yield batch
      batch = []
      seen.clear()
    }
    seen.add(key)
    batch.push(row)
  }
  if (batch.length > 0) yield batch
}
