import { describe, expect, it } from 'vitest'

import type { Prices } from '../../testing/hand-made-bars.ts'
import { eventsAt, FAR, fedAt, HISTORY, minute, SIDES } from '../../testing/previous-day.ts'

/** Bars that reach so high, and close far away. */
const reaching = (...highs: readonly number[]): Prices[] => highs.map((high) => [FAR, high, FAR, FAR])

describe.each(SIDES)('a near miss at $pool', (side) => {
  const told = (...highs: readonly number[]): unknown[] =>
    eventsAt(side, reaching(...highs)).map(({ quality, timestamp, sweep_price, confirmed_at }) => [
      quality,
      (timestamp - minute(0)) / 60_000,
      side.price(sweep_price),
      (confirmed_at - minute(0)) / 60_000,
    ])

  it('is told with the highest bar of the approach when price has turned away', () => {
    expect(eventsAt(side, reaching(FAR, 996, 998.25, 997, 985, 979))).toEqual([
      {
        level_type: side.pool,
        period_start: HISTORY.historyStart,
        timestamp: minute(2),
        quality: 'NEAR_MISS',
        event_type: 'PREV_DAY_HL',
        direction: side.direction,
        level_price: side.price(1000),
        sweep_price: side.price(998.25),
        quality_score: 0.4,
        reclaimed_at: null,
        hold_minutes: 0,
        hold_confirmed: false,
        hold_bonus: 0,
        event_weight: 2.5,
        confirmed_at: minute(6),
      },
    ])
  })

  it('begins 5 points before the pool, not farther', () => {
    expect(told(995, 970)).toEqual([['NEAR_MISS', 0, 995, 2]])
    expect(told(994.75, 970)).toEqual([])
  })

  it('may begin beyond the pool, as long as that does not take it', () => {
    expect(told(1000.25, 970)).toEqual([['NEAR_MISS', 0, 1000.25, 2]])
    expect(told(1000.5, 970)).toEqual([['WICK', 0, 1000.5, 1]])
  })

  it('ends 20 points before the pool, not nearer', () => {
    expect(told(998, 980.25, 980.25)).toEqual([])
    expect(told(998, 980.25, 980)).toEqual([['NEAR_MISS', 0, 998, 3]])
  })

  it('is told with the earliest of bars that are equally high', () => {
    expect(told(996, 999, 998, 999, 970)).toEqual([['NEAR_MISS', 1, 999, 5]])
  })

  it('goes on while price moves away without turning, and comes back', () => {
    expect(told(996, 985, 981, 985, 997, 970)).toEqual([['NEAR_MISS', 4, 997, 6]])
    expect(told(997, 985, 996, 970)).toEqual([['NEAR_MISS', 0, 997, 4]])
  })

  it('is none when the approach takes the pool', () => {
    expect(told(996, 999, 1001, 970, 999, 970)).toEqual([['WICK', 2, 1001, 3]])
  })

  it('leaves the pool active: it may be followed by others, and by a sweep', () => {
    expect(told(999, 970, 990, 970, 996, 970, 1005)).toEqual([
      ['NEAR_MISS', 0, 999, 2],
      ['NEAR_MISS', 4, 996, 6],
      ['CLEAN_SWEEP', 6, 1005, 7],
    ])
  })

  it('is final at once', () => {
    const events = fedAt(side, reaching(996, 970))
    expect(events.current()).toEqual([])
    expect(events.takeFinished()).toMatchObject([{ quality: 'NEAR_MISS' }])
    expect(events.takeChanges()).toEqual([])
  })
})
