import { type Bar, formatInstant, parseInstant } from '@openpredict/market'

import type { LevelType } from '../src/reference-levels/level-types.ts'
import { ReferenceLevels, type ReferenceLevelsOptions } from '../src/reference-levels/reference-levels.ts'
import type { ReferenceLevelRow } from '../src/reference-levels/row.ts'

const at = (time: number | null): string => (time === null ? 'null' : formatInstant(time).slice(5, 16))

/** Rows of some level types as text: price, period, whether complete, timestamp and confirmation, UTC. */
export function shown(rows: readonly ReferenceLevelRow[], ...types: readonly LevelType[]): readonly string[] {
  return rows
    .filter(({ level_type }) => types.includes(level_type))
    .map(
      ({ price, period_start, period_end, complete, timestamp, confirmed_at }) =>
        `${price} ${at(period_start)}/${at(period_end)} ${complete} ${at(timestamp)} ${at(confirmed_at)}`,
    )
}

/** The prices of rows of some level types. */
export function pricesOf(rows: readonly ReferenceLevelRow[], ...types: readonly LevelType[]): readonly number[] {
  return rows.filter(({ level_type }) => types.includes(level_type)).map(({ price }) => price)
}

/** A calculator that has taken bars. */
export function fedLevels(bars: readonly Bar[], options?: ReferenceLevelsOptions): ReferenceLevels {
  const levels = new ReferenceLevels(options)
  levels.feed(bars)
  return levels
}

/** A vouched-for history that is long enough for every period. */
export const LONG_AGO: { readonly historyStart: number } = { historyStart: parseInstant('2020-01-01') }
