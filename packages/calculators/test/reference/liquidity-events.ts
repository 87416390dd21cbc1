import type { Bar } from '@openpredict/market'

import { atLeast, atMost, defaultDistance } from './limits.ts'
import { poolsAbove, type EventType, type Pool, type PoolOptions } from './pools.ts'
import { closeOf, indexAt, lengthOfBar, mirrored, rounded } from './rows.ts'
import { MINUTE } from './time.ts'

export interface LiquidityOptions extends PoolOptions {
  /** How far beyond a pool takes it, in points. @default 0.5, in the ratio of the instrument */
  readonly minPenetration?: number
  /** How far beyond makes a clean sweep, in points. @default 5, in the ratio of the instrument */
  readonly cleanPenetration?: number
  /** How close an approach comes, in points. @default 5, in the ratio of the instrument */
  readonly approachDistance?: number
  /** How far away makes an approach a near miss, in points. @default 20, in the ratio of the instrument */
  readonly retreatDistance?: number
  /** @default 15 */
  readonly reclaimMinutes?: number
  /** @default 240 */
  readonly maxHoldMinutes?: number
  readonly holdBonuses?: readonly { readonly minutes: number; readonly bonus: number }[]
  readonly qualityScores?: Partial<Readonly<Record<Quality, number>>>
  readonly eventWeights?: Partial<Readonly<Record<EventType, number>>>
}

/** One row of `liquidity_events`; instants in epoch ms. */
export interface NaiveEvent {
  readonly level_type: string
  readonly period_start: number
  readonly timestamp: number
  readonly quality: Quality
  readonly event_type: EventType
  readonly direction: string
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

type Quality = 'CLEAN_SWEEP' | 'WICK' | 'RUN' | 'NEAR_MISS'

const SCORES: Readonly<Record<Quality, number>> = { CLEAN_SWEEP: 1, WICK: 0.8, RUN: 0.5, NEAR_MISS: 0.4 }

const WEIGHTS: Readonly<Record<EventType, number>> = {
  ASIA_RANGE: 3,
  PREV_DAY_HL: 2.5,
  PREV_WEEK_HL: 2.5,
  EQUAL_HL: 2,
  SESSION_HL: 1.5,
}

const BONUSES = [
  { minutes: 30, bonus: 0.05 },
  { minutes: 60, bonus: 0.1 },
  { minutes: 120, bonus: 0.2 },
]

/** The history: every event, pool by pool. */
export function liquidityEventsNaive(bars: readonly Bar[], options: LiquidityOptions = {}): NaiveEvent[] {
  return followedEvents(bars, options).map(({ row }) => row)
}

/** The current set: the events whose hold the next bars can still begin or lengthen. */
export function currentEventsNaive(bars: readonly Bar[], options: LiquidityOptions = {}): NaiveEvent[] {
  return followedEvents(bars, options).flatMap(({ row, goesOn }) => (goesOn ? [row] : []))
}

/** What happened at a pool above price; prices have the sign of the bars. */
interface Happening extends Hold {
  readonly quality: Quality
  /** The bar that it is remembered by. */
  readonly extreme: Bar
  /** The bar that decided it. */
  readonly decider: Bar
}

interface Hold {
  readonly reclaimedAt: number | null
  readonly minutes: number
  /** Whether a later bar can change it. */
  readonly goesOn: boolean
}

const NO_HOLD: Hold = { reclaimedAt: null, minutes: 0, goesOn: false }

function followedEvents(bars: readonly Bar[], options: LiquidityOptions): { row: NaiveEvent; goesOn: boolean }[] {
  // Below price it is the same upside down.
  return ([1, -1] as const).flatMap((sign) => {
    const seen = sign === 1 ? bars : bars.map(mirrored)
    return poolsAbove(seen, options).flatMap((pool) =>
      happeningsAt(pool, seen, options).map((happening) => ({
        row: rowOf(pool, happening, sign, options),
        goesOn: happening.goesOn,
      })),
    )
  })
}

function rowOf(pool: Pool, happening: Happening, sign: 1 | -1, options: LiquidityOptions): NaiveEvent {
  const { holdBonuses = BONUSES, qualityScores, eventWeights } = options
  const { quality, extreme, decider, reclaimedAt, minutes } = happening
  const earned = holdBonuses.filter((step) => step.minutes <= minutes).toSorted((a, b) => b.minutes - a.minutes)
  const hold_bonus = earned[0]?.bonus ?? 0
  return {
    level_type: `${pool.name}_${sign === 1 ? 'HIGH' : 'LOW'}`,
    period_start: pool.periodStart,
    timestamp: extreme.time,
    quality,
    event_type: pool.eventType,
    direction: sign === 1 ? 'BEARISH' : 'BULLISH',
    level_price: rounded(sign * pool.price, options),
    sweep_price: rounded(sign * extreme.high, options),
    quality_score: qualityScores?.[quality] ?? SCORES[quality],
    reclaimed_at: reclaimedAt,
    hold_minutes: minutes,
    hold_confirmed: hold_bonus > 0,
    hold_bonus,
    event_weight: eventWeights?.[pool.eventType] ?? WEIGHTS[pool.eventType],
    confirmed_at: closeOf(decider, options),
  }
}

/** Near misses, and the sweep if there is one, in order. */
function happeningsAt({ price, from, until }: Pool, bars: readonly Bar[], options: LiquidityOptions): Happening[] {
  const {
    minPenetration = defaultDistance(0.5, options),
    cleanPenetration = defaultDistance(5, options),
    approachDistance = defaultDistance(5, options),
    retreatDistance = defaultDistance(20, options),
  } = options
  const happenings: Happening[] = []
  /** The highest bar of the approach that is open. */
  let closest: Bar | undefined
  for (let index = indexAt(bars, from); index < bars.length; index++) {
    const bar = bars[index] as Bar
    if (bar.time >= until) break
    const penetration = bar.high - price
    if (atLeast(penetration, minPenetration)) {
      const isBack = bar.close <= price
      const quality = isBack ? (atLeast(penetration, cleanPenetration) ? 'CLEAN_SWEEP' : 'WICK') : 'RUN'
      return [...happenings, { quality, extreme: bar, decider: bar, ...holdFrom(index, price, bars, options) }]
    }
    if (closest === undefined) {
      if (atLeast(penetration, -approachDistance)) closest = bar
    } else if (atMost(penetration, -retreatDistance)) {
      happenings.push({ quality: 'NEAR_MISS', extreme: closest, decider: bar, ...NO_HOLD })
      closest = undefined
    } else if (bar.high > closest.high) {
      closest = bar
    }
  }
  return happenings
}

/** How long price stayed back inside after the bar at `taken` took a pool. */
function holdFrom(taken: number, price: number, bars: readonly Bar[], options: LiquidityOptions): Hold {
  const { reclaimMinutes = 15, maxHoldMinutes = 240 } = options
  const latest = (bars[taken] as Bar).time + reclaimMinutes * MINUTE
  let back = taken
  while (back < bars.length && (bars[back] as Bar).time <= latest && (bars[back] as Bar).close > price) back++
  const first = bars[back]
  if (first === undefined) return { ...NO_HOLD, goesOn: closeOf(bars.at(-1) as Bar, options) <= latest }
  if (first.time > latest) return NO_HOLD

  let held = 0
  let index = back
  for (; index < bars.length && held < maxHoldMinutes * MINUTE; index++) {
    const bar = bars[index] as Bar
    if (bar.close > price) break
    held += lengthOfBar(bar, options)
  }
  const minutes = Math.min(maxHoldMinutes, Math.floor(held / MINUTE))
  return {
    reclaimedAt: closeOf(first, options),
    minutes,
    goesOn: index === bars.length && minutes < maxHoldMinutes,
  }
}
