import type { Calendar } from './calendar.ts'
import { joined, wholeMinutes, without } from './period.ts'
import { type Period, tradingDate, tradingDay } from './trading-day.ts'

/** The calendar of an instrument that trades around the clock, but for the given closures. Its sessions are trading days. */
export function alwaysOpenBut(closures: readonly Period[]): Calendar {
  const closed = joined(closures)
  const closureAt = (time: number): Period | undefined => closed.find(({ start, end }) => start <= time && time < end)
  const openPeriods = (from: number, to: number): Period[] =>
    closed.reduce<Period[]>(without, from < to ? [{ start: from, end: to }] : [])

  return {
    isOpen: (time) => closureAt(time) === undefined,
    nextOpen: (time) => closureAt(time)?.end ?? time,
    nextClose: (time) => Math.max(time, closed.find(({ end }) => time < end)?.start ?? Number.POSITIVE_INFINITY),
    openPeriods,
    openMinutes: (from, to) => openPeriods(from, to).reduce((sum, period) => sum + wholeMinutes(period), 0),
    sessionOf: (time) => ({ label: tradingDate(time), ...tradingDay(time) }),
  }
}
