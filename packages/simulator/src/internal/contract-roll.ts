import type { Instrument } from '@openpredict/market'

import { bitsAt, uniform } from './hash.ts'

const DAY = 86_400_000
const DAYS_OF_WEEK = 7
const QUARTER_ENDS: readonly number[] = [2, 5, 8, 11]

/** What the next contract costs more than the one that ends: a quarter's interest less dividends, as a share. */
const LEAST_CARRY = 0.001
const MOST_CARRY = 0.011

/**
 * Whether the trading day labelled `label` (days since 1970-01-01) is the first of the next quarterly contract: the
 * Thursday eight days before the third Friday of March, June, September and December.
 */
export function isRollDay(label: number): boolean {
  // 1970-01-01 was a Thursday; the third Friday falls on the 15th to the 21st.
  if (label % DAYS_OF_WEEK !== 0) return false
  const date = new Date(label * DAY)
  const day = date.getUTCDate()
  return day >= 7 && day <= 13 && QUARTER_ENDS.includes(date.getUTCMonth())
}

/** How far the price steps up at the open of a trading day because the contract changes, as a share of the price. */
export function rollStep({ hours }: Instrument, stream: number, label: number): number {
  if (hours !== 'globex-equity' || !isRollDay(label)) return 0
  return LEAST_CARRY + (MOST_CARRY - LEAST_CARRY) * uniform(bitsAt(stream, label))
}
