import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { type CalendarException, checkExceptions, withExceptions } from './calendar-exceptions.ts'
import { MarketError } from './errors.ts'
import { globexHours } from './globex-hours.ts'
import type { DayHours } from './session-calendar.ts'
import { formatDate, type Period } from './trading-day.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

/** An exception in July 2024, when New York is four hours behind UTC; given in New York's time. */
function july(kind: CalendarException['kind'], start: string, end: string): CalendarException {
  const [from = Number.NaN, to = Number.NaN] = [start, end].map((text) => {
    const [date = '', time = ''] = text.split(' ')
    return Date.parse(`2024-07-${date}T${time}:00-04:00`)
  })
  return { kind, start: from, end: to }
}

const wall = ({ start, end }: Period): string =>
  [start, end].map((time) => new Date(time - 4 * HOUR).toISOString().slice(8, 16).replace('T', ' ')).join(' – ')

/** A day of July 2024 under exceptions: its session, then its open periods. */
function day(date: string, ...exceptions: CalendarException[]): string[] | undefined {
  const days = withExceptions(2024, globexHours(2024), exceptions)
  const found = days.find(({ label }) => formatDate(label) === `2024-07-${date}`)
  return found && [wall(found.session), ...found.open.map(wall)]
}

/** The dates of 2024 that have a session under exceptions. */
function labels(exceptions: readonly CalendarException[] = []): string[] {
  return withExceptions(2024, globexHours(2024), exceptions).map(({ label }) => formatDate(label))
}

function isIn(periods: readonly Period[], time: number): boolean {
  return periods.some(({ start, end }) => start <= time && time < end)
}

describe('a close', () => {
  it('ends a session early', () => {
    expect(day('16', july('close', '16 09:30', '16 17:00'))).toEqual(['15 18:00 – 16 09:30', '15 18:00 – 16 09:30'])
    expect(day('16', july('close', '16 09:30', '16 18:00'))).toEqual(['15 18:00 – 16 09:30', '15 18:00 – 16 09:30'])
  })

  it('begins a session late', () => {
    expect(day('16', july('close', '15 17:00', '15 20:00'))).toEqual(['15 20:00 – 16 17:00', '15 20:00 – 16 17:00'])
  })

  it('within a session leaves its bounds', () => {
    expect(day('16', july('close', '16 10:00', '16 11:00'))).toEqual([
      '15 18:00 – 16 17:00',
      '15 18:00 – 16 10:00',
      '16 11:00 – 16 17:00',
    ])
  })

  it('takes away the sessions it covers and cuts those it touches', () => {
    const close = july('close', '16 12:00', '18 12:00')
    expect(day('16', close)).toEqual(['15 18:00 – 16 12:00', '15 18:00 – 16 12:00'])
    expect(day('17', close)).toBeUndefined()
    expect(day('18', close)).toEqual(['18 12:00 – 18 17:00', '18 12:00 – 18 17:00'])
    expect(day('19', close)).toEqual(day('19'))
  })

  it('may be given in parts', () => {
    expect(day('16', july('close', '16 09:30', '16 12:00'), july('close', '16 12:00', '16 17:00'))).toEqual(
      day('16', july('close', '16 09:30', '16 17:00')),
    )
    expect(day('16', july('close', '16 12:00', '16 17:00'), july('close', '15 18:00', '16 13:00'))).toBeUndefined()
  })

  it('between sessions changes nothing', () => {
    expect(day('16', july('close', '16 17:00', '16 18:00'))).toEqual(day('16'))
    expect(day('13', july('close', '13 10:00', '13 11:00'))).toBeUndefined()
  })

  it('ends a session before a halt that it reaches', () => {
    const halt = Date.UTC(2019, 6, 16, 20, 30)
    const found = withExceptions(2019, globexHours(2019), [{ kind: 'close', start: halt, end: halt + HOUR }]).find(
      ({ label }) => formatDate(label) === '2019-07-16',
    )
    expect(found?.session.end).toBe(halt - 15 * MINUTE)
  })

  it('unlists a Good Friday that is not traded', () => {
    const goodFriday = Date.UTC(2024, 2, 29)
    expect(labels()).toContain('2024-03-29')
    expect(labels([{ kind: 'close', start: goodFriday, end: goodFriday + HOUR }])).not.toContain('2024-03-29')
    expect(labels([{ kind: 'close', start: goodFriday + 20 * HOUR, end: goodFriday + 21 * HOUR }])).toContain(
      '2024-03-29',
    )
  })
})

describe('an outage', () => {
  it('leaves the session as it is', () => {
    expect(day('16', july('outage', '16 09:30', '16 17:00'))).toEqual(['15 18:00 – 16 17:00', '15 18:00 – 16 09:30'])
    expect(day('16', july('outage', '15 18:00', '16 17:00'))).toEqual(['15 18:00 – 16 17:00'])
    expect(day('16', july('outage', '16 10:00', '16 10:05'))).toEqual([
      '15 18:00 – 16 17:00',
      '15 18:00 – 16 10:00',
      '16 10:05 – 16 17:00',
    ])
  })

  it('reaches over the daily halt into the next session', () => {
    const outage = july('outage', '16 16:00', '16 19:00')
    expect(day('16', outage)).toEqual(['15 18:00 – 16 17:00', '15 18:00 – 16 16:00'])
    expect(day('17', outage)).toEqual(['16 18:00 – 17 17:00', '16 19:00 – 17 17:00'])
  })

  it('does not hide where a close ended the session', () => {
    expect(day('16', july('close', '16 12:00', '16 17:00'), july('outage', '16 11:00', '16 12:00'))).toEqual([
      '15 18:00 – 16 12:00',
      '15 18:00 – 16 11:00',
    ])
  })
})

describe('an opening', () => {
  it('makes a session where there was none', () => {
    expect(day('13', july('open', '13 10:00', '13 12:00'))).toEqual(['13 10:00 – 13 12:00', '13 10:00 – 13 12:00'])
  })

  it('stretches the session of its trading day', () => {
    expect(day('16', july('open', '16 17:00', '16 17:30'))).toEqual(['15 18:00 – 16 17:30', '15 18:00 – 16 17:30'])
    expect(day('04', july('open', '04 14:00', '04 15:00'))).toEqual([
      '03 18:00 – 04 15:00',
      '03 18:00 – 04 13:00',
      '04 14:00 – 04 15:00',
    ])
  })

  it('is shared out at 18:00 New York', () => {
    const opening = july('open', '13 17:00', '13 19:00')
    expect(day('13', opening)).toEqual(['13 17:00 – 13 18:00', '13 17:00 – 13 18:00'])
    expect(day('14', opening)).toEqual(['13 18:00 – 13 19:00', '13 18:00 – 13 19:00'])
  })

  it('within open hours changes nothing', () => {
    expect(day('16', july('open', '16 10:00', '16 11:00'))).toEqual(day('16'))
  })
})

describe('exceptions', () => {
  const kind = fc.constantFrom<CalendarException['kind'][]>('close', 'outage', 'open')
  const base = Date.UTC(2024, 6, 12)
  const exception = fc
    .tuple(kind, fc.integer({ min: 0, max: 96 }), fc.integer({ min: 1, max: 48 }))
    .map(([of, start, length]) => ({ kind: of, start: base + start * HOUR, end: base + (start + length) * HOUR }))

  it('decide hour by hour: opened, then closed or out', () => {
    fc.assert(
      fc.property(fc.array(exception, { maxLength: 4 }), (exceptions) => {
        const of = (one: CalendarException['kind']): CalendarException[] =>
          exceptions.filter((each) => each.kind === one)
        const rules = globexHours(2024)
        const days = withExceptions(2024, rules, exceptions)
        const before = rules.flatMap(({ open }) => open)
        const after = days.flatMap(({ open }) => open)
        const sessions = days.map(({ session }) => session)
        for (let time = base - 24 * HOUR; time < base + 8 * 24 * HOUR; time += HOUR) {
          const isOpen =
            (isIn(before, time) || isIn(of('open'), time)) && !isIn(of('close'), time) && !isIn(of('outage'), time)
          expect(isIn(after, time)).toBe(isOpen)
          expect(isOpen && !isIn(sessions, time)).toBe(false)
        }
        const dates = days.map(({ label }) => label)
        expect(dates).toEqual([...new Set(dates)].toSorted((a, b) => a - b))
      }),
    )
  })

  it('of other years leave a year as it is', () => {
    const days = globexHours(2023)
    expect(withExceptions(2023, days, [july('close', '16 09:30', '16 17:00')])).toBe(days)
    expect(withExceptions(2023, days, [])).toBe(days)
  })

  it('over New Year belong to both years', () => {
    const close = { kind: 'close', start: Date.UTC(2024, 11, 31, 12), end: Date.UTC(2025, 0, 2, 12) } as const
    const before = withExceptions(2024, globexHours(2024), [close]).at(-1) as DayHours
    expect([formatDate(before.label), before.session.end]).toEqual(['2024-12-31', close.start])
    const after = withExceptions(2025, globexHours(2025), [close])[0] as DayHours
    expect([formatDate(after.label), after.session.start]).toEqual(['2025-01-02', close.end])
  })
})

describe('the check of exceptions', () => {
  const good = july('close', '16 09:30', '16 17:00')

  it('passes what can be meant', () => {
    expect(() => checkExceptions([], 'globex-equity')).not.toThrow()
    expect(() =>
      checkExceptions(
        [good, july('outage', '16 09:00', '16 12:00'), july('open', '16 17:00', '16 18:00'), good],
        'globex-equity',
      ),
    ).not.toThrow()
    expect(() => checkExceptions([good, july('outage', '20 09:00', '20 12:00')], 'always')).not.toThrow()
  })

  const bad: readonly (readonly [string, CalendarException, string])[] = [
    ['an unknown kind', { ...good, kind: 'holiday' as 'close' }, 'kind "holiday": expected close, outage or open'],
    [
      'a start in seconds',
      { ...good, start: 1_721_100_000 },
      'start 1721100000: expected an instant of the years 1987–2199 as epoch milliseconds',
    ],
    [
      'an end after the known years',
      { ...good, end: Date.UTC(2200, 0, 1) },
      'end 7258118400000: expected an instant of the years 1987–2199 as epoch milliseconds',
    ],
    [
      'a part of a minute',
      { ...good, end: good.end + 1_000 },
      `end ${good.end + 1_000}: expected a whole minute as epoch milliseconds`,
    ],
    ['no number', { ...good, start: Number.NaN }, 'start NaN: expected a whole minute as epoch milliseconds'],
    [
      'an empty stretch',
      { ...good, end: good.start },
      `end ${good.start}: expected an instant after start ${good.start}`,
    ],
    [
      'an end before the start',
      { ...good, end: good.start - MINUTE },
      `end ${good.start - MINUTE}: expected an instant after start ${good.start}`,
    ],
  ]

  it.each(bad)('refuses %s', (_, exception, problem) => {
    expect(() => checkExceptions([good, exception], 'globex-equity')).toThrow(
      new MarketError(`calendar exception 1: ${problem}`, { kind: 'calendar-exception', index: 1, problem }),
    )
  })

  it('refuses an opening during a closing or an outage', () => {
    for (const kind of ['close', 'outage'] as const) {
      const problem = `kind "open": exception 1 says ${kind} for a part of that time`
      expect(() =>
        checkExceptions(
          [july('open', '16 16:59', '16 17:30'), { ...good, kind }, july('open', '17 17:00', '17 17:30')],
          'globex-equity',
        ),
      ).toThrow(new MarketError(`calendar exception 0: ${problem}`, { kind: 'calendar-exception', index: 0, problem }))
    }
  })

  it('refuses to open what is always open', () => {
    const problem = 'kind "open": the instrument is always open'
    expect(() => checkExceptions([july('open', '13 10:00', '13 11:00')], 'always')).toThrow(
      new MarketError(`calendar exception 0: ${problem}`, { kind: 'calendar-exception', index: 0, problem }),
    )
  })
})
