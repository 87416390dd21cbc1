import type { BarSeries } from '@openpredict/market'

import type { CandleBuilder } from '../candles/candle-builder.ts'
import type { Timeframe } from '../candles/timeframe.ts'
import { reaches } from '../internal/distances.ts'
import { round } from '../internal/round.ts'
import type { FairValueGapRow } from './row.ts'

/** A gap and what became of it. Prices are signed as its side's are; instants are NaN until they are there. */
interface Gap {
  readonly timestamp: number
  readonly confirmedAt: number
  /** The edge that price meets first on its way back: the gap's top when it is bullish. */
  readonly near: number
  /** The edge at which it is filled. */
  readonly far: number
  /** The furthest that price has come back; where it stood when the gap was confirmed is not known, nor needed. */
  deepest: number
  touchedAt: number
  halfFilledAt: number
  filledAt: number
  isChanged: boolean
}

/**
 * The gaps of one direction that still live. Written for bullish gaps, which price enters from above; bearish ones are
 * the same with the signs of all prices turned, so that highs become lows.
 */
export class GapSide {
  readonly #sign: 1 | -1
  readonly #timeframe: Timeframe
  readonly #decimals: number
  /**
   * The gaps that are not filled, those that price meets first last. A new gap goes on top: all older ones are at or below
   * the lows since. So a bar looks at the top, and at what it goes through.
   */
  readonly open: Gap[] = []
  /** The gaps that are filled and may still be inverted, by their far edge, the highest last. */
  readonly filled: Gap[] = []
  /** The price at or below which a bar changes a gap. */
  trigger: number = Number.NEGATIVE_INFINITY
  isChanged = false

  /** `sign`: 1 for bullish gaps, −1 for bearish ones. */
  constructor(sign: 1 | -1, timeframe: Timeframe, decimals: number) {
    this.#sign = sign
    this.#timeframe = timeframe
    this.#decimals = decimals
  }

  /** Adds a gap from the edge `near` down to `far`, signed as this side's prices are. */
  add(timestamp: number, confirmedAt: number, near: number, far: number): void {
    this.open.push({
      timestamp,
      confirmedAt,
      near,
      far,
      deepest: Number.POSITIVE_INFINITY,
      touchedAt: Number.NaN,
      halfFilledAt: Number.NaN,
      filledAt: Number.NaN,
      isChanged: true,
    })
    this.trigger = near
    this.isChanged = true
  }

  /** Takes the bars from index `i` up to and without `end`, which lie in the candle that forms. */
  take(bars: BarSeries, i: number, end: number, candle: Readonly<CandleBuilder>, interval: number): void {
    const lowest = this.#sign === 1 ? candle.low : -candle.high
    if (lowest > this.trigger) return
    const { time, low, high } = bars
    for (let k = i; k < end; k++) {
      const price = this.#sign === 1 ? (low[k] as number) : -(high[k] as number)
      if (price <= this.trigger) this.#enter(price, (time[k] as number) + interval)
    }
  }

  /** Takes the close of a candle, and gives the gaps that it inverts, as final rows. */
  invertedBy(close: number, at: number): FairValueGapRow[] {
    const rows: FairValueGapRow[] = []
    let last = this.filled.at(-1)
    while (last !== undefined && this.#sign * close < last.far) {
      rows.push(this.#row(last, at))
      this.filled.pop()
      last = this.filled.at(-1)
    }
    return rows
  }

  /** The rows of the gaps that are not filled. */
  openRows(): FairValueGapRow[] {
    return this.open.map((gap) => this.#row(gap))
  }

  /** The rows of all gaps that can still change. */
  liveRows(): FairValueGapRow[] {
    return [...this.open, ...this.filled].map((gap) => this.#row(gap))
  }

  /** The rows among them that were created or changed since the last call. */
  takeChanges(): FairValueGapRow[] {
    if (!this.isChanged) return []
    this.isChanged = false
    const changed = [...this.open, ...this.filled].filter((gap) => gap.isChanged)
    for (const gap of changed) gap.isChanged = false
    return changed.map((gap) => this.#row(gap))
  }

  /** A bar whose low is at or below the trigger closes at `at`. */
  #enter(price: number, at: number): void {
    const { open } = this
    let first = open.length
    while (first > 0 && price <= triggerOf(open[first - 1] as Gap)) first--
    let kept = first
    for (let i = first; i < open.length; i++) {
      const gap = open[i] as Gap
      deepen(gap, price, at)
      if (Number.isNaN(gap.filledAt)) open[kept++] = gap
      else this.#insertFilled(gap)
    }
    open.length = kept
    this.trigger = kept === 0 ? Number.NEGATIVE_INFINITY : triggerOf(open[kept - 1] as Gap)
    this.isChanged = true
  }

  #insertFilled(gap: Gap): void {
    const { filled } = this
    let place = filled.length
    while (place > 0 && (filled[place - 1] as Gap).far > gap.far) place--
    filled.splice(place, 0, gap)
  }

  #row(gap: Gap, invertedAt: number | null = null): FairValueGapRow {
    const { timestamp, confirmedAt, near, far, deepest, touchedAt, halfFilledAt, filledAt } = gap
    const isBullish = this.#sign === 1
    const decimals = this.#decimals
    const entered = Math.min(1, Math.max(0, (near - deepest) / (near - far)))
    return {
      timeframe: this.#timeframe,
      timestamp,
      fvg_type: isBullish ? 'BULLISH' : 'BEARISH',
      gap_top: round(isBullish ? near : -far, decimals),
      gap_bottom: round(isBullish ? far : -near, decimals),
      gap_size: round(near - far, decimals),
      filled: !Number.isNaN(filledAt),
      touched_at: orNull(touchedAt),
      half_filled_at: orNull(halfFilledAt),
      fill_timestamp: orNull(filledAt),
      fill_fraction: round(entered, 6),
      inverted_at: invertedAt,
      confirmed_at: confirmedAt,
    }
  }
}

/** The price at or below which a bar changes a gap. */
function triggerOf({ near, deepest }: Gap): number {
  return Math.min(near, deepest)
}

/** Price comes back to `price`, at or below the near edge, in a bar that closes at `at`. */
function deepen(gap: Gap, price: number, at: number): void {
  if (price >= gap.deepest) return
  gap.deepest = price
  gap.isChanged = true
  if (Number.isNaN(gap.touchedAt)) gap.touchedAt = at
  // Consequent encroachment: price has come to the middle.
  if (Number.isNaN(gap.halfFilledAt) && reaches((gap.near + gap.far) / 2 - price, 0)) gap.halfFilledAt = at
  if (price <= gap.far) gap.filledAt = at
}

function orNull(instant: number): number | null {
  return Number.isNaN(instant) ? null : instant
}
