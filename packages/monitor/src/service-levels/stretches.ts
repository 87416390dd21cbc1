import { summaryOf } from '../statistics/summary.ts'
import { type CycleRow, isLong, measuresOf } from './cycle-row.ts'
import { countCycles, type CycleCounts } from './success.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** The lengths that a window is cut into, the shortest that gives few enough. */
const LENGTHS: readonly number[] = [MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 6 * HOUR, DAY, 7 * DAY, 28 * DAY]
const MOST_STRETCHES = 48

/** What happened in a stretch of a window. */
export interface Stretch extends CycleCounts {
  /** Epoch ms; the end is not included. */
  readonly start: number
  readonly end: number
  /** Of the cycle times without cold starts, ms. */
  readonly p50Ms?: number | undefined
  readonly p95Ms?: number | undefined
  readonly maxMs?: number | undefined
  readonly barsFetched: number
  readonly barsNew: number
  /** The farthest that the newest bar lay behind what the source could have. */
  readonly lagWorstMs?: number | undefined
  /** The most memory that a process held. */
  readonly memoryMaxBytes?: number | undefined
  readonly retries: number
}

/** The length of the stretches that a window is told in: an hour for a day, less for less. */
function stretchLength(windowMs: number): number {
  return LENGTHS.find((ms) => windowMs / ms <= MOST_STRETCHES) ?? Math.ceil(windowMs / MOST_STRETCHES)
}

/** A window in stretches of the clock (whole hours of UTC, for a day); those without a cycle, too. */
export function stretchesOf(
  rows: readonly CycleRow[],
  { from, to }: { readonly from: number; readonly to: number },
): readonly Stretch[] {
  const length = stretchLength(to - from)
  const groups = Map.groupBy(rows, ({ started_at: at }) => Math.floor(at / length) * length)
  const stretches: Stretch[] = []
  for (let start = Math.floor(from / length) * length; start < to; start += length) {
    const its = groups.get(start) ?? []
    const times = summaryOf(its.filter((row) => !isLong(row)).map(({ duration_ms: ms }) => ms))
    stretches.push({
      start: Math.max(start, from),
      end: Math.min(start + length, to),
      ...countCycles(its),
      p50Ms: times?.median,
      p95Ms: times?.p95,
      maxMs: times?.max,
      barsFetched: its.reduce((sum, { bars_fetched: bars }) => sum + bars, 0),
      barsNew: its.reduce((sum, { bars_new: bars }) => sum + bars, 0),
      lagWorstMs: summaryOf(measuresOf(its, 'lag_ms'))?.max,
      memoryMaxBytes: summaryOf(measuresOf(its, 'process_memory_bytes'))?.max,
      retries: measuresOf(its, 'retries').reduce((sum, n) => sum + n, 0),
    })
  }
  return stretches
}
