import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { alwaysOpenBut } from './always-calendar.ts'
import type { Period } from './trading-day.ts'

const MINUTE = 60_000
const START = Date.UTC(2024, 0, 1)

const closures = fc.array(
  fc
    .tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 1, max: 20 }))
    .map(([start, length]): Period => ({ start: START + start * MINUTE, end: START + (start + length) * MINUTE })),
  { maxLength: 5 },
)
/** Whole seconds, and often whole minutes, at which closures begin and end. */
const times = fc
  .oneof(
    fc.integer({ min: -10 * 60, max: 100 * 60 }),
    fc.integer({ min: 0, max: 80 }).map((minutes) => minutes * 60),
  )
  .map((seconds) => START + seconds * 1_000)

describe('a calendar that is always open', () => {
  const always = alwaysOpenBut([])

  it('never closes', () => {
    for (const time of [0, Date.UTC(1950, 0, 1), Date.UTC(2024, 6, 6)]) {
      expect(always.isOpen(time)).toBe(true)
      expect(always.nextOpen(time)).toBe(time)
      expect(always.nextClose(time)).toBe(Number.POSITIVE_INFINITY)
    }
    expect(always.openPeriods(5, 9)).toEqual([{ start: 5, end: 9 }])
    expect(always.openPeriods(9, 9)).toEqual([])
    expect(always.openMinutes(0, 10 * MINUTE)).toBe(10)
    expect(always.openMinutes(1, 10 * MINUTE)).toBe(9)
    expect(always.openMinutes(10 * MINUTE, 0)).toBe(0)
  })

  it('has trading days for sessions', () => {
    expect(always.sessionOf(Date.UTC(2024, 6, 6, 12))).toEqual({
      label: Date.UTC(2024, 6, 6) / 86_400_000,
      start: Date.UTC(2024, 6, 5, 22),
      end: Date.UTC(2024, 6, 6, 22),
    })
  })
})

describe('a calendar that is always open but for closures', () => {
  it('is closed in each of them', () => {
    fc.assert(
      fc.property(closures, times, (closed, time) => {
        const isClosed = closed.some(({ start, end }) => start <= time && time < end)
        expect(alwaysOpenBut(closed).isOpen(time)).toBe(!isClosed)
      }),
    )
  })

  it('finds what comes next, second by second', () => {
    fc.assert(
      fc.property(closures, times, (closed, time) => {
        const calendar = alwaysOpenBut(closed)
        let open = time
        while (!calendar.isOpen(open)) open += 1_000
        expect(calendar.nextOpen(time)).toBe(open)
        let close = time
        while (calendar.isOpen(close) && close < START + 200 * MINUTE) close += 1_000
        expect(calendar.nextClose(time)).toBe(close < START + 200 * MINUTE ? close : Number.POSITIVE_INFINITY)
      }),
      { numRuns: 50 },
    )
  })

  it('is open again at the end of a closure', () => {
    const [first, second] = [
      { start: START, end: START + MINUTE },
      { start: START + 5 * MINUTE, end: START + 6 * MINUTE },
    ]
    const calendar = alwaysOpenBut([first, second])
    expect(calendar.nextClose(first.end)).toBe(second.start)
    expect(calendar.nextClose(second.end)).toBe(Number.POSITIVE_INFINITY)
    expect(calendar.nextOpen(first.end)).toBe(first.end)
    expect(calendar.nextOpen(first.start)).toBe(first.end)
    expect(calendar.nextClose(first.start)).toBe(first.start)
  })

  it('leaves them out of periods and minutes', () => {
    fc.assert(
      fc.property(closures, times, times, (closed, from, to) => {
        const calendar = alwaysOpenBut(closed)
        const periods = calendar.openPeriods(from, to)
        let minutes = 0
        for (let time = from; time < to; time += 1_000) {
          expect(periods.some(({ start, end }) => start <= time && time < end)).toBe(calendar.isOpen(time))
          if (time % MINUTE === 0 && time + MINUTE <= to && calendar.isOpen(time)) minutes++
        }
        expect(calendar.openMinutes(from, to)).toBe(minutes)
        for (const { start, end } of periods)
          expect([start >= from, start < end, end <= to]).toEqual([true, true, true])
      }),
      { numRuns: 50 },
    )
  })
})
