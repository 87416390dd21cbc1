import { type CycleRow, isGood, isLong, measureOf } from '../service-levels/cycle-row.ts'

/** More points than this cannot be told apart on a screen. */
const MOST_POINTS = 1_500

/** What charts are drawn from: columns of equal length, times in epoch ms, ascending. */
export interface Timeline {
  readonly cycles: {
    readonly time: readonly number[]
    readonly durationMs: readonly number[]
    readonly succeeded: readonly boolean[]
  }
  readonly memory: { readonly time: readonly number[]; readonly bytes: readonly number[] }
  /** How far the newest bar lay behind what the source could have, by symbol. */
  readonly lag: Readonly<Record<string, { readonly time: readonly number[]; readonly ms: readonly number[] }>>
}

interface Point {
  readonly time: number
  readonly value: number
  readonly good: boolean
}

/**
 * The cycles of a window as points. Where there are more than a screen has room for, the highest of each stretch stays:
 * a chart hides no slow cycle. Cold starts are left out of the cycle times.
 */
export function timelineOf(
  bySymbol: Readonly<Record<string, readonly CycleRow[]>>,
  window: { readonly from: number; readonly to: number },
): Timeline {
  const all = Object.values(bySymbol).flat()
  const points = (rows: readonly CycleRow[], value: (row: CycleRow) => number | undefined): readonly Point[] =>
    thinned(
      rows.flatMap((row) => {
        const its = value(row)
        return its === undefined ? [] : [{ time: row.started_at, value: its, good: isGood(row) }]
      }),
      window,
    )
  const cycles = points(
    all.filter((row) => !isLong(row)),
    ({ duration_ms: ms }) => ms,
  )
  const memory = points(all, (row) => measureOf(row, 'process_memory_bytes'))
  return {
    cycles: {
      time: cycles.map(({ time }) => time),
      durationMs: cycles.map(({ value }) => value),
      succeeded: cycles.map(({ good }) => good),
    },
    memory: { time: memory.map(({ time }) => time), bytes: memory.map(({ value }) => value) },
    lag: Object.fromEntries(
      Object.entries(bySymbol).map(([symbol, rows]) => {
        const its = points(rows, (row) => measureOf(row, 'lag_ms'))
        return [symbol, { time: its.map(({ time }) => time), ms: its.map(({ value }) => value) }]
      }),
    ),
  }
}

function thinned(
  points: readonly Point[],
  { from, to }: { readonly from: number; readonly to: number },
): readonly Point[] {
  const sorted = points.toSorted((a, b) => a.time - b.time)
  if (sorted.length <= MOST_POINTS) return sorted
  const step = (to - from) / MOST_POINTS
  const slots = Map.groupBy(sorted, ({ time }) => Math.floor((time - from) / step))
  return [...slots.values()].flatMap((slot) => {
    const highest = slot.reduce((most, point) => (point.value > most.value ? point : most))
    return [{ ...highest, good: slot.every(({ good }) => good) }]
  })
}
