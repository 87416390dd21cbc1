import type { Instrument } from '@openpredict/market'

import { UsageError } from '../usage-error.ts'
import { sheetEnd, sheetRow, sheetStart } from './xlsx-sheet.ts'
import { workbookParts } from './xlsx-workbook.ts'
import type { TableData } from './table-data.ts'

/** The rows of one sheet of Excel, its header included. */
const EXCEL_ROWS = 1_048_576
/** Rows that are packed at once. */
const CHUNK = 500
const SHEET = 'xl/worksheets/sheet1.xml'

/** Options of `xlsxBytes`. */
export interface XlsxOptions {
  /** Decides how many decimals prices are shown with. */
  readonly instrument: Instrument
  /** Rows of a sheet, its header included. @default 1048576 */
  readonly sheetRows?: number
}

/**
 * A table as an Excel workbook of one sheet, in portions; rows are not held. Instants are dates (UTC, for Excel knows no time
 * zones), numbers numbers, JSON is text; a missing value is an empty cell. The first row has the columns' names.
 *
 * Throws a `UsageError` for more rows than a sheet has, and for a text that is longer than a cell's.
 */
export async function* xlsxBytes(
  { name, columns, rows }: TableData,
  { instrument, sheetRows = EXCEL_ROWS }: XlsxOptions,
): AsyncIterable<Uint8Array> {
  const { Zip, ZipDeflate, strToU8 } = await import('fflate')
  const ready: Uint8Array[] = []
  const zip = new Zip((error, data) => {
    if (error) throw error
    ready.push(data)
  })
  // All are deflated, the small ones too: a stored file whose size comes after it is more than some readers can take.
  const add = (path: string): InstanceType<typeof ZipDeflate> => {
    const file = new ZipDeflate(path, { level: 6 })
    file.mtime = ZIP_EPOCH
    zip.add(file)
    return file
  }
  for (const [path, part] of workbookParts(name, instrument)) add(path).push(strToU8(part), true)

  const sheet = add(SHEET)
  const described = Object.entries(columns)
  let text = sheetStart(described)
  let number = 1
  for await (const row of rows) {
    if (++number > sheetRows) throw tooManyRows(name, sheetRows)
    text += sheetRow(described, row, { table: name, number })
    if (number % CHUNK !== 0) continue
    sheet.push(strToU8(text))
    text = ''
    yield* ready.splice(0)
  }
  sheet.push(strToU8(text + sheetEnd(described, number)), true)
  zip.end()
  yield* ready.splice(0)
}

/** The same rows make the same file: the packed files have the first date that the format knows. */
const ZIP_EPOCH = new Date(1980, 0, 1)

function tooManyRows(table: string, sheetRows: number): UsageError {
  const most = (sheetRows - 1).toLocaleString('en-US')
  return new UsageError(
    `${table}: has more rows than the ${most} that fit under the header of an Excel sheet.`,
    'Take fewer with --from and --to, or use --format parquet or csv.',
  )
}
