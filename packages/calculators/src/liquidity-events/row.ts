import type { LevelType } from '../reference-levels/level-types.ts'

/** The pools that liquidity rests in: highs and lows of sessions, days and weeks, and equal highs and lows. */
export type PoolType = Extract<LevelType, `${string}_HIGH` | `${string}_LOW`> | 'EQUAL_HIGH' | 'EQUAL_LOW'

/** A row of `liquidity_events`: what price did at a pool of liquidity. Instants are epoch ms, prices in points. */
export interface LiquidityEventRow {
  readonly level_type: PoolType
  readonly period_start: number
  readonly timestamp: number
  readonly quality: 'CLEAN_SWEEP' | 'WICK' | 'RUN' | 'NEAR_MISS'
  readonly event_type: 'ASIA_RANGE' | 'PREV_DAY_HL' | 'PREV_WEEK_HL' | 'EQUAL_HL' | 'SESSION_HL'
  readonly direction: 'BULLISH' | 'BEARISH'
  readonly level_price: number
  readonly sweep_price: number
  readonly quality_score: number
  readonly reclaimed_at: number | null
  readonly hold_minutes: number
  readonly hold_confirmed: boolean
  readonly hold_bonus: number
  readonly event_weight: number
  readonly confirmed_at: number
}
