import { describe, expect, it } from 'vitest'

import { barAt, barsFrom, newYork, nyBar, repeated, type Prices } from '../../testing/hand-made-bars.ts'
import { eventsAt, FAR, fedAt, HISTORY, minute, OPEN, SIDES, YESTERDAY } from '../../testing/previous-day.ts'
import { LiquidityEvents, liquidityEvents } from './liquidity-events.ts'
import type { LiquidityEventRow } from './row.ts'

const MINUTE = 60_000

/** A bar that takes the pool and closes inside or beyond. */
const taking = (close: number): Prices => [FAR, 1001, FAR, close]
/** A bar that closes there, its high out of reach of any pool. */
const closing = (close: number): Prices => [close, close, close, close]
const INSIDE = closing(999)
const BEYOND = closing(1000.25)

type Hold = Pick<LiquidityEventRow, 'reclaimed_at' | 'hold_minutes' | 'hold_confirmed' | 'hold_bonus'>
const holdOf = (rows: readonly LiquidityEventRow[]): readonly Hold[] =>
  rows.map(({ reclaimed_at, hold_minutes, hold_confirmed, hold_bonus }) => {
    return { reclaimed_at, hold_minutes, hold_confirmed, hold_bonus }
  })

describe.each(SIDES)('the hold of $pool', (side) => {
  const minutesOf = (bars: readonly (Prices | null)[]): readonly number[] =>
    eventsAt(side, bars).map(({ hold_minutes }) => hold_minutes)

  it.each<[minutes: number, bonus: number]>([
    [1, 0],
    [29, 0],
    [30, 0.05],
    [59, 0.05],
    [60, 0.1],
    [119, 0.1],
    [120, 0.2],
    [239, 0.2],
  ])('of %d minutes has a bonus of %d, and is confirmed when that is more than none', (minutes, bonus) => {
    const rows = eventsAt(side, [taking(999), ...repeated(INSIDE, minutes - 1), BEYOND, ...repeated(INSIDE, 9)])
    expect(holdOf(rows)).toEqual([
      { reclaimed_at: minute(1), hold_minutes: minutes, hold_confirmed: bonus > 0, hold_bonus: bonus },
    ])
  })

  it('is counted for 240 minutes and no longer', () => {
    expect(minutesOf([taking(999), ...repeated(INSIDE, 239)])).toEqual([240])
    expect(minutesOf([taking(999), ...repeated(INSIDE, 260)])).toEqual([240])
    expect(minutesOf([taking(999), ...repeated(INSIDE, 238), BEYOND, INSIDE])).toEqual([239])
  })

  it('counts closes at the very price as inside', () => {
    expect(minutesOf([taking(1000), closing(1000), closing(1000), BEYOND])).toEqual([3])
  })

  it('ends with the first close beyond, however price comes back', () => {
    expect(minutesOf([taking(999), INSIDE, BEYOND, ...repeated(INSIDE, 60)])).toEqual([2])
  })

  it('counts bars, not the minutes between them', () => {
    expect(minutesOf([taking(999), null, null, INSIDE, null, INSIDE, BEYOND])).toEqual([3])
  })

  it('of a run starts with the first bar that closes back inside and opens within 15 minutes', () => {
    const run = (outside: number): readonly Hold[] =>
      holdOf(eventsAt(side, [taking(1000.5), ...repeated(BEYOND, outside), INSIDE, INSIDE, BEYOND, INSIDE]))
    expect(run(0)).toMatchObject([{ reclaimed_at: minute(2), hold_minutes: 2 }])
    expect(run(14)).toMatchObject([{ reclaimed_at: minute(16), hold_minutes: 2 }])
    expect(run(15)).toMatchObject([{ reclaimed_at: null, hold_minutes: 0, hold_confirmed: false, hold_bonus: 0 }])
  })

  it('of a run without bars for a while goes by when the next one opens', () => {
    const after = (holes: number): readonly Hold[] =>
      holdOf(eventsAt(side, [taking(1000.5), ...Array.from({ length: holes }, () => null), INSIDE, INSIDE]))
    expect(after(14)).toMatchObject([{ reclaimed_at: minute(16), hold_minutes: 2 }])
    expect(after(15)).toMatchObject([{ reclaimed_at: null, hold_minutes: 0 }])
  })

  it('of a run that is never reclaimed stays empty: a breakout', () => {
    expect(eventsAt(side, [taking(1000.5), ...repeated(closing(1010), 30), INSIDE])).toMatchObject([
      { quality: 'RUN', reclaimed_at: null, hold_minutes: 0 },
    ])
  })

  it('makes no run of a wick, nor a wick of a run', () => {
    expect(eventsAt(side, [taking(999), BEYOND])).toMatchObject([{ quality: 'WICK', hold_minutes: 1 }])
    expect(eventsAt(side, [taking(1000.5), INSIDE])).toMatchObject([{ quality: 'RUN', hold_minutes: 1 }])
  })

  it('lives as long as it can change, and is finished then', () => {
    const events = fedAt(side, [taking(999), INSIDE])
    expect(events.current()).toMatchObject([{ hold_minutes: 2 }])
    expect(events.takeFinished()).toEqual([])
    events.next(barAt(minute(2), side.prices(BEYOND)))
    expect(events.current()).toEqual([])
    expect(events.takeFinished()).toMatchObject([{ hold_minutes: 2 }])
    expect(events.takeChanges()).toEqual([])
  })

  it('is finished when it has been counted for long enough', () => {
    const events = fedAt(side, [taking(999), ...repeated(INSIDE, 238)])
    expect(events.takeFinished()).toEqual([])
    events.next(barAt(minute(239), side.prices(INSIDE)))
    expect(events.takeFinished()).toMatchObject([{ hold_minutes: 240 }])
  })

  it('of a run is finished with the last bar that could have reclaimed it', () => {
    const events = fedAt(side, [taking(1000.5), ...repeated(BEYOND, 14)])
    expect(events.takeFinished()).toEqual([])
    expect(events.current()).toHaveLength(1)
    events.next(barAt(minute(15), side.prices(BEYOND)))
    expect(events.takeFinished()).toMatchObject([{ reclaimed_at: null }])
    expect(events.current()).toEqual([])
  })

  it('of a run is finished with a bar that opens too late to reclaim it', () => {
    const events = fedAt(side, [taking(1000.5), BEYOND])
    events.next(barAt(minute(20), side.prices(INSIDE)))
    expect(events.takeFinished()).toMatchObject([{ reclaimed_at: null }])
    expect(events.current()).toEqual([])
  })

  it('is told whenever it has grown', () => {
    const events = fedAt(side, [taking(1000.5)])
    expect(events.takeChanges()).toMatchObject([{ quality: 'RUN', hold_minutes: 0 }])
    events.next(barAt(minute(1), side.prices(BEYOND)))
    expect(events.takeChanges()).toEqual([])
    events.next(barAt(minute(2), side.prices(INSIDE)))
    expect(events.takeChanges()).toMatchObject([{ reclaimed_at: minute(3), hold_minutes: 1 }])
    expect(events.takeChanges()).toEqual([])
    events.next(barAt(minute(3), side.prices(INSIDE)))
    expect(events.takeChanges()).toMatchObject([{ reclaimed_at: minute(3), hold_minutes: 2 }])
  })
})

describe('holds', () => {
  it('of several pools are counted side by side', () => {
    const above: Prices = [950, 1001, 950, 999]
    const below: Prices = [950, 999, 899, 901]
    const bars = barsFrom(OPEN, [above, below, 950, [950, 999, 890, 899.75], 950, [950, 1001, 950, 1000.25]])
    const rows = liquidityEvents([YESTERDAY, ...bars], HISTORY)
    expect(rows.map(({ level_type, hold_minutes }) => [level_type, hold_minutes])).toEqual([
      ['PREV_DAY_HIGH', 5],
      ['PREV_DAY_LOW', 2],
    ])
  })

  it('go on when another pool has taken the place of theirs', () => {
    const range = nyBar('2024-07-01 18:00', [950, 1000, 900, 950])
    const sweep = nyBar('2024-07-03 01:58', [950, 1001, 950, 999])
    const after = barsFrom(newYork('2024-07-03 01:59'), repeated(960, 40))
    const asian = liquidityEvents([range, sweep, ...after], HISTORY).filter(
      ({ level_type }) => level_type === 'ASIAN_HIGH',
    )
    expect(asian).toMatchObject([{ period_start: newYork('2024-07-01 18:00'), hold_minutes: 41, hold_bonus: 0.05 }])
  })
})

describe('other bars', () => {
  const TAKING: Prices = [950, 1001, 950, 999]
  const RUNNING: Prices = [950, 1001, 950, 1000.5]
  const withBars = (interval: '30s' | '5m' | '15m' | '1h', prices: readonly (Prices | null)[]): readonly Hold[] => {
    const length = { '30s': 0.5, '5m': 5, '15m': 15, '1h': 60 }[interval] * MINUTE
    const yesterday = { ...YESTERDAY, time: newYork('2024-07-02 12:00') }
    const rows = liquidityEvents([yesterday, ...barsFrom(OPEN, prices, length)], { ...HISTORY, interval })
    return holdOf(rows.filter(({ level_type }) => level_type === 'PREV_DAY_HIGH'))
  }

  it('count their own minutes', () => {
    expect(withBars('5m', [TAKING, ...repeated(950, 4), 1001])).toMatchObject([
      { reclaimed_at: minute(5), hold_minutes: 25, hold_confirmed: false },
    ])
    expect(withBars('5m', [TAKING, ...repeated(950, 5)])).toMatchObject([{ hold_minutes: 30, hold_confirmed: true }])
    expect(withBars('1h', [TAKING, ...repeated(950, 5)])).toMatchObject([{ hold_minutes: 240, hold_bonus: 0.2 }])
  })

  it('shorter than a minute count as what they make up, in whole minutes', () => {
    expect(withBars('30s', [TAKING, 950, 950, 1001])).toMatchObject([{ reclaimed_at: OPEN + 30_000, hold_minutes: 1 }])
    expect(withBars('30s', [TAKING, ...repeated(950, 59)])).toMatchObject([{ hold_minutes: 30, hold_bonus: 0.05 }])
    expect(withBars('30s', [TAKING, ...repeated(950, 58)])).toMatchObject([{ hold_minutes: 29, hold_bonus: 0 }])
  })

  it('reclaim a run when they open within 15 minutes of its bar', () => {
    expect(withBars('5m', [RUNNING, 1001, 1001, 950, 950])).toMatchObject([
      { reclaimed_at: minute(20), hold_minutes: 10 },
    ])
    expect(withBars('5m', [RUNNING, 1001, 1001, 1001, 950])).toMatchObject([{ reclaimed_at: null }])
    expect(withBars('15m', [RUNNING, 950])).toMatchObject([{ reclaimed_at: minute(30), hold_minutes: 15 }])
    expect(withBars('1h', [RUNNING, 950])).toMatchObject([{ reclaimed_at: null, hold_minutes: 0 }])
  })

  it('taken before count by their own length', () => {
    const events = new LiquidityEvents(HISTORY)
    events.next(YESTERDAY)
    events.warmUp(barsFrom(OPEN, [TAKING, 950, 950, 950, 950], 5 * MINUTE), '5m')
    events.feed(barsFrom(minute(25), repeated(950, 4)))
    expect(events.current()).toMatchObject([{ hold_minutes: 29, hold_confirmed: false }])
    events.next(barAt(minute(29), 950))
    expect(events.current()).toMatchObject([{ reclaimed_at: minute(5), hold_minutes: 30, hold_confirmed: true }])
  })
})
