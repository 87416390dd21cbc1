import { StoreError } from '../errors.ts'
import { columnsOf } from '../internal/columns.ts'
import type { Fields } from '../internal/row-check.ts'
import type { SqlValue } from '../internal/statements.ts'
import { storableJson, storableText } from '../internal/storable-text.ts'
import type { Json, Row } from '../rows.ts'
import { type ColumnKind, type TableName, tableOf } from '../tables.ts'

/** A row that was checked, as the values of its table's columns in order. */
export function encodeRow(table: TableName, row: Fields): SqlValue[] {
  return columnsOf(table).map(({ name, description }) => encode(description.kind, row[name] ?? null))
}

/** Some columns of a row that was checked, in the order of their names. */
export function encodeFields(table: TableName, row: Fields, names: readonly string[]): SqlValue[] {
  const { columns } = tableOf(table)
  return names.map((name) => encode(columns[name]?.kind ?? 'text', row[name] ?? null))
}

/** The values of a table's columns in order, as a row. */
export function decodeRow<T extends TableName>(table: T, values: readonly SqlValue[]): Row<T> {
  const row: Record<string, Json> = {}
  let i = 0
  for (const { name, description } of columnsOf(table)) row[name] = decode(description.kind, values[i++] ?? null, name)
  return row as Row<T>
}

function encode(kind: ColumnKind, value: unknown): SqlValue {
  if (value === null) return null
  if (kind === 'boolean') return value === true ? 1 : 0
  if (kind === 'json') return storableJson(value as Json)
  return typeof value === 'string' ? storableText(value) : (value as number)
}

function decode(kind: ColumnKind, value: SqlValue, name: string): Json {
  if (value === null) return null
  if (kind === 'boolean') return value === 1
  return kind === 'json' ? parsed(String(value), name) : value
}

function parsed(text: string, name: string): Json {
  try {
    return JSON.parse(text) as Json
  } catch (cause) {
    throw new StoreError(
      `the database is damaged: ${name} does not hold JSON`,
      { kind: 'corrupt' },
      { hint: 'Set the file aside, restore a backup or collect again into a new file.', cause },
    )
  }
}
