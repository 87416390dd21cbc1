import type { Bar, BarSeries, Instrument, Interval } from '@openpredict/market'

import type { DropReason } from './clean-rows.ts'

/** Which bars are asked for: those that open in `[from, to)`. */
export interface BarRequest {
  readonly instrument: Instrument
  /** @default '1m' */
  readonly interval?: Interval
  /** Epoch ms. */
  readonly from: number
  /** Epoch ms, exclusive. May lie in the future. */
  readonly to: number
  /** Ends the fetch at once; it then rejects with the signal's reason. */
  readonly signal?: AbortSignal
}

/** What a source knew about the bars asked for. All instants in epoch ms. */
export interface BarBatch {
  readonly instrument: Instrument
  readonly interval: Interval
  /** The first open time on the interval's grid in the window asked for, and within the source's reach. */
  readonly from: number
  /** The end of the window, on the grid, exclusive. */
  readonly to: number
  /** Closed and clean, ascending, each time once, inside the window. */
  readonly bars: BarSeries
  /** The bar that is still forming, as the source shows it, its time floored to the interval. Never calculate on it. */
  readonly forming: Bar | undefined
  /** How far the source has got. A bar is closed when `time + interval <= watermark`. */
  readonly watermark: number
  /** The source's own clock at the answer. */
  readonly answeredAt: number
  /** How late behind the market the source was taken to be. */
  readonly delayMs: number
  /** Rows in the answer: those in `bars` and those in `dropped`. */
  readonly received: number
  readonly dropped: Readonly<Record<DropReason, number>>
  /** HTTP requests sent, failed attempts included. */
  readonly requests: number
  /** Time spent waiting for their answers, in milliseconds of the source's timer. */
  readonly waitingMs: number
}

/** Where bars come from. */
export interface BarSource {
  readonly name: string
  /** Rejects with a `FetchError`, or with the reason of the request's signal once that is aborted. */
  fetch(request: BarRequest): Promise<BarBatch>
}
