import { instrumentOf } from '@openpredict/market'
import { describe, expect, it } from 'vitest'

import { barAt, newYork, nyBar, type Prices } from '../../testing/hand-made-bars.ts'
import { eventsAt, FAR, HISTORY, minute, OPEN, SIDES, YESTERDAY } from '../../testing/previous-day.ts'
import { LiquidityEvents, liquidityEvents } from './liquidity-events.ts'
import type { LiquidityEventRow, PoolType } from './row.ts'

describe.each(SIDES)('a bar at $pool', (side) => {
  it.each<[quality: LiquidityEventRow['quality'] | 'nothing', score: number | undefined, bar: Prices]>([
    ['nothing', undefined, [FAR, 1000.25, FAR, 1000]],
    ['nothing', undefined, [FAR, 1000.25, FAR, 1000.25]],
    ['WICK', 0.8, [FAR, 1000.5, FAR, 999]],
    ['WICK', 0.8, [FAR, 1000.5, FAR, 1000]],
    ['RUN', 0.5, [FAR, 1000.5, FAR, 1000.25]],
    ['WICK', 0.8, [FAR, 1004.75, FAR, 1000]],
    ['CLEAN_SWEEP', 1, [FAR, 1005, FAR, 1000]],
    ['CLEAN_SWEEP', 1, [FAR, 1100, FAR, 960]],
    ['RUN', 0.5, [FAR, 1005, FAR, 1000.25]],
    ['RUN', 0.5, [1010, 1030, 1010, 1030]],
  ])('makes %s, score %s, of %j: by how far it goes beyond and where it closes', (quality, score, bar) => {
    const rows = eventsAt(side, [FAR, bar])
    expect(rows.map((row) => row.quality)).toEqual(quality === 'nothing' ? [] : [quality])
    expect(rows[0]?.quality_score).toBe(score)
  })

  it('is told with its pool, its extreme and its close; the direction is that of the reversal it invites', () => {
    expect(eventsAt(side, [FAR, FAR, [FAR, 1006.25, FAR, 998]])).toEqual([
      {
        level_type: side.pool,
        period_start: HISTORY.historyStart,
        timestamp: minute(2),
        quality: 'CLEAN_SWEEP',
        event_type: 'PREV_DAY_HL',
        direction: side.direction,
        level_price: side.price(1000),
        sweep_price: side.price(1006.25),
        quality_score: 1,
        reclaimed_at: minute(3),
        hold_minutes: 1,
        hold_confirmed: false,
        hold_bonus: 0,
        event_weight: 2.5,
        confirmed_at: minute(3),
      },
    ])
  })

  it('takes its pool once: later ones find nothing there', () => {
    const rows = eventsAt(side, [
      [FAR, 1000.5, FAR, 999],
      [FAR, 1020, FAR, 999],
      [FAR, 1030, FAR, 1025],
    ])
    expect(rows.map(({ timestamp, sweep_price }) => [timestamp, sweep_price])).toEqual([[OPEN, side.price(1000.5)]])
  })

  it('that does not go far enough leaves the pool to the next', () => {
    const rows = eventsAt(side, [
      [FAR, 1000.25, FAR, 1000.25],
      [FAR, 1000.5, FAR, 999],
    ])
    expect(rows.map(({ timestamp }) => timestamp)).toEqual([minute(1)])
  })

  it('can be the first of the new day', () => {
    expect(eventsAt(side, [[FAR, 1001, FAR, 999]]).map(({ timestamp }) => timestamp)).toEqual([OPEN])
  })
})

describe('an event', () => {
  const LONG_AGO = { historyStart: newYork('2024-05-26 18:00') }
  const RANGE: Prices = [950, 1000, 900, 950]
  const SWEPT: Prices = [950, 1001, 899, 950]

  it.each<[PoolType, PoolType, LiquidityEventRow['event_type'], weight: number, range: string, sweep: string]>([
    ['ASIAN_HIGH', 'ASIAN_LOW', 'ASIA_RANGE', 3, '2024-07-01 18:00', '2024-07-02 02:00'],
    ['LONDON_HIGH', 'LONDON_LOW', 'SESSION_HL', 1.5, '2024-07-02 03:00', '2024-07-02 12:00'],
    ['NY_AM_HIGH', 'NY_AM_LOW', 'SESSION_HL', 1.5, '2024-07-02 08:30', '2024-07-02 12:00'],
    ['NY_PM_HIGH', 'NY_PM_LOW', 'SESSION_HL', 1.5, '2024-07-02 13:00', '2024-07-02 17:00'],
    ['PREV_DAY_HIGH', 'PREV_DAY_LOW', 'PREV_DAY_HL', 2.5, '2024-07-01 18:00', '2024-07-02 18:00'],
    ['PREV_WEEK_HIGH', 'PREV_WEEK_LOW', 'PREV_WEEK_HL', 2.5, '2024-06-30 18:00', '2024-07-07 18:00'],
  ])('at %s or %s is of type %s and weighs %d', (high, low, type, weight, range, sweep) => {
    const rows = liquidityEvents([nyBar(range, RANGE), nyBar(sweep, SWEPT)], LONG_AGO)
    const told = rows
      .filter(({ level_type }) => level_type === high || level_type === low)
      .map(({ level_type, event_type, event_weight, direction, period_start, timestamp }) => {
        return [level_type, event_type, event_weight, direction, period_start, timestamp]
      })
    expect(told).toEqual([
      [high, type, weight, 'BEARISH', newYork(range), newYork(sweep)],
      [low, type, weight, 'BULLISH', newYork(range), newYork(sweep)],
    ])
  })

  it('may come at many pools with one bar', () => {
    const rows = liquidityEvents([nyBar('2024-07-01 18:00', RANGE), nyBar('2024-07-02 18:00', SWEPT)], LONG_AGO)
    expect(rows.map(({ level_type }) => level_type)).toEqual([
      'ASIAN_HIGH',
      'PREV_DAY_HIGH',
      'ASIAN_LOW',
      'PREV_DAY_LOW',
    ])
  })
})

describe('distances', () => {
  const swept = (symbol: string, level: number, bar: Prices): readonly string[] => {
    const bars = [
      barAt(YESTERDAY.time, [level - 50, level, level - 100, level - 50]),
      barAt(OPEN, level - 50),
      barAt(minute(1), bar),
    ]
    return liquidityEvents(bars, { ...HISTORY, instrument: instrumentOf(symbol) })
      .filter(({ level_type }) => level_type === 'PREV_DAY_HIGH')
      .map(({ quality }) => quality)
  }

  it.each<[symbol: string, level: number, taken: number, clean: number, tick: number]>([
    ['NQ=F', 20_000, 0.5, 5, 0.25],
    ['MNQ=F', 20_000, 0.5, 5, 0.25],
    // A fifth of NQ's range: 0.1 and 1 points, the first less than a tick.
    ['ES=F', 5_500, 0.25, 1, 0.25],
    ['MES=F', 5_500, 0.25, 1, 0.25],
    // 1.4 times: 0.7 and 7, in whole points.
    ['YM=F', 39_000, 1, 7, 1],
    // 0.11 times: 0.055 and 0.55, in tenths.
    ['RTY=F', 2_100, 0.1, 0.6, 0.1],
    ['BTC-USD', 60_000, 0.5, 5, 0.001],
  ])('of %s are in proportion to its range, to the tick', (symbol, level, taken, clean, tick) => {
    const bar = (high: number): Prices => [level - 50, high, level - 50, level - 1]
    expect(swept(symbol, level, bar(level + taken - tick))).toEqual([])
    expect(swept(symbol, level, bar(level + taken))).toEqual(['WICK'])
    expect(swept(symbol, level, bar(level + clean - tick))).toEqual(['WICK'])
    expect(swept(symbol, level, bar(level + clean))).toEqual(['CLEAN_SWEEP'])
  })

  it('are not missed by the error of a float: 2100.5 − 2100.4 is less than 0.1', () => {
    expect(2100.5 - 2100.4).toBeLessThan(0.1)
    expect(swept('RTY=F', 2100.4, [2090, 2100.5, 2090, 2100])).toEqual(['WICK'])
    expect(2101 - 2100.4).toBeLessThan(0.6)
    expect(swept('RTY=F', 2100.4, [2090, 2101, 2090, 2100])).toEqual(['CLEAN_SWEEP'])
  })
})

it('prices are compared as given, and rounded when the row is built', () => {
  const events = new LiquidityEvents({ ...HISTORY, instrument: instrumentOf('YM=F') })
  events.next(barAt(YESTERDAY.time, [950, 1000.25, 900, 950]))
  events.next(barAt(OPEN, [950, 1001, 950, 950]))
  expect(events.takeChanges()).toEqual([])
  events.next(barAt(minute(1), [950, 1001.5, 950, 1000.4]))
  expect(events.takeChanges()).toMatchObject([{ quality: 'RUN', level_price: 1000, sweep_price: 1002 }])
})
