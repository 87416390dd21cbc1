import { StoreError } from '../errors.ts'
import { type ColumnDescription, type ColumnKind, type TableName, tableOf } from '../tables.ts'
import { type Column, columnsOf } from './columns.ts'

/** The last instant that a date can be, epoch ms (ECMA-262, time values). */
export const LAST_INSTANT = 8.64e15
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** What a candle must be, by the names of the checks in every database. */
const CANDLE: readonly (readonly [constraint: string, upper: string, lower: string])[] = [
  ['high_at_least_low', 'high', 'low'],
  ['high_at_least_open', 'high', 'open'],
  ['high_at_least_close', 'high', 'close'],
  ['low_at_most_open', 'open', 'low'],
  ['low_at_most_close', 'close', 'low'],
]

/** A row on its way in: fields by column, of any type. */
export type Fields = Readonly<Record<string, unknown>>

/**
 * Checks that a row fits its table: every column given, of its kind, one of its values and in its range, and a candle's
 * prices in order. Throws a `StoreError` of kind `constraint`.
 *
 * All drivers check here before they write, so that all refuse alike; the databases check once more.
 */
export function checkRow(table: TableName, row: Fields): void {
  for (const column of columnsOf(table)) checkValue(table, row, column)
  if (!('high' in tableOf(table).columns)) return
  for (const [constraint, upper, lower] of CANDLE) {
    if (Number(row[upper]) < Number(row[lower])) {
      throw refusal(table, row, constraint, `${upper} ${shown(row[upper])} is below ${lower} ${shown(row[lower])}`)
    }
  }
}

/** Checks only the columns of the key and those that are named. Throws a `StoreError` of kind `constraint`. */
export function checkKey(table: TableName, row: Fields, names: readonly string[] = []): void {
  for (const column of columnsOf(table)) if (column.inKey || names.includes(column.name)) checkValue(table, row, column)
}

function checkValue(table: TableName, row: Fields, { name, description, inKey }: Column): void {
  const value = row[name] ?? null
  const problem = problemOf(name, description, value) ?? (inKey ? keyProblem(name, value) : undefined)
  if (problem !== undefined) throw refusal(table, row, problem[0], `${name} is ${shown(value)}, expected ${problem[1]}`)
}

function problemOf(name: string, column: ColumnDescription, value: unknown): readonly [string, string] | undefined {
  if (value === null) return column.nullable === true ? undefined : [`${name}_given`, 'a value']
  const [fits, expected] = KINDS[column.kind]
  if (!fits(value)) return [`${name}_is_${column.kind}`, expected]
  if (column.values !== undefined && !column.values.includes(value as string)) {
    return [`${name}_known`, `one of ${column.values.join(', ')}`]
  }
  const { minimum = Number.NEGATIVE_INFINITY, maximum = Number.POSITIVE_INFINITY } = column
  if (typeof value === 'number' && (value < minimum || value > maximum)) {
    return [`${name}_range`, column.maximum === undefined ? `${minimum} or more` : `${minimum} to ${maximum}`]
  }
  return undefined
}

/** What a value of each kind is, and how to say it. */
const KINDS: Readonly<Record<ColumnKind, readonly [fits: (value: unknown) => boolean, expected: string]>> = {
  text: [(value) => typeof value === 'string', 'a text'],
  uuid: [(value) => typeof value === 'string' && UUID.test(value), 'a UUID in lower case'],
  integer: [Number.isSafeInteger, 'a whole number'],
  instant: [
    (value) => Number.isInteger(value) && Math.abs(Number(value)) <= LAST_INSTANT,
    'whole milliseconds since 1970-01-01T00:00:00Z',
  ],
  price: [Number.isFinite, 'a finite number'],
  number: [Number.isFinite, 'a finite number'],
  boolean: [(value) => typeof value === 'boolean', 'true or false'],
  json: [isJson, 'a value that JSON can hold'],
}

/** Other text may hold anything and is made storable on its way in; a key must stay what it is. */
function keyProblem(name: string, value: unknown): readonly [string, string] | undefined {
  return typeof value === 'string' && (value.includes('\0') || !value.isWellFormed())
    ? [`${name}_is_text`, 'well-formed text without NUL']
    : undefined
}

function isJson(value: unknown): boolean {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true
  if (typeof value === 'number') return Number.isFinite(value)
  if (Array.isArray(value)) return value.every(isJson)
  return isPlain(value) && Object.values(value).every((field) => field === undefined || isJson(field))
}

/** An object as `{}` makes it: of a date or a map JSON would keep nothing. */
function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || prototype === Object.prototype
}

function refusal(table: TableName, row: Fields, constraint: string, detail: string): StoreError {
  const key = tableOf(table)
    .key.map((column) => `${column} ${shown(row[column])}`)
    .join(', ')
  return new StoreError(
    `${table} (${key}): ${detail}`,
    { kind: 'constraint', table, constraint },
    { hint: 'A row breaks a rule of its table; this is a fault of the program that wrote it.' },
  )
}

/** A value in a message: short, and readable whatever it is. */
function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value)
  return typeof value === 'object' && value !== null ? 'an object' : String(value)
}
