import { LEVEL_TYPES, type LevelType } from '@openpredict/calculators'
import type { Store } from '@openpredict/store'

const MINUTE = 60_000
const DAY = 1_440 * MINUTE
/** A month, and a week that may be closed. */
const LOOKED_AT_DAYS = 40
/** A level that was current for the newest bar, or for one shortly before it. */
const CURRENT_MS = 10 * MINUTE

/** Days of history after which a level is there whatever the calendar; less may do. */
const NEEDED_DAYS: Readonly<Partial<Record<LevelType, number>>> = {
  MONTHLY_OPEN: 31,
  WEEKLY_OPEN: 12,
  WEEK_SESSION_OPEN: 12,
  PREV_WEEK_HIGH: 19,
  PREV_WEEK_LOW: 19,
}
/** Of the others: a day, and the longest weekend. */
const NEEDED_BY_DEFAULT = 5

const SESSIONS: readonly LevelType[] = ['ASIAN_HIGH', 'LONDON_HIGH', 'NY_AM_HIGH', 'NY_PM_HIGH']

/** How many reference levels are known now. */
export interface LevelCoverage {
  /** Types of levels that are current for the newest bar. */
  readonly known: number
  /** Types that the stored history is long enough for. */
  readonly expected: number
  /** Trading sessions among those that are known. */
  readonly sessions: number
}

/** Counts the types of reference levels that a store knows for its newest bar; `undefined` without bars. Reads 40 days of levels: a few milliseconds. */
export async function levelCoverage(
  store: Pick<Store, 'readRows' | 'newestBar' | 'oldestBar'>,
  instrument: string,
): Promise<LevelCoverage | undefined> {
  const [newest, oldest] = [await store.newestBar(instrument), await store.oldestBar(instrument)]
  if (newest === undefined || oldest === undefined) return undefined
  const [coarse] = await store.readRows('ohlc_history', { instrument, limit: 1 })
  const days = (newest.time - Math.min(oldest.time, coarse?.timestamp ?? oldest.time)) / DAY
  const rows = await store.readRows('reference_levels', { instrument, from: newest.time - LOOKED_AT_DAYS * DAY })
  const current = new Set(
    rows.flatMap(({ level_type, timestamp }) => (timestamp >= newest.time + MINUTE - CURRENT_MS ? [level_type] : [])),
  )
  return {
    known: current.size,
    // One that is known is never more than was to be expected.
    expected: LEVEL_TYPES.filter((type) => current.has(type) || days >= (NEEDED_DAYS[type] ?? NEEDED_BY_DEFAULT))
      .length,
    sessions: SESSIONS.filter((type) => current.has(type)).length,
  }
}
