import type { Timeframe } from '../candles/timeframe.ts'

/** A row of `market_structure`: a break of structure or change of character. Instants are epoch ms, prices in points. */
export interface MarketStructureRow {
  readonly timeframe: Timeframe
  readonly timestamp: number
  readonly break_type: 'BOS' | 'CHOCH'
  readonly direction: 'BULLISH' | 'BEARISH'
  readonly level: number
  readonly swing_timestamp: number
  readonly displacement: number
  readonly displacement_speed: number
  readonly displacement_quality: 'STRONG' | 'MODERATE' | 'WEAK'
  readonly break_weight: number
  readonly confirmed_at: number
}
