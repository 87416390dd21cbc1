import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { MarketError, newYorkDate, newYorkInstant, newYorkOffset, newYorkTimeOfDay } from './index.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const format = new Intl.DateTimeFormat('en-US', {
  timeZone: 'America/New_York',
  hourCycle: 'h23',
  year: 'numeric',
  month: 'numeric',
  day: 'numeric',
  hour: 'numeric',
  minute: 'numeric',
  second: 'numeric',
})

/** The offset as the platform's own time zone data has it. */
function intlOffset(time: number): number {
  const part = Object.fromEntries(format.formatToParts(time).map(({ type, value }) => [type, Number(value)]))
  const { year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0 } = part
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(time / 1000) * 1000
}

/** Every instant in 2000–2050 at which the platform's offset changes, found by bisection. */
function transitions(): number[] {
  const found: number[] = []
  for (let day = Date.UTC(2000, 0, 1); day < Date.UTC(2051, 0, 1); day += DAY) {
    if (intlOffset(day) === intlOffset(day + DAY)) continue
    let [low, high] = [day, day + DAY]
    while (high - low > 1000) {
      const middle = low + Math.floor((high - low) / 2000) * 1000
      if (intlOffset(middle) === intlOffset(low)) low = middle
      else high = middle
    }
    found.push(high)
  }
  return found
}

/** Whether the spring change skips this time of day: a Sunday of March or April, 02:00–03:00, where the offset grows. */
function isSkipped(date: number, minute: number): boolean {
  const before = intlOffset(date * DAY + 5 * HOUR)
  const after = intlOffset(date * DAY + 12 * HOUR)
  return after > before && minute >= 120 && minute < 180
}

describe('New York time', () => {
  it('changes its offset exactly where the platform does, 2000–2050', () => {
    const changes = transitions()
    expect(changes).toHaveLength(102)
    for (const change of changes) {
      expect(newYorkOffset(change - 1)).toBe(intlOffset(change - 1))
      expect(newYorkOffset(change)).toBe(intlOffset(change))
    }
  })

  it('agrees with the platform at any instant, 1987–2050', () => {
    fc.assert(
      fc.property(fc.integer({ min: Date.UTC(1987, 0, 1), max: Date.UTC(2051, 0, 1) }), (time) => {
        expect(newYorkOffset(time)).toBe(intlOffset(time))
      }),
      { numRuns: 2_000 },
    )
  })

  it('finds the instant of every wall-clock time, and the wall clock shows it again', () => {
    fc.assert(
      fc.property(fc.integer({ min: 6_300, max: 29_000 }), fc.integer({ min: 0, max: 1_439 }), (date, minute) => {
        const instant = newYorkInstant(date, minute * 60_000)
        fc.pre(!isSkipped(date, minute))
        expect(newYorkDate(instant)).toBe(date)
        expect(newYorkTimeOfDay(instant)).toBe(minute * 60_000)
      }),
      { numRuns: 2_000 },
    )
  })

  it('takes midnight when no time of day is given', () => {
    expect(newYorkInstant(Date.UTC(2024, 6, 1) / DAY)).toBe(Date.UTC(2024, 6, 1, 4))
  })

  it('takes the change itself for a time that the spring skips', () => {
    const date = Date.UTC(2024, 2, 10) / DAY
    expect(newYorkInstant(date, 2 * HOUR)).toBe(Date.UTC(2024, 2, 10, 7))
    expect(newYorkInstant(date, 2.5 * HOUR)).toBe(Date.UTC(2024, 2, 10, 7))
    expect(newYorkInstant(date, 3 * HOUR)).toBe(Date.UTC(2024, 2, 10, 7))
  })

  it('takes the first of the two times that the autumn repeats', () => {
    const date = Date.UTC(2024, 10, 3) / DAY
    expect(newYorkInstant(date, 1.5 * HOUR)).toBe(Date.UTC(2024, 10, 3, 5, 30))
    expect(newYorkInstant(date, 2 * HOUR)).toBe(Date.UTC(2024, 10, 3, 7))
  })

  it('refuses instants whose rules it does not know', () => {
    for (const time of [Date.UTC(1986, 11, 31), Date.UTC(2200, 0, 1), Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => newYorkOffset(time)).toThrow(MarketError)
    }
    expect(newYorkOffset(Date.UTC(1987, 0, 1))).toBe(-5 * HOUR)
    expect(newYorkOffset(Date.UTC(2199, 6, 1))).toBe(-4 * HOUR)
    expect(newYorkOffset(Date.UTC(2200, 0, 1) - 1)).toBe(-5 * HOUR)
    expect(() => newYorkOffset(Number.NaN)).toThrow(
      new MarketError('time NaN is outside 1987–2199, the years whose New York daylight saving rules are known', {
        kind: 'time-range',
        found: Number.NaN,
      }),
    )
  })
})
