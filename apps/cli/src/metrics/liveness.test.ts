import { instrumentOf, parseInstant } from '@openpredict/market'
import { describe, expect, it } from 'vitest'

import { livenessOf } from './liveness.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const NQ = instrumentOf('NQ=F')
const WEDNESDAY = parseInstant('2024-06-05T14:30:00Z')
/** 18:00 in New York. */
const SUNDAY_OPEN = parseInstant('2024-06-09T22:00:00Z')

function ok(now: number, { since, lastSuccess }: { readonly since: number; readonly lastSuccess?: number }): boolean {
  return livenessOf([{ instrument: NQ, since, lastSuccess }], now, MINUTE).ok
}

describe('liveness', () => {
  it('lasts five intervals from the last success', () => {
    const since = WEDNESDAY - HOUR
    expect(ok(WEDNESDAY, { since, lastSuccess: WEDNESDAY - 5 * MINUTE })).toBe(true)
    expect(ok(WEDNESDAY, { since, lastSuccess: WEDNESDAY - 5 * MINUTE - 1 })).toBe(false)
  })

  it('lasts as long from the start', () => {
    expect(ok(WEDNESDAY, { since: WEDNESDAY - 4 * MINUTE })).toBe(true)
    expect(ok(WEDNESDAY, { since: WEDNESDAY - 6 * MINUTE })).toBe(false)
  })

  it('asks for nothing while the market is closed, and counts anew from the reopen', () => {
    const since = SUNDAY_OPEN - 40 * HOUR
    const lastSuccess = SUNDAY_OPEN - 30 * HOUR
    expect(ok(SUNDAY_OPEN - HOUR, { since, lastSuccess })).toBe(true)
    const firstBar = SUNDAY_OPEN + NQ.delayMs + MINUTE
    expect(ok(firstBar, { since, lastSuccess })).toBe(true)
    expect(ok(firstBar + 5 * MINUTE, { since, lastSuccess })).toBe(true)
    expect(ok(firstBar + 5 * MINUTE + 1, { since, lastSuccess })).toBe(false)
  })

  it('is lost with one instrument of several, and says which and why', () => {
    const beats = [
      { instrument: NQ, since: WEDNESDAY - HOUR, lastSuccess: WEDNESDAY },
      { instrument: instrumentOf('ES=F'), since: WEDNESDAY - HOUR, lastSuccess: undefined },
    ]
    expect(livenessOf(beats, WEDNESDAY, MINUTE)).toEqual({
      ok: false,
      instruments: [
        { symbol: 'NQ=F', ok: true, reason: 'cycles succeed' },
        {
          symbol: 'ES=F',
          ok: false,
          reason: 'no cycle has succeeded since the start 1 h 00 min ago, expected one every 5 min at least',
        },
      ],
    })
  })

  it('is not judged by seconds where the interval is one', () => {
    const beat = { instrument: NQ, since: WEDNESDAY - HOUR, lastSuccess: WEDNESDAY - MINUTE }
    expect(livenessOf([beat], WEDNESDAY, 1_000).ok).toBe(true)
    expect(livenessOf([beat], WEDNESDAY + 1, 1_000).ok).toBe(false)
  })
})
