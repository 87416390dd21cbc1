import { type Bar, parseInstant } from '@openpredict/market'
import { describe, expect, it } from 'vitest'

import { newYork, nyBar, type Prices } from '../../testing/hand-made-bars.ts'
import { LiquidityEvents, liquidityEvents } from './liquidity-events.ts'
import type { PoolType } from './row.ts'

/** A vouched-for history that is long enough for every period. */
const LONG_AGO = { historyStart: parseInstant('2020-01-01') }
const RANGE: Prices = [950, 1000, 900, 950]
const to = (high: number): Prices => [950, high, 950, 950]

/** The events at one kind of pool, as the start of its period and the bar that made them. */
function told(type: PoolType, bars: readonly Bar[], options: { readonly historyStart?: number } = LONG_AGO): unknown[] {
  return liquidityEvents(bars, options)
    .filter(({ level_type }) => level_type === type)
    .map(({ level_price, period_start, timestamp, quality }) => {
      const bar = bars.find(({ time }) => time === timestamp)
      return [level_price, period_start, bars.indexOf(bar as Bar), quality]
    })
}

describe('the pool of a session', () => {
  const asian = newYork('2024-07-01 18:00')

  it('is active from its end, with the first bar from there on', () => {
    const range = [nyBar('2024-07-01 18:00', RANGE), nyBar('2024-07-02 01:59', to(1010))]
    expect(told('ASIAN_HIGH', [...range, nyBar('2024-07-02 02:00', to(1010.5))])).toEqual([[1010, asian, 2, 'WICK']])
    expect(told('ASIAN_HIGH', [...range, nyBar('2024-07-02 02:00', to(1010))])).toEqual([])
    expect(told('ASIAN_LOW', [...range, nyBar('2024-07-02 12:00', [950, 950, 899, 950])])).toEqual([
      [900, asian, 2, 'WICK'],
    ])
  })

  it('is not there while it runs, although others begin and end meanwhile', () => {
    // New York's morning begins at 8:30, in the middle of London, and ends with it.
    const range = [nyBar('2024-07-02 03:00', RANGE), nyBar('2024-07-02 08:30', to(990))]
    expect(told('LONDON_HIGH', [...range, nyBar('2024-07-02 08:31', to(1001))])).toEqual([])
    expect(told('LONDON_HIGH', [...range, nyBar('2024-07-02 12:00', to(1001))])).toEqual([
      [1000, newYork('2024-07-02 03:00'), 2, 'WICK'],
    ])
  })

  it('stays active while the next one runs, and gives way to it at its end', () => {
    const [first, running] = [nyBar('2024-07-01 18:00', RANGE), nyBar('2024-07-02 18:00', [950, 980, 890, 950])]
    const before = nyBar('2024-07-03 01:59', to(1001))
    expect(told('ASIAN_HIGH', [first, running, before])).toEqual([[1000, asian, 2, 'WICK']])
    const after = nyBar('2024-07-03 02:00', to(1001))
    expect(told('ASIAN_HIGH', [first, running, after])).toEqual([[980, newYork('2024-07-02 18:00'), 2, 'CLEAN_SWEEP']])
  })

  it('stays active over sessions without a bar, and over the weekend', () => {
    const bars = [nyBar('2024-07-04 13:00', RANGE), nyBar('2024-07-05 12:59', 950), nyBar('2024-07-08 12:59', to(1001))]
    expect(told('NY_PM_HIGH', bars)).toEqual([[1000, newYork('2024-07-04 13:00'), 2, 'WICK']])
  })

  it('that is taken is not there any more, its other side is; the next session makes both anew', () => {
    const bars = [
      nyBar('2024-07-01 18:00', RANGE),
      nyBar('2024-07-02 02:00', to(1001)),
      nyBar('2024-07-02 02:01', [950, 1002, 899, 950]),
      nyBar('2024-07-02 18:00', RANGE),
      nyBar('2024-07-03 02:00', to(1003)),
    ]
    expect(told('ASIAN_HIGH', bars)).toEqual([
      [1000, asian, 1, 'WICK'],
      [1000, newYork('2024-07-02 18:00'), 4, 'WICK'],
    ])
    expect(told('ASIAN_LOW', bars)).toEqual([[900, asian, 2, 'WICK']])
  })

  it('drops its open approach when it is replaced', () => {
    const approach = [nyBar('2024-07-01 18:00', RANGE), nyBar('2024-07-02 19:00', to(998))]
    expect(told('ASIAN_HIGH', [...approach, nyBar('2024-07-03 02:00', to(960))])).toEqual([])
    expect(told('ASIAN_HIGH', [...approach, nyBar('2024-07-03 01:59', to(960))])).toEqual([
      [1000, asian, 1, 'NEAR_MISS'],
    ])
  })

  it('is made of the whole session, also when another begins within it', () => {
    const london = newYork('2024-07-02 03:00')
    const bars = [nyBar('2024-07-02 03:00', RANGE), nyBar('2024-07-02 09:00', to(990))]
    expect(told('LONDON_HIGH', [...bars, nyBar('2024-07-02 12:00', to(1001))])).toEqual([[1000, london, 2, 'WICK']])
    const higher = bars.with(1, nyBar('2024-07-02 09:00', to(1010)))
    expect(told('LONDON_HIGH', [...higher, nyBar('2024-07-02 12:00', to(1011))])).toEqual([[1010, london, 2, 'WICK']])
  })

  it('is none when history does not reach back to the start of the session', () => {
    const bars = [nyBar('2024-07-01 18:01', RANGE), nyBar('2024-07-02 02:00', to(1001))]
    expect(told('ASIAN_HIGH', bars, {})).toEqual([])
    expect(told('ASIAN_HIGH', bars, { historyStart: asian })).toHaveLength(1)
    expect(told('ASIAN_HIGH', bars, { historyStart: asian + 1 })).toEqual([])
  })

  it('is not made again by bars between two sessions', () => {
    const bars = [
      nyBar('2024-07-02 03:00', RANGE),
      nyBar('2024-07-02 12:00', to(1001)),
      nyBar('2024-07-02 18:00', to(1001)),
      nyBar('2024-07-03 02:59', to(1005)),
    ]
    expect(told('LONDON_HIGH', bars)).toEqual([[1000, newYork('2024-07-02 03:00'), 1, 'WICK']])
  })
})

describe('the pool of the previous day', () => {
  const monday = newYork('2024-06-30 18:00')

  it('is active from the first bar of the next, however late that comes', () => {
    const bars = [nyBar('2024-07-01 12:30', RANGE), nyBar('2024-07-03 12:30', to(1001))]
    expect(told('PREV_DAY_HIGH', bars)).toEqual([[1000, monday, 1, 'WICK']])
  })

  it('is that of the day, not touched by the day itself', () => {
    const bars = [nyBar('2024-07-01 12:30', RANGE), nyBar('2024-07-01 17:59', to(1004))]
    expect(told('PREV_DAY_HIGH', [...bars, nyBar('2024-07-01 18:00', to(1004))])).toEqual([])
    expect(told('PREV_DAY_HIGH', [...bars, nyBar('2024-07-01 18:00', to(1004.5))])).toEqual([[1004, monday, 2, 'WICK']])
  })

  it('gives way to the next with its first bar', () => {
    const bars = [nyBar('2024-07-01 12:30', RANGE), nyBar('2024-07-02 12:30', [950, 960, 940, 950])]
    expect(told('PREV_DAY_HIGH', [...bars, nyBar('2024-07-02 17:59', to(1001))])).toEqual([[1000, monday, 2, 'WICK']])
    const next = [...bars, nyBar('2024-07-02 18:00', to(1001))]
    expect(told('PREV_DAY_HIGH', next)).toEqual([[960, newYork('2024-07-01 18:00'), 2, 'CLEAN_SWEEP']])
  })

  it('is none when history does not reach back to the start of that day', () => {
    const bars = [nyBar('2024-07-01 12:30', RANGE), nyBar('2024-07-01 18:00', to(1001))]
    expect(told('PREV_DAY_HIGH', bars, {})).toEqual([])
    expect(told('PREV_DAY_HIGH', bars, { historyStart: monday })).toHaveLength(1)
    expect(told('PREV_DAY_HIGH', [...bars, nyBar('2024-07-02 18:00', to(1002))], {})).toEqual([
      [1001, newYork('2024-07-01 18:00'), 2, 'WICK'],
    ])
  })
})

describe('the pool of the previous week', () => {
  const week = newYork('2024-06-23 18:00')

  it('lasts for the week', () => {
    const bars = [
      nyBar('2024-06-24 12:30', RANGE),
      nyBar('2024-06-28 12:30', 950),
      nyBar('2024-06-30 18:00', to(990)),
      nyBar('2024-07-05 12:30', to(1001)),
    ]
    expect(told('PREV_WEEK_HIGH', bars)).toEqual([[1000, week, 3, 'WICK']])
    const next = bars.with(3, nyBar('2024-07-07 18:00', to(1001)))
    expect(told('PREV_WEEK_HIGH', next)).toEqual([[990, newYork('2024-06-30 18:00'), 3, 'CLEAN_SWEEP']])
  })

  it('is none when history does not reach back to the start of that week', () => {
    const bars = [nyBar('2024-06-24 12:30', RANGE), nyBar('2024-06-30 18:00', to(1001))]
    expect(told('PREV_WEEK_HIGH', bars, { historyStart: week + 1 })).toEqual([])
    expect(told('PREV_WEEK_HIGH', bars, { historyStart: week })).toEqual([[1000, week, 1, 'WICK']])
  })
})

it('the clock alone activates no pool of a level: it does not tell where price went', () => {
  const events = new LiquidityEvents(LONG_AGO)
  events.next(nyBar('2024-07-01 18:00', RANGE))
  events.advanceTo(newYork('2024-07-02 18:00'))
  expect(events.takeChanges()).toEqual([])
  events.next(nyBar('2024-07-02 18:00', to(1001)))
  expect(events.takeChanges().map(({ level_type }) => level_type)).toEqual(['ASIAN_HIGH', 'PREV_DAY_HIGH'])
})
