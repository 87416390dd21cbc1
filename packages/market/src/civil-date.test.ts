import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { dateOf, easterSunday, lastWeekday, nthWeekday, SUNDAY, weekdayOf, yearOf } from './civil-date.ts'
import { formatDate } from './trading-day.ts'

const years = fc.integer({ min: 1583, max: 4099 })
const months = fc.integer({ min: 1, max: 12 })
const weekdays = fc.integer({ min: 0, max: 6 })

/** The dates of a month on one weekday, found by looking at each. */
function such(year: number, month: number, weekday: number): number[] {
  const days = Array.from({ length: 31 }, (_, i) => new Date(Date.UTC(year, month - 1, i + 1)))
  return days
    .filter((day) => day.getUTCMonth() === month - 1 && day.getUTCDay() === weekday)
    .map((day) => day.getTime() / 86_400_000)
}

const div = (a: number, b: number): number => Math.floor(a / b)

/** The anonymous Gregorian computus as J. Meeus prints it, month and day by arithmetic alone. */
function computus(year: number): string {
  const [a, b, c] = [year % 19, div(year, 100), year % 100]
  const h = (19 * a + b - div(b, 4) - div(b - div(b + 8, 25) + 1, 3) + 15) % 30
  const l = (32 + 2 * (b % 4) + 2 * div(c, 4) - h - (c % 4)) % 7
  const m = div(a + 11 * h + 22 * l, 451)
  const sum = h + l - 7 * m + 114
  return formatDate(dateOf(year, div(sum, 31), (sum % 31) + 1))
}

describe('dates', () => {
  it('have the year and the weekday that the platform gives them', () => {
    fc.assert(
      fc.property(fc.integer({ min: -200_000, max: 200_000 }), (date) => {
        const day = new Date(date * 86_400_000)
        expect(yearOf(date)).toBe(day.getUTCFullYear())
        expect(weekdayOf(date)).toBe(day.getUTCDay())
        expect(dateOf(day.getUTCFullYear(), day.getUTCMonth() + 1, day.getUTCDate())).toBe(date)
      }),
    )
  })

  it('are found by weekday and place in the month', () => {
    fc.assert(
      fc.property(years, months, weekdays, fc.integer({ min: 1, max: 4 }), (year, month, weekday, n) => {
        const dates = such(year, month, weekday)
        expect(nthWeekday(year, month, weekday, n)).toBe(dates[n - 1])
        expect(lastWeekday(year, month, weekday)).toBe(dates.at(-1))
      }),
    )
  })
})

describe('Easter Sunday', () => {
  it.each([
    // The earliest and the latest there are
    '1818-03-22',
    '1943-04-25',
    '2038-04-25',
    '2285-03-22',
    // Full moons moved forward
    '1954-04-18',
    '1981-04-19',
    '2049-04-18',
    '2076-04-19',
    // As published for the years around now
    '2018-04-01',
    '2019-04-21',
    '2020-04-12',
    '2021-04-04',
    '2022-04-17',
    '2023-04-09',
    '2024-03-31',
    '2025-04-20',
    '2026-04-05',
    '2027-03-28',
    '2028-04-16',
    '2035-03-25',
  ])('is %s', (date) => {
    expect(formatDate(easterSunday(Number(date.slice(0, 4))))).toBe(date)
  })

  it('is that of the computus in every year from 1583', () => {
    for (let year = 1583; year < 10_000; year++) {
      expect(formatDate(easterSunday(year))).toBe(computus(year))
      expect(weekdayOf(easterSunday(year))).toBe(SUNDAY)
    }
  })
})
