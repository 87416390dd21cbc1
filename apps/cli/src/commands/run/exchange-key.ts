import { EXCHANGE, type ExchangeRow } from '@openpredict/calculators'

/** Sorts before all that stands in keys. */
const BETWEEN = '\t'
/** Sorts after every instant, which begins with a digit or a sign. */
const UNCONFIRMED = '~'
/** Digits of the largest safe integer. */
const DIGITS = 16

/**
 * Where a row stands in the exchange format, as a text: by code units, keys are in the order that `compareExchange` gives
 * the rows. Numbers in keys are counts, and are filled up with zeros.
 */
export function exchangeKey(row: ExchangeRow): string {
  let key = `${row['confirmed_at'] ?? UNCONFIRMED}${BETWEEN}${row.table}`
  for (const column of EXCHANGE[row.table].key) {
    const value = row[column] ?? ''
    key += BETWEEN + (typeof value === 'number' ? String(value).padStart(DIGITS, '0') : value)
  }
  return key
}
