import { type Period, tradingDay, tradingWeek } from '@openpredict/market'

import { candlePeriod } from '../candles/timeframe.ts'
import { DAY, HOUR, MINUTE, newYorkDay, utcDay, utcMonth, utcWeek } from '../internal/periods.ts'

/** Every level type, opens first, in the order of the page on reference levels. */
export const LEVEL_TYPES = [
  'MONTHLY_OPEN',
  'WEEKLY_OPEN',
  'WEEK_SESSION_OPEN',
  'SESSION_OPEN',
  '4H_OPEN',
  '1H_OPEN',
  'DAILY_OPEN',
  'MIDNIGHT_OPEN',
  'NY_OPEN',
  'ASIAN_HIGH',
  'ASIAN_LOW',
  'LONDON_HIGH',
  'LONDON_LOW',
  'NY_AM_HIGH',
  'NY_AM_LOW',
  'NY_PM_HIGH',
  'NY_PM_LOW',
  'PREV_DAY_HIGH',
  'PREV_DAY_LOW',
  'PREV_WEEK_HIGH',
  'PREV_WEEK_LOW',
] as const

/** The name of a reference level. */
export type LevelType = (typeof LEVEL_TYPES)[number]

type Open = Extract<LevelType, `${string}_OPEN`>
type High = Extract<LevelType, `${string}_HIGH`>
type Low = Extract<LevelType, `${string}_LOW`>

/** A level at the open of a period's first bar. */
export interface OpenDefinition {
  readonly type: Open
  /** The period that contains an instant. */
  readonly periodOf: (time: number) => Period
  /** Whether the first bar must open within `openTolerance` of the period's start. */
  readonly punctual: boolean
}

/** The levels at the high and low of a session: a stretch of New York's wall clock, the same every day. */
export interface SessionDefinition {
  readonly high: High
  readonly low: Low
  readonly opens: number
  /** From 24 h on: on the next day. */
  readonly closes: number
}

/** The levels at the high and low of the trading day or week before. */
export interface PreviousDefinition {
  readonly high: High
  readonly low: Low
  readonly periodOf: (time: number) => Period
}

const MIDNIGHT = 0
const NEW_YORK_OPEN = 8 * HOUR + 30 * MINUTE

export const OPENS: readonly OpenDefinition[] = [
  { type: 'MONTHLY_OPEN', periodOf: utcMonth, punctual: false },
  { type: 'WEEKLY_OPEN', periodOf: utcWeek, punctual: false },
  { type: 'WEEK_SESSION_OPEN', periodOf: tradingWeek, punctual: false },
  { type: 'SESSION_OPEN', periodOf: tradingDay, punctual: false },
  { type: '4H_OPEN', periodOf: (time) => candlePeriod('4H', time), punctual: false },
  { type: '1H_OPEN', periodOf: (time) => candlePeriod('1H', time), punctual: false },
  { type: 'DAILY_OPEN', periodOf: utcDay, punctual: true },
  { type: 'MIDNIGHT_OPEN', periodOf: (time) => newYorkDay(time, MIDNIGHT), punctual: true },
  { type: 'NY_OPEN', periodOf: (time) => newYorkDay(time, NEW_YORK_OPEN), punctual: true },
]

export const SESSIONS: readonly SessionDefinition[] = [
  { high: 'ASIAN_HIGH', low: 'ASIAN_LOW', opens: 18 * HOUR, closes: DAY + 2 * HOUR },
  { high: 'LONDON_HIGH', low: 'LONDON_LOW', opens: 3 * HOUR, closes: 12 * HOUR },
  { high: 'NY_AM_HIGH', low: 'NY_AM_LOW', opens: NEW_YORK_OPEN, closes: 12 * HOUR },
  { high: 'NY_PM_HIGH', low: 'NY_PM_LOW', opens: 13 * HOUR, closes: 17 * HOUR },
]

export const PREVIOUS: readonly PreviousDefinition[] = [
  { high: 'PREV_DAY_HIGH', low: 'PREV_DAY_LOW', periodOf: tradingDay },
  { high: 'PREV_WEEK_HIGH', low: 'PREV_WEEK_LOW', periodOf: tradingWeek },
]
