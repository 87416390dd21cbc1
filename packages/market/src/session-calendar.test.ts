import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { MarketError } from './errors.ts'
import { globexHours } from './globex-hours.ts'
import { type DayHours, SessionCalendar } from './session-calendar.ts'
import { formatDate, type Period, tradingDate } from './trading-day.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

const calendar = new SessionCalendar(globexHours)
/** The same days in one list, to be searched from its beginning. */
const days: readonly DayHours[] = [2019, 2020, 2021, 2022, 2023].flatMap(globexHours)
const open: readonly Period[] = days.flatMap((day) => day.open)
/** Times well within those years, so that what comes next is in the list, too; half of them on the minute. */
const times = fc
  .tuple(fc.integer({ min: Date.UTC(2019, 5, 1), max: Date.UTC(2022, 5, 1) }), fc.boolean())
  .map(([time, whole]) => (whole ? time - (time % MINUTE) : time))
/** Instants around which the market opens or closes, and just beside them. */
const edges = fc
  .tuple(
    fc.constantFrom(...open.slice(200, -600).flatMap(({ start, end }) => [start, end])),
    fc.constantFrom(-MINUTE, -1, 0, 1, MINUTE),
  )
  .map(([edge, beside]) => edge + beside)
const anyTime = fc.oneof(times, edges)

function minutesOfYears(from: number, to: number): number {
  return calendar.openMinutes(Date.UTC(from, 0, 1), Date.UTC(to, 0, 1))
}

function total(hours: readonly DayHours[]): number {
  return hours.flatMap((day) => day.open).reduce((sum, { start, end }) => sum + (end - start) / MINUTE, 0)
}

describe('a calendar of sessions', () => {
  it('is open in the open hours of its days and not outside', () => {
    fc.assert(
      fc.property(anyTime, (time) => {
        expect(calendar.isOpen(time)).toBe(open.some(({ start, end }) => start <= time && time < end))
      }),
      { numRuns: 1_000 },
    )
  })

  it('opens next where the first open period goes on or begins', () => {
    fc.assert(
      fc.property(anyTime, (time) => {
        const next = open.find(({ end }) => time < end)
        expect(calendar.nextOpen(time)).toBe(Math.max(time, next?.start ?? Number.NaN))
      }),
      { numRuns: 1_000 },
    )
  })

  it('closes next where the open period ends, or is closed already', () => {
    fc.assert(
      fc.property(anyTime, (time) => {
        const period = open.find(({ start, end }) => start <= time && time < end)
        expect(calendar.nextClose(time)).toBe(period?.end ?? time)
      }),
      { numRuns: 1_000 },
    )
  })

  it('cuts its open periods to what is asked', () => {
    fc.assert(
      fc.property(
        anyTime,
        fc.oneof(fc.integer({ min: -DAY, max: 10 * DAY }), fc.constant(400 * DAY)),
        (from, length) => {
          const to = from + length
          const expected = open
            .map(({ start, end }) => ({ start: Math.max(start, from), end: Math.min(end, to) }))
            .filter(({ start, end }) => start < end)
          expect(calendar.openPeriods(from, to)).toEqual(expected)
        },
      ),
    )
  })

  it('counts the open minutes that lie wholly between two instants', () => {
    fc.assert(
      fc.property(anyTime, fc.integer({ min: -HOUR, max: 4 * DAY }), (from, length) => {
        let count = 0
        for (let minute = Math.ceil(from / MINUTE) * MINUTE; minute + MINUTE <= from + length; minute += MINUTE) {
          if (calendar.isOpen(minute)) count++
        }
        expect(calendar.openMinutes(from, from + length)).toBe(count)
      }),
    )
  })

  it('counts the same in one stretch as in two that meet on a minute, over years', () => {
    const minutes = times.map((time) => time - (time % MINUTE))
    fc.assert(
      fc.property(minutes, minutes, minutes, (a, b, c) => {
        const [first = 0, second = 0, third = 0] = [a, b, c].toSorted((x, y) => x - y)
        expect(calendar.openMinutes(first, second) + calendar.openMinutes(second, third)).toBe(
          calendar.openMinutes(first, third),
        )
      }),
    )
  })

  it('counts whole years', () => {
    // The year of the sessions and the year of UTC differ by hours that are closed for New Year.
    expect(minutesOfYears(2024, 2025)).toBe(total(globexHours(2024)))
    // 249 full sessions, 7 that end at 13:00, 3 that end at 13:15.
    expect(minutesOfYears(2024, 2025)).toBe(249 * 1_380 + 7 * 1_140 + 3 * 1_155)
    expect(minutesOfYears(2019, 2024)).toBe(total(days))
    expect(minutesOfYears(2023, 2023)).toBe(0)
    expect(minutesOfYears(2024, 2023)).toBe(0)
  })

  it('names the session that an instant lies in, halts included', () => {
    fc.assert(
      fc.property(anyTime, (time) => {
        const day = days.find(({ session: { start, end } }) => start <= time && time < end)
        expect(calendar.sessionOf(time)).toEqual(day && { label: day.label, ...day.session })
      }),
      { numRuns: 1_000 },
    )
    fc.assert(
      fc.property(anyTime, (time) => {
        const label = calendar.sessionOf(time)?.label ?? tradingDate(time)
        expect(label).toBe(tradingDate(time))
      }),
    )
    const halt = Date.UTC(2019, 6, 16, 20, 20)
    expect(calendar.isOpen(halt)).toBe(false)
    expect(formatDate(calendar.sessionOf(halt)?.label ?? 0)).toBe('2019-07-16')
  })

  it('goes over New Year in both directions', () => {
    const newYear = Date.UTC(2020, 0, 1, 12)
    expect(calendar.nextOpen(newYear)).toBe(Date.UTC(2020, 0, 1, 23))
    expect(calendar.nextOpen(Date.UTC(2019, 11, 31, 22))).toBe(Date.UTC(2020, 0, 1, 23))
    expect(calendar.openPeriods(Date.UTC(2019, 11, 31, 21), Date.UTC(2020, 0, 2))).toEqual([
      { start: Date.UTC(2019, 11, 31, 21), end: Date.UTC(2019, 11, 31, 21, 15) },
      { start: Date.UTC(2019, 11, 31, 21, 30), end: Date.UTC(2019, 11, 31, 22) },
      { start: Date.UTC(2020, 0, 1, 23), end: Date.UTC(2020, 0, 2) },
    ])
  })

  it('makes a year once, when it is first asked for', () => {
    const made: number[] = []
    const lazy = new SessionCalendar((year) => {
      made.push(year)
      return globexHours(year)
    })
    expect(made).toEqual([])
    for (const month of [3, 7, 3]) lazy.isOpen(Date.UTC(2024, month, 1))
    lazy.isOpen(Date.UTC(2023, 3, 1))
    lazy.isOpen(Date.UTC(2024, 3, 1))
    expect(made).toEqual([2024, 2023])
    expect(lazy.openMinutes(Date.UTC(2021, 5, 1), Date.UTC(2024, 5, 1))).toBeGreaterThan(0)
    expect(made).toEqual([2024, 2023, 2021, 2022])
  })

  it('runs on over years without a session and over periods that touch', () => {
    const start = Date.UTC(2024, 11, 31, 22)
    const middle = Date.UTC(2024, 11, 31, 23)
    const end = Date.UTC(2025, 0, 1, 1)
    const label = Date.UTC(2024, 11, 31) / DAY
    const sparse = new SessionCalendar((year): DayHours[] => {
      if (year === 2024) return [{ label, session: { start, end: middle }, open: [{ start, end: middle }] }]
      if (year === 2025) return [{ label: label + 1, session: { start: middle, end }, open: [{ start: middle, end }] }]
      return []
    })
    expect(sparse.nextOpen(Date.UTC(2020, 0, 1))).toBe(start)
    expect(sparse.nextClose(start)).toBe(end)
    expect(sparse.openPeriods(Date.UTC(2020, 0, 1), Date.UTC(2027, 0, 1))).toEqual([{ start, end }])
    expect(sparse.openMinutes(Date.UTC(2020, 0, 1), Date.UTC(2027, 0, 1))).toBe(180)
    expect(sparse.sessionOf(middle - 1)?.label).toBe(label)
    expect(sparse.sessionOf(middle)?.label).toBe(label + 1)
    expect(sparse.sessionOf(end)).toBeUndefined()
  })

  it('ends with the years whose rules are known', () => {
    for (const time of [Date.UTC(1986, 11, 31), Date.UTC(2200, 0, 1), Number.NaN]) {
      expect(() => calendar.isOpen(time)).toThrow(MarketError)
      expect(() => calendar.nextOpen(time)).toThrow(MarketError)
      expect(() => calendar.nextClose(time)).toThrow(MarketError)
      expect(() => calendar.sessionOf(time)).toThrow(MarketError)
      expect(() => calendar.openMinutes(time, Date.UTC(2200, 0, 2))).toThrow(MarketError)
      expect(() => calendar.openPeriods(time, Date.UTC(2200, 0, 2))).toThrow(MarketError)
    }
    expect(() => calendar.nextOpen(Date.UTC(2199, 11, 31, 22))).toThrow(MarketError)
    expect(calendar.isOpen(Date.UTC(1987, 0, 1))).toBe(false)
    expect(calendar.nextOpen(Date.UTC(1987, 0, 1))).toBe(Date.UTC(1987, 0, 1, 23))
    expect(calendar.isOpen(Date.UTC(2199, 11, 31, 21, 59))).toBe(true)
  })
})
