import type { Bar } from '@openpredict/market'
import { describe, expect, it } from 'vitest'

import { barsFrom, utcBar, type Prices } from '../../testing/hand-made-bars.ts'
import { currentEventsNaive, liquidityEventsNaive, type LiquidityOptions, type NaiveEvent } from './liquidity-events.ts'

const utc = (text: string): number => Date.parse(text)
const hourAndMinute = (t: number | null): string | null => (t === null ? null : new Date(t).toISOString().slice(11, 16))

// Sunday 18:00 New York is 22:00 UTC in summer; the Asian session ends at 06:00 UTC.
const ASIA = utcBar('2024-06-30T22:00:00Z', [100, 110, 50, 100])
const DAWN = utc('2024-07-01T06:00:00Z')

/** The Asian range from 50 to 110, and minutes from its completion on. */
const afterAsia = (...minutes: Prices[]): Bar[] => [ASIA, ...barsFrom(DAWN, minutes)]

const eventsAt = (level: string, bars: readonly Bar[], options: LiquidityOptions = {}): NaiveEvent[] =>
  liquidityEventsNaive(bars, options).filter((row) => row.level_type === level)

describe('reference liquidity events: what takes a pool', () => {
  const first = (bar: Prices, options: LiquidityOptions = {}): NaiveEvent | undefined =>
    eventsAt('ASIAN_HIGH', afterAsia(bar), options)[0]

  it.each<[string, Prices]>([
    ['WICK', [100, 110.5, 100, 100]],
    ['WICK', [100, 114.75, 100, 110]],
    ['CLEAN_SWEEP', [100, 115, 100, 110]],
    ['RUN', [100, 110.5, 100, 110.25]],
    ['RUN', [100, 130, 100, 110.25]],
  ])('is a %s, by depth and close: %j', (quality, bar) => {
    expect(first(bar)?.quality).toBe(quality)
  })

  it('is nothing less than half a point, nor a bar from before the session was complete', () => {
    expect(first([100, 110.25, 100, 110.25])).toBeUndefined()
    // The sixth hour begins with the completion, so the minute before it only makes the range wider.
    const early = [ASIA, utcBar('2024-07-01T05:59:00Z', [100, 120, 100, 100]), utcBar('2024-07-01T06:00:00Z', 119)]
    expect(eventsAt('ASIAN_HIGH', early)).toEqual([])
  })

  it('does not depend on how decimals look in binary', () => {
    const session = utcBar('2024-06-30T22:00:00Z', [1, 1.1, 1, 1])
    const bars = [session, ...barsFrom(DAWN, [[1, 1.4, 1, 1]])]
    // 1.4 − 1.1 is 0.2999…98.
    expect(1.4 - 1.1).toBeLessThan(0.3)
    expect(eventsAt('ASIAN_HIGH', bars, { minPenetration: 0.3 })[0]?.quality).toBe('WICK')
  })

  it('happens once: the pool is consumed', () => {
    expect(eventsAt('ASIAN_HIGH', afterAsia([100, 111, 100, 100], [100, 120, 100, 100]))).toHaveLength(1)
  })

  it('gives a whole row', () => {
    expect(eventsAt('ASIAN_HIGH', afterAsia(100, [100, 116, 100, 101], 101))).toEqual([
      {
        level_type: 'ASIAN_HIGH',
        period_start: ASIA.time,
        timestamp: DAWN + 60_000,
        quality: 'CLEAN_SWEEP',
        event_type: 'ASIA_RANGE',
        direction: 'BEARISH',
        level_price: 110,
        sweep_price: 116,
        quality_score: 1,
        reclaimed_at: DAWN + 120_000,
        hold_minutes: 2,
        hold_confirmed: false,
        hold_bonus: 0,
        event_weight: 3,
        confirmed_at: DAWN + 120_000,
      },
    ])
  })

  it('mirrors at lows', () => {
    const rows = eventsAt('ASIAN_LOW', afterAsia([60, 60, 49.5, 49.75], [49, 50, 49, 50]))
    expect(rows).toMatchObject([
      { quality: 'RUN', direction: 'BULLISH', level_price: 50, sweep_price: 49.5, hold_minutes: 1 },
    ])
    expect(rows[0]?.reclaimed_at).toBe(DAWN + 120_000)
  })

  it('has distances in the ratio of the instrument, in whole ticks and never less than one', () => {
    const penetrating = (by: number, instrument: string): boolean =>
      first([100, 110 + by, 100, 100], { instrument }) !== undefined
    // Dow: 1.4 · 0.5, to the tick of 1. S&P: 0.2 · 0.5 is less than its tick of 0.25. No tick: 0.5 as it is.
    expect([penetrating(0.99, 'YM=F'), penetrating(1, 'YM=F')]).toEqual([false, true])
    expect([penetrating(0.24, 'ES=F'), penetrating(0.25, 'ES=F')]).toEqual([false, true])
    expect([penetrating(0.49, 'EURUSD=X'), penetrating(0.5, 'EURUSD=X')]).toEqual([false, true])
  })
})

describe('reference liquidity events: near misses', () => {
  const near = (highs: number[], options: LiquidityOptions = {}): unknown[] =>
    eventsAt('ASIAN_HIGH', afterAsia(...highs), options).map((row) => [
      row.quality,
      row.sweep_price,
      hourAndMinute(row.timestamp),
      hourAndMinute(row.confirmed_at),
    ])

  it('begin within 5 points and end 20 points away, remembered by the earliest of the highest bars', () => {
    expect(near([105, 109, 109, 108, 90.25, 90])).toEqual([['NEAR_MISS', 109, '06:01', '06:06']])
    expect(near([104.75, 90])).toEqual([])
    expect(near([105, 90])).toEqual([['NEAR_MISS', 105, '06:00', '06:02']])
  })

  it('need a later bar: the pool can be missed again, and taken', () => {
    expect(near([110.25, 89, 104, 106, 89, 111])).toEqual([
      ['NEAR_MISS', 110.25, '06:00', '06:02'],
      ['NEAR_MISS', 106, '06:03', '06:05'],
      ['RUN', 111, '06:05', '06:06'],
    ])
  })

  it('are none when the pool is taken', () => {
    expect(near([109, 111, 80, 80])).toEqual([['RUN', 111, '06:01', '06:02']])
  })

  it('have no hold', () => {
    expect(eventsAt('ASIAN_HIGH', afterAsia(109, 80, 80))[0]).toMatchObject({
      quality_score: 0.4,
      reclaimed_at: null,
      hold_minutes: 0,
      hold_confirmed: false,
      hold_bonus: 0,
    })
  })

  it('are dropped with a pool that is replaced', () => {
    // The next Asian session completes on Tuesday at 06:00.
    const bars = [
      ...afterAsia(),
      utcBar('2024-07-01T22:00:00Z', 70),
      utcBar('2024-07-02T05:58:00Z', 60),
      utcBar('2024-07-02T05:59:00Z', 106),
    ]
    const [before, after] = [utcBar('2024-07-02T05:59:00Z', 80), utcBar('2024-07-02T06:00:00Z', 80)]
    expect(eventsAt('ASIAN_HIGH', [...bars, after])).toEqual([])
    // With the approach a minute earlier the retreat still counts.
    const earlier = bars
      .slice(0, -1)
      .map((bar) => (bar.close === 60 ? { ...utcBar('2024-07-02T05:58:00Z', 106) } : bar))
    expect(eventsAt('ASIAN_HIGH', [...earlier, before])).toMatchObject([{ quality: 'NEAR_MISS', sweep_price: 106 }])
  })
})

describe('reference liquidity events: the hold', () => {
  const held = (bars: readonly Bar[], options: LiquidityOptions = {}): unknown[] => {
    const [row] = eventsAt('ASIAN_HIGH', bars, options)
    return [hourAndMinute(row?.reclaimed_at ?? null), row?.hold_minutes, row?.hold_bonus, row?.hold_confirmed]
  }
  const run = (minutesLater: number, count: number): Bar[] => [
    ...afterAsia([100, 111, 100, 111]),
    ...barsFrom(
      DAWN + minutesLater * 60_000,
      Array.from({ length: count }, () => 110),
    ),
  ]

  it('begins with a close inside up to a quarter of an hour later', () => {
    expect(held(run(15, 1))).toEqual(['06:16', 1, 0, false])
    expect(held(run(16, 1))).toEqual([null, 0, 0, false])
  })

  it('counts bars, not minutes that are missing, up to the first close beyond', () => {
    const gap = [...run(1, 2), ...barsFrom(DAWN + 60 * 60_000, [110, 110.25, 110])]
    expect(held(gap)).toEqual(['06:02', 3, 0, false])
  })

  it.each([
    [29, 0],
    [30, 0.05],
    [59, 0.05],
    [60, 0.1],
    [119, 0.1],
    [120, 0.2],
    [240, 0.2],
  ])('of %d minutes earns %d', (minutes, bonus) => {
    expect(held(run(1, minutes))).toEqual(['06:02', minutes, bonus, bonus > 0])
  })

  it('freezes at 240 minutes', () => {
    expect(held(run(1, 300))).toEqual(['06:02', 240, 0.2, true])
    expect(held(run(1, 10), { maxHoldMinutes: 4 })[1]).toBe(4)
  })

  it('goes on after the pool has been replaced', () => {
    const overnight = [
      ...afterAsia([100, 111, 100, 111]),
      ...barsFrom(DAWN + 60_000, [100]),
      ...barsFrom(DAWN + 16 * 3_600_000, [100]),
      ...barsFrom(DAWN + 25 * 3_600_000, [100, 100, 120]),
    ]
    expect(held(overnight)).toEqual(['06:02', 4, 0, false])
  })

  it('is current while later bars can change it', () => {
    const isCurrent = (bars: readonly Bar[]): boolean =>
      currentEventsNaive(bars).some((row) => row.level_type === 'ASIAN_HIGH')
    const beyond = (minutes: number): Bar[] => afterAsia(...Array.from({ length: minutes }, () => 111))
    expect([isCurrent(beyond(1)), isCurrent(beyond(15)), isCurrent(beyond(16))]).toEqual([true, true, false])
    expect([isCurrent(run(1, 239)), isCurrent(run(1, 240))]).toEqual([true, false])
    expect(isCurrent([...run(1, 3), ...barsFrom(DAWN + 4 * 60_000, [111])])).toBe(false)
    expect(isCurrent(afterAsia(109, 80))).toBe(false)
  })
})

describe('reference liquidity events: pools of levels', () => {
  const DAY = 24 * 3_600_000
  const types = (bars: readonly Bar[]): string[] =>
    liquidityEventsNaive(bars).map((row) => `${row.level_type} ${row.event_type}`)

  it('are the previous day and week from the first bar on, which may take them', () => {
    const monday = utcBar('2024-07-07T22:00:00Z', [100, 130, 90, 100])
    expect(types([ASIA, monday])).toEqual([
      'ASIAN_HIGH ASIA_RANGE',
      'PREV_DAY_HIGH PREV_DAY_HL',
      'PREV_WEEK_HIGH PREV_WEEK_HL',
    ])
  })

  it('are London, the morning and the afternoon, each when it is complete', () => {
    const day = [
      // 03:00, 08:30 and 13:00 New York.
      utcBar('2024-07-01T07:00:00Z', [100, 101, 99, 100]),
      utcBar('2024-07-01T12:30:00Z', [100, 100.5, 99.5, 100]),
      utcBar('2024-07-01T17:00:00Z', [100, 100, 100, 100]),
      utcBar('2024-07-01T20:59:00Z', [100, 100, 98, 98.5]),
      utcBar('2024-07-01T21:00:00Z', [98.5, 98.5, 97, 98]),
    ]
    expect(types([ASIA, ...day])).toEqual(['LONDON_LOW SESSION_HL', 'NY_AM_LOW SESSION_HL', 'NY_PM_LOW SESSION_HL'])
  })

  it('need a period that history reaches back to the start of', () => {
    const late = { ...ASIA, time: ASIA.time + 60_000 }
    expect(types([late, utcBar('2024-07-01T06:00:00Z', 120)])).toEqual([])
    expect(liquidityEventsNaive([late, utcBar('2024-07-01T06:00:00Z', 120)], { historyStart: ASIA.time })).toHaveLength(
      1,
    )
  })

  it('give way to the next instance, not to a day without one', () => {
    // Tuesday has no Asian session: Monday's range is watched until Wednesday's is complete.
    const tuesday = utcBar('2024-07-02T14:00:00Z', [100, 109, 51, 100])
    const wednesday = utcBar('2024-07-02T22:00:00Z', [100, 105, 60, 100])
    const taken = (time: number): unknown =>
      eventsAt('ASIAN_HIGH', [ASIA, tuesday, wednesday, utcBar(new Date(time).toISOString(), 112)])[0]?.level_price
    expect(taken(DAWN + 2 * DAY - 60_000)).toBe(110)
    expect(taken(DAWN + 2 * DAY)).toBe(105)
  })
})
