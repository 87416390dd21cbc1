import type { LiquidityEventRow, PoolType } from './row.ts'

/** The kind of event that each pool gives. */
export const EVENT_TYPES: Readonly<Record<PoolType, LiquidityEventRow['event_type']>> = {
  ASIAN_HIGH: 'ASIA_RANGE',
  ASIAN_LOW: 'ASIA_RANGE',
  PREV_DAY_HIGH: 'PREV_DAY_HL',
  PREV_DAY_LOW: 'PREV_DAY_HL',
  PREV_WEEK_HIGH: 'PREV_WEEK_HL',
  PREV_WEEK_LOW: 'PREV_WEEK_HL',
  EQUAL_HIGH: 'EQUAL_HL',
  EQUAL_LOW: 'EQUAL_HL',
  LONDON_HIGH: 'SESSION_HL',
  LONDON_LOW: 'SESSION_HL',
  NY_AM_HIGH: 'SESSION_HL',
  NY_AM_LOW: 'SESSION_HL',
  NY_PM_HIGH: 'SESSION_HL',
  NY_PM_LOW: 'SESSION_HL',
}

/** How much each kind of event weighs, unless options say otherwise. */
export const USUAL_EVENT_WEIGHTS: Readonly<Record<LiquidityEventRow['event_type'], number>> = {
  ASIA_RANGE: 3,
  PREV_DAY_HL: 2.5,
  PREV_WEEK_HL: 2.5,
  EQUAL_HL: 2,
  SESSION_HL: 1.5,
}

/** How good each outcome is, unless options say otherwise. */
export const USUAL_QUALITY_SCORES: Readonly<Record<LiquidityEventRow['quality'], number>> = {
  CLEAN_SWEEP: 1,
  WICK: 0.8,
  RUN: 0.5,
  NEAR_MISS: 0.4,
}

/** From how many minutes of hold on there is which bonus. */
export interface HoldBonus {
  readonly minutes: number
  readonly bonus: number
}

/** The bonuses, unless options say otherwise. */
export const USUAL_HOLD_BONUSES: readonly HoldBonus[] = [
  { minutes: 30, bonus: 0.05 },
  { minutes: 60, bonus: 0.1 },
  { minutes: 120, bonus: 0.2 },
]

/** What makes an event of what price does at a pool. Distances in points, lengths of time in milliseconds. */
export interface LiquidityRules {
  readonly minPenetration: number
  readonly cleanPenetration: number
  readonly approachDistance: number
  readonly retreatDistance: number
  readonly reclaimMs: number
  readonly maxHoldMs: number
  readonly holdBonuses: readonly HoldBonus[]
  readonly qualityScores: Readonly<Record<LiquidityEventRow['quality'], number>>
  readonly eventWeights: Readonly<Record<LiquidityEventRow['event_type'], number>>
  readonly decimals: number
}
