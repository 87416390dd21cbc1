import { calendarOf, instrumentOf, parseInstant } from '@openpredict/market'
import { describe, expect, it } from 'vitest'

import { lagOf } from './lag.ts'

const MINUTE = 60_000
const calendar = calendarOf(instrumentOf('NQ=F'))
const delayMs = 10 * MINUTE

function lag(now: string, newestBar: string): number | undefined {
  return lagOf({ now: parseInstant(now), newestBar: parseInstant(newestBar), calendar, delayMs })
}

describe('lagOf', () => {
  it('is 0 when the delayed source has nothing newer', () => {
    expect(lag('2024-06-05T14:30:30Z', '2024-06-05T14:19:00Z')).toBe(0)
  })

  it('counts what is missing behind the delay', () => {
    expect(lag('2024-06-05T14:30:30Z', '2024-06-05T14:10:00Z')).toBe(9 * MINUTE)
  })

  it('does not grow while the market is closed', () => {
    expect(lag('2024-06-08T14:30:00Z', '2024-06-07T20:59:00Z')).toBe(0)
    expect(lag('2024-06-09T22:05:00Z', '2024-06-07T20:59:00Z')).toBe(0)
  })

  it('still shows over a weekend that the last hour is missing', () => {
    expect(lag('2024-06-08T14:30:00Z', '2024-06-07T19:59:00Z')).toBe(60 * MINUTE)
  })

  it('counts the open minutes alone when the market has reopened', () => {
    expect(lag('2024-06-09T22:11:02Z', '2024-06-07T20:59:00Z')).toBe(MINUTE)
    expect(lag('2024-06-09T22:15:30Z', '2024-06-07T20:29:00Z')).toBe(35 * MINUTE)
    expect(lag('2024-06-05T22:11:02Z', '2024-06-05T20:59:00Z')).toBe(MINUTE)
  })

  it('is 0 when the newest bar is newer than that', () => {
    expect(lag('2024-06-05T14:30:30Z', '2024-06-05T14:25:00Z')).toBe(0)
  })

  it('is unknown when nothing is stored', () => {
    expect(
      lagOf({ now: parseInstant('2024-06-05T14:30:30Z'), newestBar: undefined, calendar, delayMs }),
    ).toBeUndefined()
  })
})
