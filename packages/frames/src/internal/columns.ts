import { BarSeries } from '@openpredict/market'

import type { DataFrameLike } from '../data-frame.ts'
import { FramesError } from '../errors.ts'
import type { Table, TableColumn } from '../table.ts'

/** The fields of a bar, in the order of their columns. */
export const BAR_FIELDS = ['time', 'open', 'high', 'low', 'close', 'volume'] as const

/** What a frame is made of. */
export type FrameData = BarSeries | Iterable<object>

/** One column of data that is about to become a frame. */
export interface DataColumn {
  readonly name: string
  readonly values: unknown[]
  /** What the table says about it. */
  readonly described?: TableColumn
}

/**
 * Bars or rows as columns: those of `table`, else every field that a row has, in the order in which they appear. Nothing
 * at all, without a table, has the columns of bars. Throws a `FramesError` for a row without a column of the table.
 */
export function columnsOf(data: FrameData, table?: Table): readonly DataColumn[] {
  if (data instanceof BarSeries) return BAR_FIELDS.map((name) => ({ name, values: Array.from(data[name]) }))
  const rows = Array.from(data as Iterable<Readonly<Record<string, unknown>>>)
  if (table !== undefined) {
    return Object.entries(table.columns).map(([name, described]) => {
      return { name, described, values: rows.map((row, index) => cellOf(row, name, index)) }
    })
  }
  const names = new Set(rows.length === 0 ? BAR_FIELDS : rows.flatMap((row) => Object.keys(row)))
  return Array.from(names, (name) => ({ name, values: rows.map((row) => row[name]) }))
}

/** Whether a column holds instants: as its table says, else by the name that the time of a bar has. */
export function isInstant({ name, described }: DataColumn): boolean {
  return described === undefined ? name === 'time' : described.kind === 'instant'
}

/** A column of a frame as an array. Throws a `FramesError` of kind `missing-column`. */
export function frameColumn(frame: DataFrameLike, name: string, field: string = name): ArrayLike<unknown> {
  if (!frame.columns.includes(name)) {
    const purpose = field === name ? '' : ` (for ${field})`
    throw new FramesError(`column "${name}"${purpose} is missing: the frame has ${listed(frame.columns)}`, {
      kind: 'missing-column',
      column: name,
      found: [...frame.columns],
    })
  }
  return frame.column(name).values as ArrayLike<unknown>
}

/** Names for a message: `open, high`, or `no columns`. */
export function listed(names: readonly string[]): string {
  return names.length === 0 ? 'no columns' : names.join(', ')
}

/** Whether a cell holds nothing: `null`, `undefined` or NaN. */
export function isMissing(value: unknown): boolean {
  return value === null || value === undefined || Number.isNaN(value)
}

/** A value for a message, cut to a readable length. */
export function shown(value: unknown): string {
  const text = typeof value === 'string' ? `"${value}"` : String(value)
  return text.length > 40 ? `${text.slice(0, 39)}…` : text
}

function cellOf(row: Readonly<Record<string, unknown>>, name: string, index: number): unknown {
  if (Object.hasOwn(row, name)) return row[name]
  throw new FramesError(`row ${index} has no ${name}: expected the columns of the table`, {
    kind: 'missing-column',
    column: name,
    found: Object.keys(row),
  })
}
