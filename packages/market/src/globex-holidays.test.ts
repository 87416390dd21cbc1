import { describe, expect, it } from 'vitest'

import { weekdayOf } from './civil-date.ts'
import { globexHolidays } from './globex-holidays.ts'
import { formatDate } from './trading-day.ts'

const HOUR = 3_600_000

/** The holidays of a year as `MM-DD name close`, in order. */
function listed(year: number): string[] {
  return [...globexHolidays(year)]
    .toSorted(([a], [b]) => a - b)
    .map(([date, { name, close, trades }]) => {
      const hours = close === undefined ? 'closed' : new Date(close).toISOString().slice(11, 16)
      return `${formatDate(date).slice(5)} ${name} ${hours}${close !== undefined && !trades ? ' (not traded)' : ''}`
    })
}

const dateOfHoliday = (year: number, name: string): string | undefined =>
  [...globexHolidays(year)].filter(([, holiday]) => holiday.name === name).map(([date]) => formatDate(date))[0]

describe('the holidays of CME equity-index futures', () => {
  it('are these in a year without anything special', () => {
    expect(listed(2019)).toEqual([
      "01-01 New Year's Day closed",
      '01-21 Martin Luther King Day 13:00',
      "02-18 Presidents' Day 13:00",
      '04-19 Good Friday closed',
      '05-27 Memorial Day 13:00',
      '07-03 the eve of Independence Day 13:15',
      '07-04 Independence Day 13:00',
      '09-02 Labor Day 13:00',
      '11-28 Thanksgiving Day 13:00',
      '11-29 the day after Thanksgiving 13:15',
      '12-24 Christmas Eve 13:15',
      '12-25 Christmas Day closed',
    ])
  })

  it('are these in 2035', () => {
    expect(listed(2035)).toEqual([
      "01-01 New Year's Day closed",
      '01-15 Martin Luther King Day 13:00',
      "02-19 Presidents' Day 13:00",
      '03-23 Good Friday 09:15 (not traded)',
      '05-28 Memorial Day 13:00',
      '06-19 Juneteenth 13:00',
      '07-03 the eve of Independence Day 13:15',
      '07-04 Independence Day 13:00',
      '09-03 Labor Day 13:00',
      '11-22 Thanksgiving Day 13:00',
      '11-23 the day after Thanksgiving 13:15',
      '12-24 Christmas Eve 13:15',
      '12-25 Christmas Day closed',
    ])
  })

  it('hold days of mourning', () => {
    expect(listed(2018)).toContain('12-05 the day of mourning for George H. W. Bush 09:30')
    expect(listed(2025)).toContain('01-09 the day of mourning for Jimmy Carter 09:30')
    expect([2017, 2019, 2024, 2026].flatMap(listed).filter((line) => line.includes('mourning'))).toEqual([])
  })

  it('know Juneteenth from 2022, on Monday after a Sunday and on Friday before a Saturday', () => {
    expect([2020, 2021, 2022, 2023, 2024, 2027].map((year) => dateOfHoliday(year, 'Juneteenth'))).toEqual([
      undefined,
      undefined,
      '2022-06-20',
      '2023-06-19',
      '2024-06-19',
      '2027-06-18',
    ])
  })

  it('move New Year from Sunday to Monday and not from Saturday, so that 31 December stays a full session', () => {
    expect([2022, 2023, 2024, 2028].map((year) => dateOfHoliday(year, "New Year's Day"))).toEqual([
      '2022-01-01',
      '2023-01-02',
      '2024-01-01',
      '2028-01-01',
    ])
  })

  it('move Independence Day and Christmas to the nearest weekday', () => {
    expect([2020, 2021, 2024, 2026].map((year) => dateOfHoliday(year, 'Independence Day'))).toEqual([
      '2020-07-03',
      '2021-07-05',
      '2024-07-04',
      '2026-07-03',
    ])
    expect([2021, 2022, 2023, 2027].map((year) => dateOfHoliday(year, 'Christmas Day'))).toEqual([
      '2021-12-24',
      '2022-12-26',
      '2023-12-25',
      '2027-12-24',
    ])
  })

  it('have an eve only where it is a weekday right before the holiday itself', () => {
    const years = [2017, 2018, 2019, 2020, 2021, 2022, 2023, 2024, 2025]
    expect(years.map((year) => dateOfHoliday(year, 'the eve of Independence Day')?.slice(5))).toEqual(
      // Tuesday, Wednesday, Thursday, Saturday, Sunday, Monday, Tuesday, Thursday, Friday
      ['07-03', '07-03', '07-03', undefined, undefined, undefined, '07-03', '07-03', '07-03'],
    )
    expect(years.map((year) => dateOfHoliday(year, 'Christmas Eve')?.slice(5))).toEqual(
      // Monday, Tuesday, Wednesday, Friday, Saturday, Sunday, Monday, Wednesday, Thursday
      [undefined, '12-24', '12-24', '12-24', undefined, undefined, undefined, '12-24', '12-24'],
    )
  })

  it('trade on Good Friday when it is the first Friday of April, the day of the jobs report', () => {
    const traded = Array.from({ length: 38 }, (_, i) => 2010 + i).filter((year) =>
      [...globexHolidays(year).values()].some(({ name, trades }) => name === 'Good Friday' && trades),
    )
    expect(traded).toEqual([2010, 2012, 2015, 2021, 2023, 2026, 2034, 2037, 2042, 2045])
  })

  it('list a Good Friday session in every year from 2023', () => {
    expect(
      [2018, 2020, 2021, 2022, 2023, 2024, 2025, 2026].flatMap(listed).filter((line) => line.includes('Good Friday')),
    ).toEqual([
      '03-30 Good Friday closed',
      '04-10 Good Friday closed',
      '04-02 Good Friday 09:15',
      '04-15 Good Friday closed',
      '04-07 Good Friday 09:15',
      '03-29 Good Friday 09:15 (not traded)',
      '04-18 Good Friday 09:15 (not traded)',
      '04-03 Good Friday 09:15',
    ])
  })

  it('never hide one another, and fall on weekdays but for New Year on a Saturday', () => {
    for (let year = 1987; year < 2200; year++) {
      const holidays = [...globexHolidays(year)]
      const eves = holidays.filter(([, { name }]) => /eve/i.test(name)).length
      const mourning = holidays.filter(([, { name }]) => name.includes('mourning')).length
      expect(holidays).toHaveLength(10 + (year >= 2022 ? 1 : 0) + eves + mourning)
      for (const [date, { name, close }] of holidays) {
        expect([1, 2, 3, 4, 5, ...(name === "New Year's Day" ? [6] : [])]).toContain(weekdayOf(date))
        expect([undefined, 9.25 * HOUR, 9.5 * HOUR, 13 * HOUR, 13.25 * HOUR]).toContain(close)
        expect(formatDate(date).slice(0, 4)).toBe(String(year))
      }
    }
  })
})
