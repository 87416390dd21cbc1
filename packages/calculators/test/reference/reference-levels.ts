import type { Bar } from '@openpredict/market'

import {
  asOfOf,
  closeOf,
  groupByPeriod,
  highest,
  historyBegins,
  latestGroup,
  lowest,
  rounded,
  type ReferenceOptions,
} from './rows.ts'
import {
  fourHours,
  HOUR,
  MINUTE,
  newYorkDay,
  newYorkSession,
  tradingDay,
  tradingWeek,
  utcDay,
  utcHour,
  utcMonth,
  utcWeek,
  type Period,
} from './time.ts'

/** One row of `reference_levels`; instants in epoch ms. */
export interface NaiveLevel {
  readonly level_type: string
  readonly period_start: number
  readonly price: number
  readonly period_end: number
  readonly complete: boolean
  readonly timestamp: number
  readonly confirmed_at: number | null
}

const OPENS: readonly (readonly [name: string, periodOf: (t: number) => Period, tolerated: boolean])[] = [
  ['MONTHLY_OPEN', utcMonth, false],
  ['WEEKLY_OPEN', utcWeek, false],
  ['WEEK_SESSION_OPEN', tradingWeek, false],
  ['SESSION_OPEN', tradingDay, false],
  ['4H_OPEN', fourHours, false],
  ['1H_OPEN', utcHour, false],
  ['DAILY_OPEN', utcDay, true],
  ['MIDNIGHT_OPEN', (t) => newYorkDay(t, 0), true],
  ['NY_OPEN', (t) => newYorkDay(t, 8.5 * HOUR), true],
]

const SESSIONS: readonly (readonly [name: string, from: number, to: number])[] = [
  ['ASIAN', 18 * HOUR, 26 * HOUR],
  ['LONDON', 3 * HOUR, 12 * HOUR],
  ['NY_AM', 8.5 * HOUR, 12 * HOUR],
  ['NY_PM', 13 * HOUR, 17 * HOUR],
]

const PREVIOUS: readonly (readonly [name: string, periodOf: (t: number) => Period])[] = [
  ['PREV_DAY', tradingDay],
  ['PREV_WEEK', tradingWeek],
]

/** Every level type there is. */
export const LEVEL_TYPES: readonly string[] = [
  ...OPENS.map(([name]) => name),
  ...SESSIONS.flatMap(([name]) => [`${name}_HIGH`, `${name}_LOW`]),
  ...PREVIOUS.flatMap(([name]) => [`${name}_HIGH`, `${name}_LOW`]),
]

/** What makes a row: everything but `timestamp` and the rounding, which are the same for all. */
type Level = Omit<NaiveLevel, 'timestamp'>

/** Tells the levels that are current when `t` is the open of the last bar fed. Looks at no bar after `t`. */
type CurrentAt = (t: number, asOf: number) => readonly Level[]

/** Sorts the bars into periods once, and gives back what is current at each of them. */
function levelsOf(bars: readonly Bar[], options: ReferenceOptions): CurrentAt {
  const { openTolerance = 15 } = options
  const begins = historyBegins(bars, options)
  const isWhole = (period: Period): boolean => begins <= period.start

  const opens = OPENS.map(([level_type, periodOf, tolerated]): CurrentAt => {
    const withRow = groupByPeriod(bars, periodOf).filter(
      (group) => isWhole(group) && (!tolerated || group.first.time - group.start <= openTolerance * MINUTE),
    )
    return (t) => {
      const period = latestGroup(withRow, t)
      if (period === undefined) return []
      const { start, end, first } = period
      return [
        {
          level_type,
          period_start: start,
          period_end: end,
          price: first.open,
          complete: true,
          confirmed_at: closeOf(first, options),
        },
      ]
    }
  })

  const sessions = SESSIONS.map(([name, from, to]): CurrentAt => {
    const withRow = groupByPeriod(bars, (t) => newYorkSession(t, from, to)).filter(isWhole)
    return (t, asOf) => {
      const session = latestGroup(withRow, t)
      if (session === undefined) return []
      const soFar = session.bars.filter((bar) => bar.time <= t)
      const { start, end } = session
      const complete = asOf >= end
      const row = { period_start: start, period_end: end, complete, confirmed_at: complete ? end : null }
      return [
        { level_type: `${name}_HIGH`, ...row, price: highest(soFar) },
        { level_type: `${name}_LOW`, ...row, price: lowest(soFar) },
      ]
    }
  })

  const previous = PREVIOUS.map(([name, periodOf]): CurrentAt => {
    const groups = groupByPeriod(bars, periodOf)
    return (t) => {
      const now = latestGroup(groups, t)
      const before = now === undefined ? undefined : groups[groups.indexOf(now) - 1]
      if (now === undefined || before === undefined || !isWhole(before)) return []
      const { start, end, high, low } = before
      const row = { period_start: start, period_end: end, complete: true, confirmed_at: closeOf(now.first, options) }
      return [
        { level_type: `${name}_HIGH`, ...row, price: high },
        { level_type: `${name}_LOW`, ...row, price: low },
      ]
    }
  })

  const all = [...opens, ...sessions, ...previous]
  return (t, asOf) => all.flatMap((currentAt) => currentAt(t, asOf))
}

function rowsOf(levels: readonly Level[], last: Bar, options: ReferenceOptions): NaiveLevel[] {
  const timestamp = closeOf(last, options)
  return levels.map((level) => ({ ...level, price: rounded(level.price, options), timestamp }))
}

/** The current set: the rows at one asOf. */
export function currentLevelsNaive(bars: readonly Bar[], options: ReferenceOptions = {}): NaiveLevel[] {
  const last = bars.at(-1)
  return last === undefined ? [] : rowsOf(levelsOf(bars, options)(last.time, asOfOf(bars, options)), last, options)
}

/** The current set after each bar, with the clock at that bar's close. */
export function* currentLevelsByBar(bars: readonly Bar[], options: ReferenceOptions = {}): Generator<NaiveLevel[]> {
  const currentAt = levelsOf(bars, options)
  for (const bar of bars) yield rowsOf(currentAt(bar.time, closeOf(bar, options)), bar, options)
}

/** The history: every row that was current after some bar, each with its last values. */
export function referenceLevelsNaive(bars: readonly Bar[], options: ReferenceOptions = {}): NaiveLevel[] {
  const history = new Map<string, NaiveLevel>()
  for (const current of currentLevelsByBar(bars, options)) {
    for (const level of current) history.set(`${level.level_type} ${level.period_start}`, level)
  }
  // A session completes by the clock, also when no later bar came.
  const asOf = asOfOf(bars, options)
  return [...history.values()].map((level) =>
    level.complete || asOf < level.period_end ? level : { ...level, complete: true, confirmed_at: level.period_end },
  )
}
