import { describe, expect, it } from 'vitest'

import type { CalendarException } from './calendar-exceptions.ts'
import { calendarOf } from './calendar-of.ts'
import { MarketError } from './errors.ts'
import { parseInstant } from './instant.ts'
import { INSTRUMENTS, instrumentOf } from './instrument.ts'
import { formatDate } from './trading-day.ts'

const nq = instrumentOf('NQ=F')
const MINUTE = 60_000

describe('calendarOf', () => {
  it('gives all index futures of CME the same calendar', () => {
    for (const instrument of INSTRUMENTS) expect(calendarOf(instrument)).toBe(calendarOf(nq))
    expect(calendarOf(nq, { exceptions: [] })).toBe(calendarOf(nq))
  })

  it('knows the week: Sunday 18:00 to Friday 17:00 New York, an hour closed every day', () => {
    const calendar = calendarOf(nq)
    const sunday = parseInstant('2024-07-14T18:00-04:00')
    expect([sunday - 1, sunday].map((time) => calendar.isOpen(time))).toEqual([false, true])
    expect(calendar.nextOpen(parseInstant('2024-07-12T17:00-04:00'))).toBe(sunday)
    const periods = calendar.openPeriods(parseInstant('2024-07-13'), parseInstant('2024-07-20'))
    expect(periods).toHaveLength(5)
    expect(periods.at(-1)?.end).toBe(parseInstant('2024-07-19T17:00-04:00'))
    expect(calendar.openMinutes(parseInstant('2024-07-13'), parseInstant('2024-07-20'))).toBe(5 * 23 * 60)
  })

  it('knows the holidays of years to come', () => {
    const calendar = calendarOf(nq)
    expect(calendar.isOpen(parseInstant('2035-03-23T08:00-04:00'))).toBe(false)
    expect(calendar.isOpen(parseInstant('2034-04-07T08:00-04:00'))).toBe(true)
    expect(calendar.nextClose(parseInstant('2035-11-22T08:00-05:00'))).toBe(parseInstant('2035-11-22T13:00-05:00'))
    expect(calendar.nextOpen(parseInstant('2035-12-24T13:15-05:00'))).toBe(parseInstant('2035-12-25T18:00-05:00'))
  })

  it('takes exceptions, and leaves the calendar of others as it is', () => {
    const [start, end] = [parseInstant('2024-07-16T10:00-04:00'), parseInstant('2024-07-16T11:00-04:00')]
    const calendar = calendarOf(nq, { exceptions: [{ kind: 'outage', start, end }] })
    expect([start - 1, start, end - 1, end].map((time) => calendar.isOpen(time))).toEqual([true, false, false, true])
    expect(calendar.nextOpen(start)).toBe(end)
    expect(calendar.nextClose(start - MINUTE)).toBe(start)
    expect(calendar.openMinutes(start - MINUTE, end + MINUTE)).toBe(2)
    expect(formatDate(calendar.sessionOf(start)?.label ?? 0)).toBe('2024-07-16')
    expect(calendarOf(nq).isOpen(start)).toBe(true)
  })

  it('lets an opening join two sessions without a close between them', () => {
    const [start, end] = [parseInstant('2024-12-31T17:00-05:00'), parseInstant('2025-01-01T18:00-05:00')]
    const calendar = calendarOf(nq, { exceptions: [{ kind: 'open', start, end }] })
    expect(calendar.nextClose(start - MINUTE)).toBe(parseInstant('2025-01-02T17:00-05:00'))
    expect(calendar.openPeriods(start - MINUTE, end + MINUTE)).toEqual([{ start: start - MINUTE, end: end + MINUTE }])
    expect(formatDate(calendar.sessionOf(end - 1)?.label ?? 0)).toBe('2025-01-01')
    expect(formatDate(calendar.sessionOf(end)?.label ?? 0)).toBe('2025-01-02')
  })

  it('tells the trading days around New Year apart, whichever of them was asked about before', () => {
    const open = {
      kind: 'open',
      start: parseInstant('2024-12-31T17:00-05:00'),
      end: parseInstant('2025-01-01T18:00-05:00'),
    }
    const turn = parseInstant('2024-12-31T18:00-05:00')
    for (const before of [parseInstant('2024-06-01'), parseInstant('2025-06-01')]) {
      for (let time = turn - 90 * MINUTE; time <= turn + 90 * MINUTE; time += MINUTE / 2) {
        const calendar = calendarOf(nq, { exceptions: [open as CalendarException] })
        calendar.isOpen(before)
        expect(calendar.isOpen(time)).toBe(true)
        expect(formatDate(calendar.sessionOf(time)?.label ?? 0)).toBe(time < turn ? '2024-12-31' : '2025-01-01')
      }
    }
  })

  it('never closes for other instruments, but by exceptions', () => {
    const btc = instrumentOf('BTC-USD')
    const saturday = parseInstant('2024-07-06T12:00Z')
    expect(calendarOf(btc).nextClose(saturday)).toBe(Number.POSITIVE_INFINITY)
    const exceptions = [{ kind: 'outage', start: saturday, end: saturday + MINUTE }] as const
    expect(calendarOf(btc, { exceptions }).isOpen(saturday)).toBe(false)
  })

  it('refuses exceptions that cannot be meant', () => {
    const open = { kind: 'open', start: 0, end: MINUTE } as const
    for (const symbol of ['NQ=F', 'BTC-USD']) {
      expect(() => calendarOf(instrumentOf(symbol), { exceptions: [open] })).toThrow(MarketError)
    }
  })
})
