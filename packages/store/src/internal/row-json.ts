import { createHash } from 'node:crypto'

import { formatInstant } from '@openpredict/market'

import type { Json } from '../rows.ts'
import { type TableName, tableOf } from '../tables.ts'
import { columnsOf } from './columns.ts'
import type { Fields } from './row-check.ts'

/** The key of a row without its instrument, as JSON text with instants in ISO-8601: what `feature_revisions` calls it. */
export function rowKeyOf(table: TableName, row: Fields): string {
  const { key } = tableOf(table)
  return JSON.stringify(jsonOf(table, row, (name) => key.includes(name) && name !== 'instrument'))
}

/** A feature row as it is kept when a correction replaces it: all columns but the writer's order. */
export function oldRowOf(table: TableName, row: Fields): Json {
  return jsonOf(table, row, (name) => name !== 'as_of' && name !== 'as_of_version')
}

/** A UUID (version 8, RFC 9562) that is the same for the same parts: writing a record twice leaves one. */
export function uuidOf(...parts: readonly (string | number)[]): string {
  const hash = createHash('sha256').update(JSON.stringify(parts)).digest()
  hash[6] = ((hash[6] ?? 0) & 0x0f) | 0x80
  hash[8] = ((hash[8] ?? 0) & 0x3f) | 0x80
  const hex = hash.toString('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-')
}

function jsonOf(table: TableName, row: Fields, wanted: (name: string) => boolean): Record<string, Json> {
  return Object.fromEntries(
    columnsOf(table)
      .filter(({ name }) => wanted(name))
      .map(({ name, description }) => {
        const value = row[name] as Json
        return [name, description.kind === 'instant' && typeof value === 'number' ? formatInstant(value) : value]
      }),
  )
}
