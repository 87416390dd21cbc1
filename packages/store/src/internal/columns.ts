import { type ColumnDescription, TABLE_NAMES, type TableName, tableOf } from '../tables.ts'

/** A column with what loops over rows need to know of it. */
export interface Column {
  readonly name: string
  readonly description: ColumnDescription
  readonly inKey: boolean
}

const COLUMNS: ReadonlyMap<TableName, readonly Column[]> = new Map(
  TABLE_NAMES.map((table) => {
    const { columns, key } = tableOf(table)
    const list = Object.entries(columns).map(([name, description]) => ({
      name,
      description,
      inKey: key.includes(name),
    }))
    return [table, list]
  }),
)

/** The columns of a table, in order. */
export function columnsOf(table: TableName): readonly Column[] {
  return COLUMNS.get(table) ?? []
}

/** What tells rows of a table apart, cheaper to make than the key as JSON. */
export function keyTextOf(table: TableName, row: Readonly<Record<string, unknown>>): string {
  return tableOf(table)
    .key.map((name) => String(row[name]))
    .join('\0')
}
