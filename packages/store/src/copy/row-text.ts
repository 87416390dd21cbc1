import { columnsOf } from '../internal/columns.ts'
import type { Fields } from '../internal/row-check.ts'
import type { TableName } from '../tables.ts'

/**
 * A row as a text that is the same whichever store it was read from: the values of its columns in order, as JSON. Names
 * within a `json` column are sorted, for databases do not keep their order.
 */
export function rowText(table: TableName, row: Fields): string {
  const values = columnsOf(table).map(({ name, description: { kind } }) => {
    const value = row[name] ?? null
    return kind === 'json' ? sorted(value) : value
  })
  return JSON.stringify(values)
}

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(sorted)
  // As pairs: an object would move names that are numbers to the front.
  const fields = Object.entries(value).map(([name, field]) => [name, sorted(field)] as const)
  return { '': fields.toSorted(([a], [b]) => (a < b ? -1 : 1)) }
}
