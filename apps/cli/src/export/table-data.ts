import type { ColumnDescription } from '@openpredict/store'

/** The rows of a table on their way into a file. */
export interface TableData {
  /** The table's name. */
  readonly name: string
  readonly columns: Readonly<Record<string, ColumnDescription>>
  readonly rows: Iterable<TableRow> | AsyncIterable<TableRow>
}

/** One field a column, by the column's name. */
export type TableRow = Readonly<Record<string, unknown>>
