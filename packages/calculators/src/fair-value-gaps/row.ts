import type { Timeframe } from '../candles/timeframe.ts'

/** A row of `fvg`: a fair value gap and what became of it. Instants are epoch ms, prices and sizes in points. */
export interface FairValueGapRow {
  readonly timeframe: Timeframe
  readonly timestamp: number
  readonly fvg_type: 'BULLISH' | 'BEARISH'
  readonly gap_top: number
  readonly gap_bottom: number
  readonly gap_size: number
  readonly filled: boolean
  readonly touched_at: number | null
  readonly half_filled_at: number | null
  readonly fill_timestamp: number | null
  readonly fill_fraction: number
  readonly inverted_at: number | null
  readonly confirmed_at: number
}
