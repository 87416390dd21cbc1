/** A row of `hourly_blocks`: one seventh of an hour. Instants are epoch ms, prices in points. */
export interface HourlyBlockRow {
  readonly hour_start: number
  /** 1 to 7. */
  readonly block_number: number
  readonly timestamp: number
  readonly open: number
  readonly high: number
  readonly low: number
  readonly close: number
  readonly volume: number
  readonly deviation_from_hour_open: number
  readonly bias: 'BULLISH' | 'BEARISH' | 'NEUTRAL'
  readonly volatility_score: number
  readonly complete: boolean
  readonly confirmed_at: number | null
}
