import { type CellObject, read, SSF } from '@e965/xlsx'
import { tableFromIPC } from 'apache-arrow'
import { readParquet } from 'parquet-wasm'

const DAY = 86_400_000
/** 1970-01-01 in days as Excel counts them. */
const EPOCH_DAY = 25_569

/** A file as another program reads it: what its columns hold, and its rows. */
export interface ReadBack {
  readonly types: Readonly<Record<string, string>>
  readonly rows: readonly Readonly<Record<string, unknown>>[]
}

/**
 * A Parquet file as the Rust implementation of Apache Arrow reads it. Instants are epoch milliseconds, whole numbers are
 * numbers.
 */
export function readBackParquet(bytes: Uint8Array): ReadBack {
  const table = tableFromIPC(readParquet(bytes).intoIPCStream())
  const fields = table.schema.fields.map(({ name, type, nullable }) => ({
    name,
    type: `${String(type)}${nullable ? '?' : ''}`,
  }))
  return {
    types: Object.fromEntries(fields.map(({ name, type }) => [name, type])),
    rows: table.toArray().map((row: Readonly<Record<string, unknown>>) =>
      Object.fromEntries(
        fields.map(({ name }) => {
          const value = row[name]
          return [name, typeof value === 'bigint' ? Number(value) : value]
        }),
      ),
    ),
  }
}

/** The only sheet of an Excel workbook as SheetJS reads it; cells that are shown as dates are epoch milliseconds. */
export function readBackXlsx(bytes: Uint8Array): ReadBack & { readonly sheet: string } {
  const { SheetNames, Sheets } = read(bytes, { cellNF: true, dense: true })
  const cells: readonly (readonly CellObject[])[] = Sheets[SheetNames[0] ?? '']?.['!data'] ?? []
  const [header = [], ...rows] = cells
  const names = header.map(({ v }) => String(v))
  return {
    sheet: SheetNames.join(','),
    types: Object.fromEntries(names.map((name, i) => [name, typeOf(rows[0]?.[i])])),
    rows: rows.map((row) => Object.fromEntries(names.map((name, i) => [name, valueOf(row[i])]))),
  }
}

function typeOf(cell: CellObject | undefined): string {
  return cell === undefined ? '' : `${cell.t} ${cell.z}`
}

function valueOf(cell: CellObject | undefined): unknown {
  if (cell === undefined) return null
  const isDate = typeof cell.v === 'number' && SSF.is_date(String(cell.z))
  return isDate ? Math.round((Number(cell.v) - EPOCH_DAY) * DAY) : cell.v
}
