import type { BarSeries } from '@openpredict/market'

import { exceeds } from '../internal/distances.ts'
import { HOUR } from '../internal/periods.ts'
import { round } from '../internal/round.ts'
import type { HourlyBlockRow } from './row.ts'

/** How many blocks an hour has. */
const BLOCKS = 7

/** The block that the last bar lies in. */
export class Block {
  readonly #biasThreshold: number
  readonly #decimals: number
  /** 1 to 7. */
  number = 0
  open: number = Number.NaN
  high: number = Number.NaN
  low: number = Number.NaN
  close: number = Number.NaN
  volume = 0
  /** The instant at which the block closes; minus infinity while there is none. */
  end: number = Number.NEGATIVE_INFINITY
  /** Whether it has had bars since its row was handed out last. */
  isChanged = false

  constructor(biasThreshold: number, decimals: number) {
    this.#biasThreshold = biasThreshold
    this.#decimals = decimals
  }

  /** Whether there is a block that has not closed yet. */
  get isRunning(): boolean {
    return this.end !== Number.NEGATIVE_INFINITY
  }

  /** Takes the bars from index `i` on that lie in one block, and gives the index after the last of them. */
  take(bars: BarSeries, i: number, to: number, hourStart: number, interval: number): number {
    const { time, open, high, low, close, volume } = bars
    if (!this.isRunning) {
      this.number = Math.floor((((time[i] as number) - hourStart) * BLOCKS) / HOUR) + 1
      this.open = open[i] as number
      this.high = Number.NEGATIVE_INFINITY
      this.low = Number.POSITIVE_INFINITY
      this.volume = 0
    }
    const nextBlock = (this.number * HOUR) / BLOCKS
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

  /** The block's row; `confirmedAt` when it is complete. */
  row(hour: { readonly start: number; readonly open: number }, confirmedAt: number | null = null): HourlyBlockRow {
    const { open, high, low, close } = this
    const decimals = this.#decimals
    const deviation = close - hour.open
    return {
      hour_start: hour.start,
      block_number: this.number,
      timestamp: Math.round(hour.start + ((this.number - 1) * HOUR) / BLOCKS),
      open: round(open, decimals),
      high: round(high, decimals),
      low: round(low, decimals),
      close: round(close, decimals),
      volume: this.volume,
      deviation_from_hour_open: round(deviation, decimals),
      bias: this.#bias(deviation),
      volatility_score: round(high - low, decimals),
      complete: confirmedAt !== null,
      confirmed_at: confirmedAt,
    }
  }

  /** Forgets the block, which has closed. */
  finish(): void {
    this.end = Number.NEGATIVE_INFINITY
    this.isChanged = false
  }

  #bias(deviation: number): HourlyBlockRow['bias'] {
    if (exceeds(deviation, this.#biasThreshold)) return 'BULLISH'
    return exceeds(-deviation, this.#biasThreshold) ? 'BEARISH' : 'NEUTRAL'
  }
}
