import type { BarSeries } from '@openpredict/market'

import { exceeds } from '../internal/distances.ts'
import { HOUR } from '../internal/periods.ts'
import { round } from '../internal/round.ts'
import type { HourlyBlockRow } from './row.ts'

/** How many blocks an hour has. */
export const BLOCKS = 7

/** The number, from 1, of the block in which a bar lies that opens so many milliseconds after its hour began. */
export function blockAt(sinceHour: number): number {
  return Math.floor((sinceHour * BLOCKS) / HOUR) + 1
}

/** One seventh of the hour that the last bar lies in. */
export class Block {
  readonly #number: number
  readonly #biasThreshold: number
  readonly #decimals: number
  open: number = Number.NaN
  high: number = Number.NEGATIVE_INFINITY
  low: number = Number.POSITIVE_INFINITY
  close: number = Number.NaN
  volume = 0
  /** The instant at which the block closes; minus infinity while it has no bar. */
  end: number = Number.NEGATIVE_INFINITY
  isComplete = false
  /** Whether it has had bars since its row was handed out last. */
  isChanged = false

  /** `number`: 1 to 7. */
  constructor(number: number, biasThreshold: number, decimals: number) {
    this.#number = number
    this.#biasThreshold = biasThreshold
    this.#decimals = decimals
  }

  get number(): number {
    return this.#number
  }

  get hasBars(): boolean {
    return this.end !== Number.NEGATIVE_INFINITY
  }

  /** Takes the bars from index `i` on that lie in the block, and gives the index after the last of them. */
  take(bars: BarSeries, i: number, to: number, hourStart: number, interval: number): number {
    const { time, open, high, low, close, volume } = bars
    if (!this.hasBars) this.open = open[i] as number
    const nextBlock = (this.#number * HOUR) / BLOCKS
    const until = hourStart + nextBlock
    let highest = this.high
    let lowest = this.low
    let sum = this.volume
    let next = i
    while (next < to && (time[next] as number) < until) {
      const h = high[next] as number
      const l = low[next] as number
      if (h > highest) highest = h
      if (l < lowest) lowest = l
      sum += volume[next] as number
      next++
    }
    this.high = highest
    this.low = lowest
    this.volume = sum
    this.close = close[next - 1] as number
    // It closes with its last bar: block 1 of 1-minute bars at minute 9.
    this.end = hourStart + Math.ceil(nextBlock / interval) * interval
    this.isChanged = true
    return next
  }

  /** The block is over. */
  complete(): void {
    this.isComplete = true
  }

  /** Another hour begins: the block has no bar yet. */
  clear(): void {
    this.high = Number.NEGATIVE_INFINITY
    this.low = Number.POSITIVE_INFINITY
    this.volume = 0
    this.end = Number.NEGATIVE_INFINITY
    this.isComplete = false
    this.isChanged = false
  }

  /** The block's row, once it has a bar. */
  row(hour: { readonly start: number; readonly open: number }): HourlyBlockRow {
    const { open, high, low, close, isComplete } = this
    const decimals = this.#decimals
    const deviation = close - hour.open
    return {
      hour_start: hour.start,
      block_number: this.#number,
      timestamp: Math.round(hour.start + ((this.#number - 1) * HOUR) / BLOCKS),
      open: round(open, decimals),
      high: round(high, decimals),
      low: round(low, decimals),
      close: round(close, decimals),
      volume: this.volume,
      deviation_from_hour_open: round(deviation, decimals),
      bias: this.#bias(deviation),
      volatility_score: round(high - low, decimals),
      complete: isComplete,
      confirmed_at: isComplete ? this.end : null,
    }
  }

  #bias(deviation: number): HourlyBlockRow['bias'] {
    if (exceeds(deviation, this.#biasThreshold)) return 'BULLISH'
    return exceeds(-deviation, this.#biasThreshold) ? 'BEARISH' : 'NEUTRAL'
  }
}
