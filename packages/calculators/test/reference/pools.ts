import type { Bar } from '@openpredict/market'

import { closedCandles, type NaiveTimeframe } from './candles.ts'
import { atMost, defaultDistance } from './limits.ts'
import { groupByPeriod, historyBegins, type ReferenceOptions } from './rows.ts'
import { swings, type Swing } from './swings.ts'
import { HOUR, newYorkSession, tradingDay, tradingWeek, type Period } from './time.ts'

export interface PoolOptions extends ReferenceOptions {
  /** How far apart equal highs may be, in points. @default 1, in the ratio of the instrument */
  readonly equalTolerance?: number
  /** How far apart equal highs may be, in hours. @default 120 */
  readonly equalHours?: number
  /** How long equal highs are watched, in hours. @default 120 */
  readonly expiryHours?: number
  /** @default '15m' */
  readonly swingTimeframe?: NaiveTimeframe
  /** Candles on each side of a swing. @default 2 */
  readonly swingLength?: number
}

export type EventType = 'ASIA_RANGE' | 'PREV_DAY_HL' | 'PREV_WEEK_HL' | 'EQUAL_HL' | 'SESSION_HL'

/** A price above the market where stops rest, for the bars that open in `[from, until)`. */
export interface Pool {
  readonly name: string
  readonly eventType: EventType
  readonly periodStart: number
  readonly price: number
  readonly from: number
  readonly until: number
}

const SESSIONS: readonly (readonly [name: string, from: number, to: number, eventType: EventType])[] = [
  ['ASIAN', 18 * HOUR, 26 * HOUR, 'ASIA_RANGE'],
  ['LONDON', 3 * HOUR, 12 * HOUR, 'SESSION_HL'],
  ['NY_AM', 8.5 * HOUR, 12 * HOUR, 'SESSION_HL'],
  ['NY_PM', 13 * HOUR, 17 * HOUR, 'SESSION_HL'],
]

const PREVIOUS: readonly (readonly [name: string, periodOf: (t: number) => Period, eventType: EventType])[] = [
  ['PREV_DAY', tradingDay, 'PREV_DAY_HL'],
  ['PREV_WEEK', tradingWeek, 'PREV_WEEK_HL'],
]

/** Every pool above the market that the bars make up; of mirrored bars: below it. */
export function poolsAbove(bars: readonly Bar[], options: PoolOptions): Pool[] {
  return [...levelPools(bars, options), ...equalPools(bars, options)]
}

function levelPools(bars: readonly Bar[], options: PoolOptions): Pool[] {
  const begins = historyBegins(bars, options)
  const isWhole = (period: Period): boolean => begins <= period.start

  const sessions = SESSIONS.flatMap(([name, from, to, eventType]) =>
    replacing(
      groupByPeriod(bars, (t) => newYorkSession(t, from, to))
        .filter(isWhole)
        // A session that still runs ends after the last bar: its pool is there for none of the bars.
        .map(({ start, end, high }) => ({ name, eventType, periodStart: start, price: high, from: end })),
    ),
  )
  const previous = PREVIOUS.flatMap(([name, periodOf, eventType]) =>
    replacing(
      groupByPeriod(bars, periodOf).flatMap((period, index, all) => {
        const next = all[index + 1]
        if (next === undefined || !isWhole(period)) return []
        return [{ name, eventType, periodStart: period.start, price: period.high, from: next.first.time }]
      }),
    ),
  )
  return [...sessions, ...previous]
}

/** Each pool of one level type is there until the next one is. */
function replacing(pools: readonly Omit<Pool, 'until'>[]): Pool[] {
  return pools.map((pool, index) => ({ ...pool, until: pools[index + 1]?.from ?? Infinity }))
}

function equalPools(bars: readonly Bar[], options: PoolOptions): Pool[] {
  const {
    equalTolerance = defaultDistance(1, options),
    equalHours = 120,
    expiryHours = 120,
    swingTimeframe = '15m',
    swingLength = 2,
  } = options
  const candles = closedCandles(bars, swingTimeframe, options)
  const highs = swings(candles, 'high', swingLength)
  const areEqual = (earlier: Swing, later: Swing): boolean =>
    later.candle.time - earlier.candle.time <= equalHours * HOUR &&
    atMost(Math.abs(later.price - earlier.price), equalTolerance) &&
    candles.slice(earlier.index + 1, later.index).every((candle) => candle.high <= Math.max(earlier.price, later.price))
  return highs.flatMap((later, index) => {
    const earlier = highs.slice(0, index).findLast((swing) => areEqual(swing, later))
    const confirmed = candles[later.confirmedBy]
    if (earlier === undefined || confirmed === undefined) return []
    return {
      name: 'EQUAL',
      eventType: 'EQUAL_HL' as const,
      periodStart: later.candle.time,
      price: Math.max(earlier.price, later.price),
      from: confirmed.end,
      until: confirmed.end + expiryHours * HOUR,
    }
  })
}
