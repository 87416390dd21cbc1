import { type BarSeries, formatInstant, intervalMs } from '@openpredict/market'

import { CalculatorError } from '../errors.ts'
import { Position } from '../internal/position.ts'
import type { Kept } from './kept-bars.ts'
import type { Stretch } from './portion.ts'

/** Here only order and prices are checked; the grid is that of the bars in whose place a bar comes. */
const ANY_GRID = 1

/**
 * Throws a `CalculatorError` for the first of the bars that cannot be revised: one that cannot be, that is not closed, or
 * that lies before or between the bars that are kept in a way that they do not allow. Gives what is kept otherwise.
 */
export function checkRevision(bars: BarSeries, asOf: number | undefined, kept: Kept | undefined): Kept {
  new Position({ interval: ANY_GRID, historyStart: undefined }).check(bars, 0, bars.length)
  for (const [index, time] of bars.time.entries()) {
    const { problem, earliest } = problemOf(time, asOf, kept)
    if (problem === undefined) continue
    const message = `bar ${index} (${formatInstant(time)}) cannot be revised: ${problem}`
    throw new CalculatorError(message, { kind: 'revision', time, earliest, problem })
  }
  return kept as Kept
}

function problemOf(
  time: number,
  asOf: number | undefined,
  kept: Kept | undefined,
): { readonly problem?: string; readonly earliest: number | undefined } {
  const earliest = kept?.earliest
  if (asOf === undefined) return { problem: 'there is no bar yet; feed it', earliest }
  if (kept === undefined) return { problem: 'no bars are kept; say so with the option revisable', earliest }
  if (earliest !== undefined && time < earliest) {
    return { problem: `bars are kept from ${formatInstant(earliest)} on; the option revisable says how many`, earliest }
  }
  const index = Math.max(
    0,
    kept.stretches.findLastIndex(({ bars }) => (bars.time[0] as number) <= time),
  )
  const length = intervalMs((kept.stretches[index] as Stretch).interval)
  const next = kept.stretches[index + 1]?.bars.time[0] ?? Number.POSITIVE_INFINITY
  if (time % length !== 0)
    return { problem: `bars are ${length / 1000} s long there, and begin at whole multiples`, earliest }
  if (time + length > next)
    return { problem: `it reaches over the open of the bar at ${formatInstant(next)}`, earliest }
  if (time + length > asOf) return { problem: `it has not closed by ${formatInstant(asOf)}; feed it`, earliest }
  return { earliest }
}
