import { calendarOf, instrumentOf, parseInstant } from '@openpredict/market'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { canHaveNewBar, nextTick, type ScheduleOptions, type Tick, tickAfter } from './schedule.ts'

const MINUTE = 60_000
const delayMs = 10 * MINUTE
const calendar = calendarOf(instrumentOf('NQ=F'))
const options = { calendar, delayMs }
const always = { calendar: calendarOf(instrumentOf('BTC-USD')), delayMs: 0 }

function at(text: string): number {
  return parseInstant(text)
}

describe('nextTick', () => {
  it('wakes two seconds after the full minute', () => {
    expect(nextTick(at('2024-06-05T14:30:30Z'), options)).toEqual({ at: at('2024-06-05T14:31:02Z'), idle: false })
  })

  it('never answers with now itself', () => {
    expect(nextTick(at('2024-06-05T14:31:02Z'), options).at).toBe(at('2024-06-05T14:32:02Z'))
    expect(nextTick(at('2024-06-05T14:31:01.999Z'), options).at).toBe(at('2024-06-05T14:31:02Z'))
  })

  it('skips the ticks that a long cycle missed', () => {
    expect(nextTick(at('2024-06-05T14:35:47Z'), options).at).toBe(at('2024-06-05T14:36:02Z'))
  })

  it('stays on its grid for any interval', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 86_400 }), fc.integer({ min: 1e12, max: 2e12 }), (seconds, now) => {
        const intervalMs = seconds * 1_000
        const tick = nextTick(now, { ...always, intervalMs, offsetMs: 0 })
        expect(tick.at % intervalMs).toBe(0)
        expect(tick.at).toBeGreaterThan(now)
        expect(tick.at).toBeLessThanOrEqual(now + intervalMs)
      }),
    )
  })

  it('looks every quarter of an hour while the market is closed', () => {
    // Saturday.
    expect(nextTick(at('2024-06-08T14:20:00Z'), options)).toEqual({ at: at('2024-06-08T14:30:02Z'), idle: true })
  })

  it('is there for the first bar after the reopening', () => {
    // Sunday 18:00 New York is 22:00 UTC; the first bar closes a minute later and is seen ten minutes after that.
    expect(nextTick(at('2024-06-09T22:05:00Z'), options)).toEqual({ at: at('2024-06-09T22:11:02Z'), idle: true })
    expect(nextTick(at('2024-06-09T22:11:02Z'), options)).toEqual({ at: at('2024-06-09T22:12:02Z'), idle: false })
  })

  it('goes on until the delayed source has shown the last bar before the close', () => {
    // Friday 17:00 New York is 21:00 UTC.
    expect(nextTick(at('2024-06-07T21:10:30Z'), options)).toEqual({ at: at('2024-06-07T21:11:02Z'), idle: false })
    expect(nextTick(at('2024-06-07T21:12:30Z'), options).idle).toBe(true)
  })

  it('leaps over a weekend in quarters of an hour', () => {
    let now = at('2024-06-07T21:12:30Z')
    let ticks = 0
    for (let tick = nextTick(now, options); tick.idle; tick = nextTick(now, options)) {
      now = tick.at
      ticks++
    }
    expect(now).toBe(at('2024-06-09T22:11:02Z'))
    // Friday 21:15 to Sunday 22:00 by the quarter, then the reopening.
    expect(ticks).toBe(48.75 * 4 + 1 + 1)
  })
})

describe('canHaveNewBar', () => {
  it('follows the market with the delay of the source', () => {
    expect(canHaveNewBar(at('2024-06-09T22:10:59Z'), calendar, delayMs)).toBe(false)
    expect(canHaveNewBar(at('2024-06-09T22:11:00Z'), calendar, delayMs)).toBe(true)
    expect(canHaveNewBar(at('2024-06-07T21:11:59Z'), calendar, delayMs)).toBe(true)
    expect(canHaveNewBar(at('2024-06-07T21:12:00Z'), calendar, delayMs)).toBe(false)
  })
})

describe('the schedule of a year', () => {
  /** The ticks in `[from, to)` of a loop that takes no time. */
  function ticksIn(from: string, to: string, more: Partial<ScheduleOptions> = {}): readonly Tick[] {
    const ticks: Tick[] = []
    const end = at(to)
    for (let tick = nextTick(at(from), { ...options, ...more }); tick.at < end;) {
      ticks.push(tick)
      tick = nextTick(tick.at, { ...options, ...more })
    }
    return ticks
  }

  it.each([
    ['the daily halt', '2024-06-05T20:00:00Z', '2024-06-05T23:00:00Z', '2024-06-05T22:11:02Z'],
    ['a weekend', '2024-06-07T20:00:00Z', '2024-06-09T23:00:00Z', '2024-06-09T22:11:02Z'],
    ['the weekend on which clocks go forward', '2024-03-08T21:00:00Z', '2024-03-10T23:00:00Z', '2024-03-10T22:11:02Z'],
    ['the weekend on which clocks go back', '2024-11-01T20:00:00Z', '2024-11-04T00:00:00Z', '2024-11-03T23:11:02Z'],
    ['Thanksgiving', '2024-11-28T17:00:00Z', '2024-11-29T00:00:00Z', '2024-11-28T23:11:02Z'],
    ['the day after it', '2024-11-29T17:00:00Z', '2024-12-02T00:00:00Z', '2024-12-01T23:11:02Z'],
    ['Christmas', '2024-12-24T17:00:00Z', '2024-12-26T00:00:00Z', '2024-12-25T23:11:02Z'],
    ['New Year', '2024-12-31T21:00:00Z', '2025-01-02T00:00:00Z', '2025-01-01T23:11:02Z'],
    ['Good Friday', '2024-03-28T20:00:00Z', '2024-03-31T23:00:00Z', '2024-03-31T22:11:02Z'],
  ])('is there for the first bar after %s, and looks every quarter of an hour before', (_, from, to, first) => {
    const ticks = ticksIn(from, to)
    const idle = ticks.filter((tick) => tick.idle)
    expect(idle.at(-1)).toEqual({ at: at(first), idle: true })
    expect(idle.slice(0, -1).every((tick) => (tick.at - 2_000) % (15 * MINUTE) === 0)).toBe(true)
    // Once a minute on both sides.
    const [before, after] = [
      ticks.slice(0, ticks.indexOf(idle[0] as Tick)),
      ticks.slice(ticks.indexOf(idle.at(-1) as Tick)),
    ]
    for (const side of [before, after]) {
      expect(side.length).toBeGreaterThan(30)
      for (let n = 1; n < side.length; n++) expect((side[n]?.at ?? 0) - (side[n - 1]?.at ?? 0)).toBe(MINUTE)
    }
  })

  it('has a tick for every bar as soon as the source has it, and none too many', () => {
    const weeks = fc.integer({ min: 0, max: 52 * 10 })
    fc.assert(
      fc.property(weeks, fc.integer({ min: 0, max: 7 * 1_440 - 1 }), (week, minute) => {
        const start = at('2016-01-03T00:00:00Z') + (week * 7 * 1_440 + minute) * MINUTE
        let now = start
        const ticks: number[] = []
        while (now < start + 3 * 1_440 * MINUTE) {
          now = nextTick(now, options).at
          ticks.push(now)
        }
        const kept = new Set(ticks)
        const missed: number[] = []
        for (const { start: open, end } of calendar.openPeriods(start, start + 2 * 1_440 * MINUTE)) {
          for (let bar = Math.ceil(open / MINUTE) * MINUTE; bar + MINUTE <= end; bar += MINUTE) {
            if (!kept.has(bar + MINUTE + delayMs + 2_000)) missed.push(bar)
          }
        }
        expect(missed).toEqual([])
        // None but those, those a minute after a close, and one a quarter of an hour.
        const needless = ticks.filter((tick) => !canHaveNewBar(tick, calendar, delayMs))
        expect(needless.every((tick) => (tick - 2_000) % (15 * MINUTE) === 0)).toBe(true)
      }),
      { numRuns: 60 },
    )
  })

  it('follows an outage that no rule foresees', () => {
    const outage = { kind: 'outage', start: at('2024-06-05T14:00:00Z'), end: at('2024-06-05T17:00:00Z') } as const
    const ticks = ticksIn('2024-06-05T14:12:30Z', '2024-06-05T17:12:00Z', {
      calendar: calendarOf(instrumentOf('NQ=F'), { exceptions: [outage] }),
    })
    expect(ticks.every(({ idle }) => idle)).toBe(true)
    expect(ticks.length).toBe(13)
    expect(ticks.at(-1)?.at).toBe(at('2024-06-05T17:11:02Z'))
  })

  it('does not look more often while the market is closed than while it is open', () => {
    const ticks = ticksIn('2024-06-08T12:00:00Z', '2024-06-08T18:00:00Z', { intervalMs: 60 * MINUTE })
    expect(ticks.length).toBe(6)
  })
})

describe('tickAfter', () => {
  const kept = at('2024-06-05T14:31:02Z')

  it('is the next tick as long as the clock goes on', () => {
    const now = at('2024-06-05T14:31:09Z')
    expect(tickAfter({ at: kept, sinceMs: 7_000 }, now, options)).toEqual(nextTick(now, options))
  })

  it('does not keep a tick again that a timer kept a moment early', () => {
    expect(tickAfter({ at: kept, sinceMs: 0 }, kept - 0.4, options).at).toBe(kept + MINUTE)
  })

  it.each([
    ['2024-06-05T14:30:59Z', 0, '2024-06-05T14:32:02Z'],
    ['2024-06-05T14:30:10Z', 6, '2024-06-05T14:32:02Z'],
    ['2024-06-05T14:30:10Z', 7, '2024-06-05T14:31:02Z'],
    ['2024-06-05T13:31:09Z', 7, '2024-06-05T13:32:02Z'],
    ['2024-06-05T13:31:11Z', 7, '2024-06-05T13:33:02Z'],
    ['2024-06-05T13:31:10Z', 600, '2024-06-05T13:32:02Z'],
  ])('comes an interval of real time later on a clock set back to %s', (now, sinceSeconds, next) => {
    expect(tickAfter({ at: kept, sinceMs: sinceSeconds * 1_000 }, at(now), options).at).toBe(at(next))
  })

  it('comes at least an interval and less than two after the last, however far the clock was set back', () => {
    const ms = fc.integer({ min: 0, max: 3 * 86_400_000 })
    const since = fc.integer({ min: 0, max: 59_000 })
    fc.assert(
      fc.property(ms, since, fc.constantFrom(1_000, 30_000, MINUTE, 5 * MINUTE), (back, sinceMs, intervalMs) => {
        const last = at('2024-06-05T14:30:02Z')
        const now = last + sinceMs - back
        const tick = tickAfter({ at: last, sinceMs }, now, { ...always, intervalMs })
        expect(tick.at).toBeGreaterThan(now)
        fc.pre(now < last && sinceMs < intervalMs)
        const gap = sinceMs + tick.at - now
        expect(gap).toBeGreaterThanOrEqual(intervalMs - Math.min(1_000, intervalMs / 10))
        expect(gap).toBeLessThan(2 * intervalMs)
      }),
    )
  })
})
