import { describe, expect, it } from 'vitest'

import { weekdayOf } from './civil-date.ts'
import { globexHours } from './globex-hours.ts'
import { newYorkDate, newYorkTimeOfDay } from './new-york-time.ts'
import type { DayHours } from './session-calendar.ts'
import { formatDate, type Period } from './trading-day.ts'

const HOUR = 3_600_000

const day = (date: string): DayHours | undefined =>
  globexHours(Number(date.slice(0, 4))).find(({ label }) => formatDate(label) === date)

/** A period in New York's wall-clock time, `MM-DD HH:MM`. */
function wall({ start, end }: Period): string {
  return `${wallTime(start)} – ${wallTime(end)}`
}

function wallTime(time: number): string {
  const date = new Date(newYorkDate(time) * 24 * HOUR + newYorkTimeOfDay(time)).toISOString()
  return `${date.slice(5, 10)} ${date.slice(11, 16)}`
}

describe('the hours of CME equity-index futures', () => {
  it('run from 18:00 on the evening before until 17:00', () => {
    const tuesday = day('2024-07-16')
    expect(tuesday && wall(tuesday.session)).toBe('07-15 18:00 – 07-16 17:00')
    expect(tuesday?.open).toEqual([tuesday?.session])
    expect(day('2024-07-15')?.session).toEqual({ start: Date.UTC(2024, 6, 14, 22), end: Date.UTC(2024, 6, 15, 21) })
  })

  it('keep New York time over both changes of the clock', () => {
    expect(day('2019-03-11')?.session).toEqual({ start: Date.UTC(2019, 2, 10, 22), end: Date.UTC(2019, 2, 11, 21) })
    expect(day('2019-03-08')?.session).toEqual({ start: Date.UTC(2019, 2, 7, 23), end: Date.UTC(2019, 2, 8, 22) })
    expect(day('2019-11-04')?.session).toEqual({ start: Date.UTC(2019, 10, 3, 23), end: Date.UTC(2019, 10, 4, 22) })
    expect(day('2019-11-01')?.session).toEqual({ start: Date.UTC(2019, 9, 31, 22), end: Date.UTC(2019, 10, 1, 21) })
  })

  it('were halted from 16:15 to 16:30 up to Friday 25 June 2021', () => {
    const halted = ['06-24 18:00 – 06-25 16:15', '06-25 16:30 – 06-25 17:00']
    expect(day('2021-06-25')?.open.map(wall)).toEqual(halted)
    expect(day('2021-06-28')?.open.map(wall)).toEqual(['06-27 18:00 – 06-28 17:00'])
    const pauses = globexHours(2021).filter(({ open }) => open.length === 2)
    expect(pauses.map(({ label }) => formatDate(label)).at(-1)).toBe('2021-06-25')
    expect(globexHours(2019).filter(({ open }) => open.length === 2)).toHaveLength(249)
  })

  it('have no halt in sessions that end early', () => {
    expect(day('2019-11-28')?.open.map(wall)).toEqual(['11-27 18:00 – 11-28 13:00'])
    expect(day('2019-11-29')?.open.map(wall)).toEqual(['11-28 18:00 – 11-29 13:15'])
    expect(day('2018-12-05')?.open.map(wall)).toEqual(['12-04 18:00 – 12-05 09:30'])
  })

  it('list a Good Friday that is not traded with a session and no open hours', () => {
    expect(day('2023-04-07')?.open.map(wall)).toEqual(['04-06 18:00 – 04-07 09:15'])
    const notTraded = day('2025-04-18')
    expect(notTraded && wall(notTraded.session)).toBe('04-17 18:00 – 04-18 09:15')
    expect(notTraded?.open).toEqual([])
    expect(day('2022-04-15')).toBeUndefined()
  })

  it('leave out weekends and full holidays, in order of their dates', () => {
    const labels = globexHours(2024).map(({ label }) => label)
    expect(labels).toEqual(labels.toSorted((a, b) => a - b))
    expect(new Set(labels.map(weekdayOf))).toEqual(new Set([1, 2, 3, 4, 5]))
    // 262 weekdays without New Year and Christmas.
    expect(labels).toHaveLength(260)
    expect([day('2024-01-01'), day('2024-12-25')]).toEqual([undefined, undefined])
    expect(formatDate(labels[0] as number)).toBe('2024-01-02')
    expect(formatDate(labels.at(-1) as number)).toBe('2024-12-31')
  })

  it('are known in every year from 1987 to 2199', () => {
    for (let year = 1987; year < 2200; year++) {
      const days = globexHours(year)
      expect(days.length).toBeGreaterThan(255)
      for (const { session, open } of days) {
        expect(session.end - session.start).toBeLessThanOrEqual(24 * HOUR)
        for (const period of open) {
          expect(period.start).toBeGreaterThanOrEqual(session.start)
          expect(period.end).toBeLessThanOrEqual(session.end)
        }
      }
    }
  })
})
