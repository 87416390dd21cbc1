import { calendarOf, instrumentOf } from '@openpredict/market'
import { describe, expect, it } from 'vitest'

import { expectedCycles } from './expected-cycles.ts'

const MINUTE = 60_000
const NQ = instrumentOf('NQ=F')
const pace = { calendar: calendarOf(NQ), delayMs: NQ.delayMs }
/** Friday's close of Globex, and Sunday's open. */
const CLOSE = Date.UTC(2024, 5, 7, 21)
const OPEN = Date.UTC(2024, 5, 9, 22)

describe('expected cycles', () => {
  it('follow the close and the open by the delay of the source and a minute', () => {
    const lastShown = CLOSE + NQ.delayMs + MINUTE
    expect(expectedCycles(pace, lastShown - MINUTE, lastShown)).toBe(1)
    expect(expectedCycles(pace, lastShown, lastShown + 15 * MINUTE)).toBe(1)
    const firstShown = OPEN + NQ.delayMs + MINUTE
    expect(expectedCycles(pace, firstShown - 15 * MINUTE, firstShown + 2 * MINUTE)).toBe(3)
  })

  it('never come more often in a closed market than in an open one', () => {
    const hourly = { ...pace, intervalMs: 60 * MINUTE }
    expect(expectedCycles(hourly, CLOSE + 60 * MINUTE, CLOSE + 180 * MINUTE)).toBe(2)
  })

  it('are none where time does not pass', () => {
    expect(expectedCycles(pace, OPEN, OPEN)).toBe(0)
    expect(expectedCycles(pace, OPEN, OPEN - MINUTE)).toBe(0)
  })
})
