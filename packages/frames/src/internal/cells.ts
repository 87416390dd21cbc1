import { formatInstant, parseInstant } from '@openpredict/market'

import { FramesError } from '../errors.ts'
import { shown } from './columns.ts'

/** A cell as a finite number. Throws a `FramesError` of kind `bad-value`. */
export function numberIn(value: unknown, column: string, row: number): number {
  if (typeof value === 'number' && Number.isFinite(value)) return value
  throw badValue(value, { column, row, expected: 'a number' })
}

/** A cell as epoch milliseconds: a number, a `Date` or ISO-8601 text. Throws a `FramesError` of kind `bad-value`. */
export function instantIn(value: unknown, column: string, row: number): number {
  const time = value instanceof Date ? value.getTime() : typeof value === 'string' ? parsed(value) : value
  if (isInstant(time)) return time
  throw badValue(value, { column, row, expected: 'a time: epoch milliseconds, a Date or ISO-8601 text' })
}

/** The error for a cell that holds something else than its column. */
export function badValue(
  value: unknown,
  { column, row, expected }: { readonly column: string; readonly row: number; readonly expected: string },
): FramesError {
  const message = `column "${column}", row ${row}: ${shown(value)} is not ${expected}`
  return new FramesError(message, { kind: 'bad-value', column, row })
}

function parsed(text: string): number | undefined {
  try {
    return parseInstant(text)
  } catch {
    return undefined
  }
}

function isInstant(time: unknown): time is number {
  if (typeof time !== 'number' || !Number.isSafeInteger(time)) return false
  try {
    return formatInstant(time) !== ''
  } catch {
    return false
  }
}
