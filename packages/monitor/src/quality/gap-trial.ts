import { candlePeriod } from '@openpredict/calculators'
import { type BarSeries, formatInstant, type Period } from '@openpredict/market'
import type { Row } from '@openpredict/store'

import type { RowTrial } from './row-trial.ts'

const MINUTE = 60_000
const SAME_PRICE = 1e-6

/**
 * Puts a fair value gap to trial: its edges are prices of the candles before and after its own; it was touched, half
 * filled and filled at the closes of the first bars that went so far, and as deep as the deepest of them.
 *
 * When it was inverted, and whether a gap is missing, is left to a new calculation.
 */
export class GapTrial implements RowTrial {
  readonly at: number
  readonly from: number
  readonly #row: Row<'fvg'>
  readonly #first: Period
  readonly #third: Period
  /** 1 for bullish gaps, −1 for bearish ones; prices are compared with their signs turned. */
  readonly #sign: 1 | -1
  /** The edge that price meets first on its way back, and the one at which the gap is filled. */
  readonly #near: number
  readonly #far: number
  /** The edges as the candles have them. */
  #nearFound = Number.POSITIVE_INFINITY
  #farFound = Number.NEGATIVE_INFINITY
  #deepest = Number.POSITIVE_INFINITY
  #touchedAt: number | undefined
  #halfAt: number | undefined
  #filledAt: number | undefined

  constructor(row: Row<'fvg'>) {
    this.#row = row
    const { timeframe, timestamp, fvg_type: type, gap_top: top, gap_bottom: bottom } = row
    const second = candlePeriod(timeframe, timestamp)
    this.at = timestamp
    this.#first = candlePeriod(timeframe, second.start - 1)
    this.#third = candlePeriod(timeframe, second.end)
    this.from = this.#first.start
    this.#sign = type === 'BULLISH' ? 1 : -1
    this.#near = type === 'BULLISH' ? top : -bottom
    this.#far = type === 'BULLISH' ? bottom : -top
  }

  take({ time, high, low }: BarSeries, i: number): boolean {
    const at = time[i] as number
    const [highest, lowest] =
      this.#sign === 1 ? [high[i] as number, low[i] as number] : [-(low[i] as number), -(high[i] as number)]
    if (at < this.#first.end) this.#farFound = Math.max(this.#farFound, highest)
    else if (at >= this.#third.start && at < this.#third.end) this.#nearFound = Math.min(this.#nearFound, lowest)
    else if (at >= this.#third.end && lowest < this.#deepest) return this.#deepen(lowest, at + MINUTE)
    return false
  }

  verdict(end: number): string | undefined {
    const { timeframe, fvg_type: type, gap_bottom: bottom, gap_top: top } = this.#row
    const wrong = this.#third.end > end ? undefined : (this.#wrongEdges() ?? this.#wrongFilling(end))
    return wrong === undefined ? undefined : `${timeframe} ${type} gap ${bottom} – ${top}: ${wrong}`
  }

  #deepen(price: number, at: number): boolean {
    this.#deepest = price
    if (price <= this.#near) this.#touchedAt ??= at
    if (price <= (this.#near + this.#far) / 2 + 1e-9) this.#halfAt ??= at
    if (price <= this.#far) this.#filledAt ??= at
    return this.#filledAt !== undefined
  }

  #wrongEdges(): string | undefined {
    const { confirmed_at: confirmedAt, gap_size: size } = this.#row
    if (!isSame(this.#farFound, this.#far)) return `the candle before it ends at ${this.#sign * this.#farFound}`
    if (!isSame(this.#nearFound, this.#near)) return `the candle after it begins at ${this.#sign * this.#nearFound}`
    if (!isSame(size, this.#near - this.#far)) return `its size is ${size}`
    return confirmedAt === this.#third.end ? undefined : `it was confirmed at ${formatInstant(confirmedAt)}`
  }

  #wrongFilling(end: number): string | undefined {
    const row = this.#row
    const known = (at: number | null): number | undefined => (at === null || at > end ? undefined : at)
    const told = [
      ['touched', known(row.touched_at), this.#touchedAt],
      ['half filled', known(row.half_filled_at), this.#halfAt],
      ['filled', known(row.fill_timestamp), this.#filledAt],
    ] as const
    for (const [what, stored, found] of told)
      if (stored !== found) return `it was ${what} ${said(stored)}, and the bars say ${said(found)}`
    if (row.filled !== (row.fill_timestamp !== null)) return `filled is ${row.filled}`
    const fraction = Math.min(1, Math.max(0, (this.#near - this.#deepest) / (this.#near - this.#far)))
    const isLater = row.as_of > end
    if (isLater ? row.fill_fraction < fraction - SAME_PRICE : Math.abs(row.fill_fraction - fraction) > SAME_PRICE)
      return `it is filled to ${row.fill_fraction}, and the bars say ${Number(fraction.toFixed(6))}`
    return undefined
  }
}

function isSame(a: number, b: number): boolean {
  return Math.abs(a - b) <= SAME_PRICE
}

function said(at: number | undefined): string {
  return at === undefined ? 'never' : `at ${formatInstant(at)}`
}
