import { type BarSeries, formatInstant } from '@openpredict/market'
import type { Row } from '@openpredict/store'

import type { RowTrial } from './row-trial.ts'

const MINUTE = 60_000
const RECLAIM_MS = 15 * MINUTE
const MOST_HOLD_MINUTES = 240
const SAME_PRICE = 1e-6

/**
 * Puts a liquidity event to trial: its price is the extreme of its bar, beyond the level where the level was taken; the
 * close of that bar fits its quality; it was reclaimed at the close of the first bar, within 15 minutes, that closed back
 * inside; and was held for as many bars as closed inside from there on.
 *
 * Whether the level itself is right, and whether an event is missing, cannot be told from its bars.
 */
export class EventTrial implements RowTrial {
  readonly #row: Row<'liquidity_events'>
  /** 1 for levels at highs, −1 for those at lows; prices are compared with their signs turned. */
  readonly #sign: 1 | -1
  readonly #level: number
  #bar: { readonly extreme: number; readonly close: number } | undefined
  #extreme = Number.NEGATIVE_INFINITY
  #last: { readonly time: number; readonly extreme: number } | undefined
  #reclaimedAt: number | undefined
  #held = 0
  #isHeld = true

  constructor(row: Row<'liquidity_events'>) {
    this.#row = row
    this.#sign = row.level_type.endsWith('_HIGH') ? 1 : -1
    this.#level = this.#sign * row.level_price
  }

  get from(): number {
    return this.#row.timestamp
  }

  get at(): number {
    return this.#row.timestamp
  }

  take({ time, high, low, close }: BarSeries, i: number): boolean {
    const at = time[i] as number
    const extreme = this.#sign === 1 ? (high[i] as number) : -(low[i] as number)
    const closing = this.#sign * (close[i] as number)
    if (this.#bar === undefined) {
      if (at !== this.#row.timestamp) return true
      this.#bar = { extreme, close: closing }
    }
    if (this.#row.quality === 'NEAR_MISS') return this.#approach(at, extreme)
    return this.#hold(at, closing <= this.#level)
  }

  verdict(end: number): string | undefined {
    const { level_type: type, quality, level_price: level, sweep_price: price } = this.#row
    const wrong = this.#wrong(end)
    return wrong === undefined ? undefined : `${type} ${quality} at ${level}, to ${price}: ${wrong}`
  }

  /** From the bar that came nearest to the one that ended the approach. */
  #approach(at: number, extreme: number): boolean {
    this.#extreme = Math.max(this.#extreme, extreme)
    this.#last = { time: at, extreme }
    return at + MINUTE >= this.#row.confirmed_at
  }

  /** From the bar that took the level to the end of its hold. */
  #hold(at: number, isInside: boolean): boolean {
    if (this.#reclaimedAt === undefined) {
      if (at - this.#row.timestamp > RECLAIM_MS) return true
      if (!isInside) return false
      this.#reclaimedAt = at + MINUTE
    }
    if (isInside) this.#held++
    this.#isHeld = isInside && this.#held < MOST_HOLD_MINUTES
    return !this.#isHeld
  }

  #wrong(end: number): string | undefined {
    const { timestamp, quality, sweep_price: price, confirmed_at: confirmedAt, direction } = this.#row
    if (timestamp >= end) return undefined
    const bar = this.#bar
    if (bar === undefined) return `there is no bar at ${formatInstant(timestamp)}`
    const swept = this.#sign * price
    if (Math.abs(bar.extreme - swept) > SAME_PRICE) return `its bar goes to ${this.#sign * bar.extreme}`
    if (direction !== (this.#sign === 1 ? 'BEARISH' : 'BULLISH')) return `its direction is ${direction}`
    if (quality === 'NEAR_MISS') return this.#wrongApproach(end)
    if (swept <= this.#level) return 'its bar does not go beyond the level'
    const isInside = bar.close <= this.#level
    if (isInside !== (quality !== 'RUN')) return `its bar closes ${isInside ? 'inside' : 'beyond'} the level`
    if (confirmedAt !== timestamp + MINUTE) return `it was confirmed at ${formatInstant(confirmedAt)}`
    return this.#wrongHold(end)
  }

  #wrongApproach(end: number): string | undefined {
    const { confirmed_at: confirmedAt, sweep_price: price, hold_minutes: held, reclaimed_at: reclaimedAt } = this.#row
    if (held !== 0 || reclaimedAt !== null) return 'nothing was taken that could be reclaimed'
    if (confirmedAt > end) return undefined
    if (this.#last?.time !== confirmedAt - MINUTE) return `no bar closes at ${formatInstant(confirmedAt)}`
    if (this.#extreme > this.#sign * price + SAME_PRICE)
      return `a later bar comes nearer, to ${this.#sign * this.#extreme}`
    return this.#last.extreme < this.#level ? undefined : 'the bar that ends it has not left the level'
  }

  #wrongHold(end: number): string | undefined {
    const { reclaimed_at: stored, hold_minutes: minutes, as_of: asOf } = this.#row
    const reclaimedAt = stored !== null && stored > end ? undefined : (stored ?? undefined)
    if (reclaimedAt !== this.#reclaimedAt)
      return `it was reclaimed ${said(reclaimedAt)}, and the bars say ${said(this.#reclaimedAt)}`
    const isLater = this.#isHeld && asOf > end
    if (isLater ? minutes < this.#held : minutes !== this.#held)
      return `it was held for ${minutes} minutes, and the bars say ${this.#held}`
    return undefined
  }
}

function said(at: number | undefined): string {
  return at === undefined ? 'never' : `at ${formatInstant(at)}`
}
