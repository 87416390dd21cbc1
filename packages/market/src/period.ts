import type { Period } from './trading-day.ts'

const MINUTE = 60_000

/** The part of a period that lies in another one; `undefined` when they only touch or lie apart. */
export function overlap(a: Period, b: Period): Period | undefined {
  const start = Math.max(a.start, b.start)
  const end = Math.min(a.end, b.end)
  return start < end ? { start, end } : undefined
}

/** Periods in order with those that touch or overlap made one. */
export function joined(periods: readonly Period[]): Period[] {
  const result: Period[] = []
  for (const period of periods.toSorted((a, b) => a.start - b.start)) {
    const last = result.at(-1)
    if (last === undefined || period.start > last.end) result.push(period)
    else result[result.length - 1] = { start: last.start, end: Math.max(last.end, period.end) }
  }
  return result
}

/** Periods without what lies in `hole`. */
export function without(periods: readonly Period[], hole: Period): Period[] {
  return periods.flatMap(({ start, end }) =>
    [
      { start, end: Math.min(end, hole.start) },
      { start: Math.max(start, hole.end), end },
    ].filter((part) => part.start < part.end),
  )
}

/** How many minutes of the clock lie wholly in a period. */
export function wholeMinutes({ start, end }: Period): number {
  return Math.max(0, Math.floor(end / MINUTE) - Math.ceil(start / MINUTE))
}
