import { type Calendar, calendarOf, type Instrument } from '@openpredict/market'
import { type FeatureTableName, type Store, TABLES, type WaitOptions } from '@openpredict/store'

import { validateQuality } from '../quality/validate-quality.ts'
import { type MissingStretch, missingStretches } from '../service-levels/missing-stretches.ts'

const MINUTE = 60_000
const DAY = 1_440 * MINUTE
/** The longest that a level lives is a month. */
const LEVEL_DAYS = 35

/** The tables that the calculators fill. */
const COUNTED: readonly FeatureTableName[] = [
  'reference_levels',
  'fibonacci_pivots',
  'liquidity_events',
  'fvg',
  'hourly_blocks',
  'market_structure',
]

/** What is stored of an instrument for a window. */
export interface DataFigures {
  /** Bars of the window, as far as the source could have given them by now. */
  readonly bars: number
  /** Open minutes that it could have given. */
  readonly minutesExpected: number
  /** Those of them that it was asked for and did not have. */
  readonly minutesAbsent: number
  /** `bars` of `minutesExpected`, 0 to 1; absent where none were expected. */
  readonly completeness?: number | undefined
  /** Composite score, 0 to 100, as `validate` tells it; absent where nothing could be judged. */
  readonly qualityScore?: number | undefined
  /** The open time of the newest bar before the window's end, epoch ms. */
  readonly newestBar?: number | undefined
  /** How long before the window's end that bar closed, whatever the delay and the trading hours. */
  readonly newestBarAgeMs?: number | undefined
  /** Whether bars could come in within the window. */
  readonly marketOpen: boolean
  readonly levelTypes: number
  readonly levelTypesKnown: number
  /** Sessions that the window touches, and those with at least one bar in it. */
  readonly sessions: number
  readonly sessionsWithBars: number
  /** Rows of the window by table. */
  readonly rows: Readonly<Record<FeatureTableName, number>>
  readonly missing: readonly MissingStretch[]
}

/** Looks at what is stored of an instrument in a window; `now` is when, epoch ms. */
export async function dataFigures(
  store: Store,
  instrument: Instrument,
  { from, to, now }: { readonly from: number; readonly to: number; readonly now: number },
  wait: WaitOptions = {},
): Promise<DataFigures> {
  const { symbol, delayMs } = instrument
  const calendar = calendarOf(instrument)
  const window = { instrument: symbol, from, to }
  const { minutes, score } = await validateQuality({ store, instrument, from, to, now, findings: 0, ...wait })
  const newest = await store.newestBar(symbol, wait)
  const bars = await store.readBars(window, wait)
  // Of a window of the past, what came after it says nothing.
  const newestBar = newest === undefined || newest.time < to ? newest?.time : bars.time[bars.length - 1]
  const missing = await store.readRows('missing_minutes', window, wait)
  const lived = { instrument: symbol, from: to - LEVEL_DAYS * DAY, to }
  const levels = await store.readRows('reference_levels', lived, wait)
  const withBars = new Set(Array.from(bars.time, (time) => calendar.sessionOf(time)?.label))
  const counts: [string, number][] = []
  for (const table of COUNTED) counts.push([table, (await store.readRows(table, window, wait)).length])
  const sessions = sessionsIn(calendar, from, to)
  // A bar has closed a minute after it opened, and is shown after the delay.
  const shift = delayMs + MINUTE
  return {
    bars: minutes.bars,
    minutesExpected: minutes.expected,
    minutesAbsent: minutes.absentAtSource,
    completeness: minutes.ratio,
    qualityScore: score,
    newestBar,
    newestBarAgeMs: newestBar === undefined ? undefined : Math.max(0, to - newestBar - MINUTE),
    marketOpen: calendar.openMinutes(from - shift, to - shift) > 0,
    levelTypes: new Set(levels.map(({ level_type: type }) => type)).size,
    levelTypesKnown: TABLES.reference_levels.columns.level_type.values.length,
    sessions: sessions.length,
    sessionsWithBars: sessions.filter((label) => withBars.has(label)).length,
    rows: Object.fromEntries(counts) as DataFigures['rows'],
    missing: missingStretches(missing),
  }
}

/** The labels of the sessions with open time in a window. */
function sessionsIn(calendar: Calendar, from: number, to: number): readonly (number | undefined)[] {
  const labels = new Set<number | undefined>()
  for (const { start, end } of calendar.openPeriods(from, to)) {
    // No session is shorter than this.
    for (let at = start; at < end; at += 30 * MINUTE) labels.add(calendar.sessionOf(at)?.label)
  }
  return [...labels]
}
