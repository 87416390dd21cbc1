import type { BarSeries } from '@openpredict/market'

import { MINUTE } from '../internal/periods.ts'
import { round } from '../internal/round.ts'
import { EVENT_TYPES, type LiquidityRules } from './liquidity-rules.ts'
import type { LiquidityEventRow, PoolType } from './row.ts'

/** An event at a pool. Prices are signed as its side's are; `reclaimedAt` is NaN until price has come back. */
export interface Sweep {
  readonly levelType: PoolType
  readonly periodStart: number
  readonly price: number
  readonly timestamp: number
  readonly sweepPrice: number
  readonly quality: LiquidityEventRow['quality']
  readonly confirmedAt: number
  reclaimedAt: number
  heldMs: number
  isChanged: boolean
}

/**
 * Takes bar `k`, the one that took the pool included, into the hold of a sweep; `sign` is that of its side. Tells whether
 * the sweep can still change after it.
 *
 * The hold starts with the first bar that closes back inside, if that opens in time, and counts bars until the first close
 * beyond or until it is long enough.
 */
export function hold(
  sweep: Sweep,
  bars: BarSeries,
  k: number,
  interval: number,
  sign: 1 | -1,
  { reclaimMs, maxHoldMs }: LiquidityRules,
): boolean {
  const time = bars.time[k] as number
  const isInside = sign * (bars.close[k] as number) <= sweep.price
  if (Number.isNaN(sweep.reclaimedAt)) {
    if (time - sweep.timestamp > reclaimMs) return false
    // The next bar opens at this one's close or later.
    if (!isInside) return time + interval - sweep.timestamp <= reclaimMs
    sweep.reclaimedAt = time + interval
  }
  if (!isInside) return false
  sweep.heldMs = Math.min(sweep.heldMs + interval, maxHoldMs)
  sweep.isChanged = true
  return sweep.heldMs < maxHoldMs
}

/** The row of a sweep; `sign` is that of its side. */
export function sweepRow(sweep: Sweep, sign: 1 | -1, rules: LiquidityRules): LiquidityEventRow {
  const { levelType, periodStart, price, timestamp, sweepPrice, quality, confirmedAt, reclaimedAt, heldMs } = sweep
  const { holdBonuses, qualityScores, eventWeights, decimals } = rules
  const holdMinutes = Math.floor(heldMs / MINUTE)
  const holdBonus = holdBonuses.findLast(({ minutes }) => holdMinutes >= minutes)?.bonus ?? 0
  const eventType = EVENT_TYPES[levelType]
  return {
    level_type: levelType,
    period_start: periodStart,
    timestamp,
    quality,
    event_type: eventType,
    direction: sign === 1 ? 'BEARISH' : 'BULLISH',
    level_price: round(sign * price, decimals),
    sweep_price: round(sign * sweepPrice, decimals),
    quality_score: qualityScores[quality],
    reclaimed_at: Number.isNaN(reclaimedAt) ? null : reclaimedAt,
    hold_minutes: holdMinutes,
    hold_confirmed: holdBonus > 0,
    hold_bonus: holdBonus,
    event_weight: eventWeights[eventType],
    confirmed_at: confirmedAt,
  }
}
