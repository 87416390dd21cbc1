import type { Row } from '@openpredict/store'

/** A price that traders watch. */
export interface NearbyLevel {
  /** `PREV_DAY_HIGH`, or of a pivot `DAILY R1`. */
  readonly name: string
  readonly price: number
  /** The start of its period, epoch ms. */
  readonly since: number
  /** Its period still runs: the price may still change. */
  readonly isRunning: boolean
}

/** Levels on both sides of a price, the nearest first. */
export interface NearbyLevels {
  readonly above: readonly NearbyLevel[]
  /** Those at the price among them. */
  readonly below: readonly NearbyLevel[]
}

/**
 * The levels that hold now, by their distance to a price. Of each type of level, and of each pivot, the one of the latest
 * period holds, until a later one has a row. Without a price there are none.
 *
 * @example
 * ```ts
 * nearbyLevels({ levels: [], pivots: [], price: 18_700 }) // => { above: [], below: [] }
 * ```
 */
export function nearbyLevels(options: {
  readonly levels: readonly Row<'reference_levels'>[]
  readonly pivots: readonly Row<'fibonacci_pivots'>[]
  readonly price: number | undefined
}): NearbyLevels {
  const { levels, pivots, price } = options
  if (price === undefined) return { above: [], below: [] }
  const all = [
    ...latestOf(levels, ({ level_type }) => level_type).map(({ row, name }) => ({
      ...row,
      name,
      isRunning: !row.complete,
    })),
    ...latestOf(pivots, ({ period, level }) => `${period} ${level}`).map(({ row, name }) => ({
      ...row,
      name,
      isRunning: false,
    })),
  ].map(({ name, price: at, period_start: since, isRunning }): NearbyLevel => ({ name, price: at, since, isRunning }))
  const near = all.toSorted(
    (a, b) => Math.abs(a.price - price) - Math.abs(b.price - price) || (a.name < b.name ? -1 : 1),
  )
  return { above: near.filter((level) => level.price > price), below: near.filter((level) => level.price <= price) }
}

/** Of each name the row of the latest period. */
function latestOf<R extends { readonly period_start: number }>(
  rows: readonly R[],
  nameOf: (row: R) => string,
): readonly { readonly name: string; readonly row: R }[] {
  const latest = new Map<string, R>()
  for (const row of rows) {
    const known = latest.get(nameOf(row))
    if (known === undefined || row.period_start > known.period_start) latest.set(nameOf(row), row)
  }
  return [...latest].map(([name, row]) => ({ name, row }))
}
