import type { DataFrameLike } from './data-frame.ts'
import { badValue, instantIn, numberIn } from './internal/cells.ts'
import { frameColumn, isMissing, listed } from './internal/columns.ts'
import type { RowOf, Table, TableColumn } from './table.ts'

/** Options of `rowsFromDataFrame`. */
export interface RowsFromDataFrameOptions<T extends Table> {
  /** The table of the rows, such as `TABLES.fvg` of `@openpredict/store`. */
  readonly table: T
  /** The frame's own names of columns. @default those of the table */
  readonly columns?: Readonly<Partial<Record<keyof T['columns'] & string, string>>>
}

/**
 * The rows of a table in a DataFrame, as `toDataFrame` has made it or as another program has: a missing value (NaN, `null`)
 * is `null` where the table has it, instants are epoch milliseconds, JSON is read.
 *
 * Throws a `FramesError` that names the column and the row (counted from 0): `missing-column`, `bad-value`.
 *
 * @example
 * ```ts
 * const table = { columns: { timestamp: { kind: 'instant' }, score: { kind: 'number', nullable: true } } } as const
 * const df = await toDataFrame([{ timestamp: 0, score: null }], { table, times: 'iso' })
 * rowsFromDataFrame(df, { table }) // => [{ timestamp: 0, score: null }]
 * ```
 */
export function rowsFromDataFrame<T extends Table>(
  frame: DataFrameLike,
  { table, columns }: RowsFromDataFrameOptions<T>,
): RowOf<T>[] {
  const names: Readonly<Partial<Record<string, string>>> = columns ?? {}
  const fields = Object.entries(table.columns).map(([field, column]) => {
    const name = names[field] ?? field
    return { field, name, column, values: frameColumn(frame, name, field) }
  })
  return Array.from(
    { length: frame.shape[0] ?? 0 },
    (_, row) =>
      Object.fromEntries(
        fields.map(({ field, name, column, values }) => [field, valueIn(values[row], column, { name, row })]),
      ) as RowOf<T>,
  )
}

interface Place {
  readonly name: string
  readonly row: number
}

function valueIn(value: unknown, { kind, nullable, values }: TableColumn, { name, row }: Place): unknown {
  if (isMissing(value)) {
    if (nullable === true) return null
    throw badValue(value, { column: name, row, expected: 'a value, and the column has one in every row' })
  }
  if (kind === 'instant') return instantIn(value, name, row)
  if (kind === 'price' || kind === 'number') return numberIn(value, name, row)
  if (kind === 'json') return jsonIn(value, name, row)
  const isOfKind =
    kind === 'integer' ? Number.isSafeInteger(value) : typeof value === (kind === 'boolean' ? 'boolean' : 'string')
  if (isOfKind && (values === undefined || values.includes(value as string))) return value
  throw badValue(value, {
    column: name,
    row,
    expected: values === undefined ? WORDS[kind] : `one of ${listed(values)}`,
  })
}

const WORDS = { integer: 'a whole number', boolean: 'true or false', text: 'text', uuid: 'text' } as const

function jsonIn(value: unknown, column: string, row: number): unknown {
  try {
    return JSON.parse(value as string)
  } catch {
    throw badValue(value, { column, row, expected: 'JSON' })
  }
}
