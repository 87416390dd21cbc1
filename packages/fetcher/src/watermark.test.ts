import { calendarOf, instrumentOf, parseInstant } from '@openpredict/market'
import { describe, expect, it } from 'vitest'

import { ShownDelays, watermarkOf } from './watermark.ts'

const MINUTE = 60_000
const SECOND = 1_000
const NQ = instrumentOf('NQ=F')
const DELAY = NQ.delayMs

/** Wednesday, in the middle of a session. */
const NOON = parseInstant('2024-06-26T16:00:00Z')

describe('watermarkOf', () => {
  it('is the last trade while that is recent', () => {
    expect(watermarkOf({ answeredAt: NOON, lastTrade: NOON - DELAY - 3 * SECOND }, DELAY)).toBe(
      NOON - DELAY - 3 * SECOND,
    )
  })

  it('is the answer time less the delay and a minute when the last trade is older, or not known', () => {
    const expected = NOON - DELAY - MINUTE
    expect(watermarkOf({ answeredAt: NOON, lastTrade: expected - 1 }, DELAY)).toBe(expected)
    expect(watermarkOf({ answeredAt: NOON }, DELAY)).toBe(expected)
  })

  it('never passes the answer itself', () => {
    expect(watermarkOf({ answeredAt: NOON, lastTrade: NOON + 5 * MINUTE }, DELAY)).toBe(NOON)
  })
})

describe('ShownDelays', () => {
  it('is the declared delay while answers are ordinary', () => {
    const delays = new ShownDelays()
    for (const age of [DELAY, DELAY - MINUTE, DELAY + 2 * MINUTE, 0, -MINUTE]) {
      expect(delays.observe(NQ, { answeredAt: NOON, lastTrade: NOON - age })).toBe(DELAY)
    }
    expect(delays.observe(NQ, { answeredAt: NOON })).toBe(DELAY)
  })

  it('is what an answer in an open market shows beyond a quiet minute, until an ordinary one comes', () => {
    const delays = new ShownDelays()
    const late = DELAY + 2 * MINUTE + SECOND
    expect(delays.observe(NQ, { answeredAt: NOON, lastTrade: NOON - late })).toBe(late)
    expect(delays.observe(NQ, { answeredAt: NOON })).toBe(late)
    expect(delays.observe(NQ, { answeredAt: NOON, lastTrade: NOON - 25 * MINUTE })).toBe(25 * MINUTE)
    expect(delays.observe(NQ, { answeredAt: NOON, lastTrade: NOON - DELAY })).toBe(DELAY)
  })

  it('leaves no quiet minute to a trade that was due at the answer before', () => {
    const delays = new ShownDelays()
    // Growing by 15 s a minute: every answer has new trades, each older than in the answer before.
    let answeredAt = NOON
    for (let delay = DELAY; delay < DELAY + 5 * MINUTE; delay += 15 * SECOND) {
      const lastTrade = answeredAt - delay
      const inForce = delays.observe(NQ, { answeredAt, lastTrade })
      expect(watermarkOf({ answeredAt, lastTrade }, inForce)).toBe(lastTrade)
      answeredAt += MINUTE
    }
  })

  it('takes a new trade that was not due before as the end of a quiet minute', () => {
    const delays = new ShownDelays()
    delays.observe(NQ, { answeredAt: NOON - 90 * SECOND, lastTrade: NOON - DELAY - 5 * MINUTE })
    expect(delays.observe(NQ, { answeredAt: NOON, lastTrade: NOON - DELAY - 80 * SECOND })).toBe(DELAY)
    expect(delays.observe(NQ, { answeredAt: NOON + MINUTE, lastTrade: NOON - DELAY - 10 * SECOND })).toBe(
      DELAY + 70 * SECOND,
    )
  })

  it('takes a trade as due before only when it was older than the declared delay', () => {
    const before = { answeredAt: NOON - 90 * SECOND, lastTrade: NOON - DELAY - 5 * MINUTE }
    for (const [age, expected] of [
      [DELAY, DELAY],
      [DELAY + 1, DELAY + 90 * SECOND + 1],
    ] as const) {
      const delays = new ShownDelays()
      delays.observe(NQ, before)
      expect(delays.observe(NQ, { answeredAt: NOON, lastTrade: before.answeredAt - age })).toBe(expected)
    }
  })

  it('takes a last trade after the answer as one on time', () => {
    const delays = new ShownDelays()
    delays.observe(NQ, { answeredAt: NOON, lastTrade: NOON - 30 * MINUTE })
    expect(delays.observe(NQ, { answeredAt: NOON, lastTrade: NOON + MINUTE })).toBe(DELAY)
  })

  it('judges no answer in a closed market', () => {
    const delays = new ShownDelays()
    const close = parseInstant('2024-06-26T21:00:00Z')
    expect(delays.observe(NQ, { answeredAt: close + 12 * MINUTE, lastTrade: close - 20 * MINUTE })).toBe(DELAY)
    expect(delays.observe(NQ, { answeredAt: close - 1, lastTrade: close - 20 * MINUTE })).toBe(20 * MINUTE - 1)
  })

  it('lets a quiet minute close', () => {
    const delays = new ShownDelays()
    const lastTrade = NOON - 1_000
    delays.observe(NQ, { answeredAt: NOON + DELAY + 10_000, lastTrade })
    const answeredAt = NOON + DELAY + 70_000
    const inForce = delays.observe(NQ, { answeredAt, lastTrade })
    expect(watermarkOf({ answeredAt, lastTrade }, inForce)).toBe(NOON + 10_000)
  })

  it('lets the last minute before the daily halt close, at the delay that was last in force', () => {
    const close = parseInstant('2024-06-26T21:00:00Z')
    const delays = new ShownDelays()
    const ordinary = { answeredAt: close + 12 * MINUTE, lastTrade: close - 2 * SECOND }
    expect(watermarkOf(ordinary, delays.observe(NQ, ordinary))).toBe(close + MINUTE)

    delays.observe(NQ, { answeredAt: close - MINUTE, lastTrade: close - 16 * MINUTE })
    const late = { answeredAt: close + 12 * MINUTE, lastTrade: close - 3 * MINUTE }
    expect(watermarkOf(late, delays.observe(NQ, late))).toBe(close - 3 * MINUTE)
  })

  it('does not take a weekend for a delay', () => {
    const delays = new ShownDelays()
    const friday = parseInstant('2024-06-28T20:59:59Z')
    const reopen = parseInstant('2024-06-30T22:00:00Z')
    expect(delays.observe(NQ, { answeredAt: reopen + 11 * MINUTE, lastTrade: friday })).toBe(DELAY)
    const shown = delays.observe(NQ, { answeredAt: reopen + 15 * MINUTE, lastTrade: friday })
    expect(shown).toBe(15 * MINUTE + SECOND)
  })

  it('keeps a raised delay over a break, until a trade of the new session is on time', () => {
    const close = parseInstant('2024-06-26T21:00:00Z')
    const delays = new ShownDelays()
    delays.observe(NQ, { answeredAt: close - MINUTE, lastTrade: close - 21 * MINUTE })
    const reopen = close + 60 * MINUTE
    expect(delays.observe(NQ, { answeredAt: reopen + 5 * MINUTE, lastTrade: close - SECOND })).toBe(20 * MINUTE)
    const fresh = { answeredAt: reopen + 11 * MINUTE, lastTrade: reopen + 30 * SECOND }
    expect(delays.observe(NQ, fresh)).toBe(DELAY)
  })

  it('keeps symbols apart', () => {
    const delays = new ShownDelays()
    delays.observe(NQ, { answeredAt: NOON, lastTrade: NOON - 30 * MINUTE })
    expect(delays.observe(instrumentOf('ES=F'), { answeredAt: NOON, lastTrade: NOON - DELAY })).toBe(DELAY)
    expect(delays.observe(NQ, { answeredAt: NOON })).toBe(30 * MINUTE)
  })

  it('goes back no further than a week and a day for the last trade', () => {
    const delays = new ShownDelays()
    const open = calendarOf(NQ).openPeriods(NOON - 8 * 1_440 * MINUTE, NOON)
    const expected = open.reduce((sum, { start, end }) => sum + end - start, 0)
    expect(delays.observe(NQ, { answeredAt: NOON, lastTrade: 1_000 })).toBe(expected)
  })

  it('takes a last trade of more than an hour ago as the end of trading where hours are not known', () => {
    const delays = new ShownDelays()
    const apple = instrumentOf('AAPL')
    expect(delays.observe(apple, { answeredAt: NOON, lastTrade: NOON - 20 * MINUTE })).toBe(20 * MINUTE)
    expect(delays.observe(apple, { answeredAt: NOON, lastTrade: NOON - 60 * MINUTE })).toBe(60 * MINUTE)
    expect(delays.observe(apple, { answeredAt: NOON, lastTrade: NOON - 61 * MINUTE })).toBe(0)
    expect(delays.observe(NQ, { answeredAt: NOON, lastTrade: NOON - 80 * MINUTE })).toBe(80 * MINUTE)
  })
})
