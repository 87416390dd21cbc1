import { calendarOf, instrumentOf, parseInstant } from '@openpredict/market'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { canHaveNewBar, nextTick } from './schedule.ts'

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
