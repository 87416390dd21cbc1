import { columnsOf } from '../internal/columns.ts'
import type { Fields } from '../internal/row-check.ts'
import { storable } from '../internal/storable-text.ts'
import type { Json, Row } from '../rows.ts'
import type { ColumnKind, TableName } from '../tables.ts'
import { instantOf, instantText } from './instants.ts'

/** A row that was checked, or some columns of one, as the data API takes it. */
export function encodeRow(table: TableName, row: Fields, names?: readonly string[]): Readonly<Record<string, Json>> {
  const fields: Record<string, Json> = {}
  for (const { name, description } of columnsOf(table)) {
    if (names?.includes(name) !== false) fields[name] = encode(description.kind, (row[name] ?? null) as Json)
  }
  return fields
}

function encode(kind: ColumnKind, value: Json): Json {
  if (value === null) return null
  if (kind === 'instant') return instantText(value as number)
  return kind === 'text' || kind === 'json' ? storable(value) : value
}

/** A row as the data API gives it, as a row. */
export function decodeRow<T extends TableName>(table: T, fields: Fields): Row<T> {
  const row: Record<string, Json> = {}
  for (const { name, description } of columnsOf(table)) {
    const value = (fields[name] ?? null) as Json
    row[name] = description.kind === 'instant' && value !== null ? instantOf(value as string) : value
  }
  return row as Row<T>
}
