import type { ColumnDescription } from '@openpredict/store'

import { UsageError } from '../usage-error.ts'
import type { TableRow } from './table-data.ts'
import { STYLE } from './xlsx-workbook.ts'

type Columns = readonly (readonly [string, ColumnDescription])[]

/** Characters that a cell may hold. */
const CELL_TEXT = 32_767
const DAY = 86_400_000
/** 1970-01-01 in days as Excel counts them. */
const EPOCH_DAY = 25_569

const HEAD =
  '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n' +
  '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">' +
  '<sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>' +
  '</sheetView></sheetViews>'

/** The start of a sheet: its first row stays in sight and names the columns. */
export function sheetStart(columns: Columns): string {
  const widths = columns.map(([name, { kind }], i) => {
    const width = Math.max(name.length + 2, kind === 'instant' ? 24 : kind === 'uuid' ? 38 : 10)
    return `<col min="${i + 1}" max="${i + 1}" width="${width}" customWidth="1"/>`
  })
  const header = columns.map(([name], i) => textCell(`${letters(i)}1`, name, STYLE.header))
  return `${HEAD}<cols>${widths.join('')}</cols><sheetData><row r="1">${header.join('')}</row>`
}

/** Where a row stands. */
export interface RowPlace {
  readonly table: string
  /** The row's number in the sheet, from 1. */
  readonly number: number
}

/** One row. Throws a `UsageError` for a text that is longer than a cell's. */
export function sheetRow(columns: Columns, row: TableRow, { table, number }: RowPlace): string {
  let cells = ''
  for (const [i, [name, { kind }]] of columns.entries()) {
    const value = row[name]
    if (value === null || value === undefined) continue
    const at = `${letters(i)}${number}`
    if (typeof value === 'number') cells += numberCell(at, value, kind)
    else if (typeof value === 'boolean') cells += `<c r="${at}" t="b"><v>${value ? 1 : 0}</v></c>`
    else
      cells += textCell(at, fitting(typeof value === 'string' ? value : JSON.stringify(value), { table, name, number }))
  }
  return `<row r="${number}">${cells}</row>`
}

/** The end of a sheet of so many rows; its first row filters the others. */
export function sheetEnd(columns: Columns, rows: number): string {
  return `</sheetData><autoFilter ref="A1:${letters(columns.length - 1)}${rows}"/></worksheet>`
}

function numberCell(at: string, value: number, kind: ColumnDescription['kind']): string {
  if (kind === 'instant') {
    const style = value % 1_000 === 0 ? STYLE.second : STYLE.millisecond
    return `<c r="${at}" s="${style}"><v>${value / DAY + EPOCH_DAY}</v></c>`
  }
  return `<c r="${at}"${kind === 'price' ? ` s="${STYLE.price}"` : ''}><v>${value}</v></c>`
}

function textCell(at: string, text: string, style = 0): string {
  const styled = style === 0 ? '' : ` s="${style}"`
  return `<c r="${at}"${styled} t="inlineStr"><is><t xml:space="preserve">${escaped(text)}</t></is></c>`
}

/** `A` to `Z`, then `AA`: no table has more than 26 times 27 columns. */
function letters(index: number): string {
  const last = String.fromCodePoint(65 + (index % 26))
  return index < 26 ? last : String.fromCodePoint(64 + Math.floor(index / 26)) + last
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }

/** Text for XML. What XML cannot hold is written `_x0007_`, as Excel does; so is the start of text that looks like that. */
function escaped(text: string): string {
  return text
    .replaceAll(/_(?=x[0-9A-Fa-f]{4}_)/g, '_x005F_')
    .replaceAll(UNPRINTABLE, (found) => `_x${found.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}_`)
    .replaceAll(/[&<>]/g, (found) => ENTITIES[found] ?? found)
}

const UNPRINTABLE = /(?![\t\n])[\p{Cc}\ufffe\uffff]/gu

function fitting(
  text: string,
  { table, name, number }: { readonly table: string; readonly name: string; readonly number: number },
): string {
  if (text.length <= CELL_TEXT) return text
  const [found, most] = [text.length, CELL_TEXT].map((length) => length.toLocaleString('en-US'))
  throw new UsageError(
    `${table}, row ${number - 1}: ${name} has ${found} characters, more than the ${most} that a cell of Excel holds.`,
    'Use --format parquet, csv or ndjson.',
  )
}
