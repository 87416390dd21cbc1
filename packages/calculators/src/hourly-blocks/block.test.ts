import { type Bar, type Interval, intervalMs, parseInstant } from '@openpredict/market'
import { describe, expect, it } from 'vitest'

import { barAt, barsFrom, repeated } from '../../testing/hand-made-bars.ts'
import { HourlyBlocks, hourlyBlocks } from './hourly-blocks.ts'
import type { HourlyBlockRow } from './row.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const START = parseInstant('2024-07-01T14:00:00Z')
const minute = (n: number): number => START + n * MINUTE

/** A whole hour of bars. */
const hourOf = (interval: Interval): Bar[] =>
  barsFrom(START, repeated(100, HOUR / intervalMs(interval)), intervalMs(interval))

function fed(bars: readonly Bar[], options?: { readonly historyStart: number }): HourlyBlocks {
  const blocks = new HourlyBlocks(options)
  blocks.feed(bars)
  return blocks
}

const numbers = (rows: readonly HourlyBlockRow[]): readonly number[] => rows.map(({ block_number }) => block_number)

describe('the seven blocks of an hour', () => {
  it.each<[Interval, block: number, first: number, bars: number, confirmed: number]>([
    ['1m', 1, 0, 9, 9],
    ['1m', 2, 9, 9, 18],
    ['1m', 3, 18, 8, 26],
    ['1m', 4, 26, 9, 35],
    ['1m', 5, 35, 8, 43],
    ['1m', 6, 43, 9, 52],
    ['1m', 7, 52, 8, 60],
    ['5m', 1, 0, 2, 10],
    ['5m', 2, 10, 2, 20],
    ['5m', 3, 20, 2, 30],
    ['5m', 4, 30, 1, 35],
    ['5m', 5, 35, 2, 45],
    ['5m', 6, 45, 2, 55],
    ['5m', 7, 55, 1, 60],
    ['30s', 1, 0, 18, 9],
    ['30s', 2, 9, 17, 17.5],
    ['30s', 7, 51.5, 17, 60],
    ['15m', 1, 0, 1, 15],
    ['15m', 2, 15, 1, 30],
    ['15m', 4, 30, 1, 45],
    ['15m', 6, 45, 1, 60],
    ['1h', 1, 0, 1, 60],
  ])('of %s bars: block %d begins with the bar at minute %d, has %d of them and closes at %d', (...row) => {
    const [interval, block, first, bars, confirmed] = row
    const rows = hourlyBlocks(
      hourOf(interval).map((bar) => ({ ...bar, open: bar.time / MINUTE, high: 1e9 })),
      { interval },
    )
    expect(rows.find(({ block_number }) => block_number === block)).toMatchObject({
      open: minute(first) / MINUTE,
      volume: bars,
      complete: true,
      confirmed_at: minute(confirmed),
    })
  })

  it('without a bar has no row: 15-minute bars open in four of them, hourly ones in the first', () => {
    expect(numbers(hourlyBlocks(hourOf('15m'), { interval: '15m' }))).toEqual([1, 2, 4, 6])
    expect(numbers(hourlyBlocks(hourOf('1h'), { interval: '1h' }))).toEqual([1])
    expect(numbers(hourlyBlocks([barAt(minute(0), 1), barAt(minute(20), 1), barAt(minute(59), 1)]))).toEqual([1, 3, 7])
  })

  it('begin at sevenths of the hour, to the millisecond', () => {
    expect(hourlyBlocks(hourOf('1m')).map(({ timestamp }) => timestamp - START)).toEqual([
      0, 514_286, 1_028_571, 1_542_857, 2_057_143, 2_571_429, 3_085_714,
    ])
  })

  it('are counted anew every hour', () => {
    const rows = hourlyBlocks([...hourOf('1m'), barAt(minute(60), 1), barAt(minute(200), 1)])
    expect(rows.slice(6).map(({ hour_start, block_number }) => [(hour_start - START) / HOUR, block_number])).toEqual([
      [0, 7],
      [1, 1],
      [3, 3],
    ])
  })
})

describe('a block', () => {
  it('has the first open, the highest high, the lowest low, the last close and the summed volume', () => {
    const bars = [
      barAt(minute(0), [100, 103, 99, 101], 5),
      barAt(minute(3), [101, 108, 100, 107], 0),
      barAt(minute(8), [107, 107.5, 96, 98.25], 2),
    ]
    expect(hourlyBlocks(bars)).toEqual([
      {
        hour_start: START,
        block_number: 1,
        timestamp: START,
        open: 100,
        high: 108,
        low: 96,
        close: 98.25,
        volume: 7,
        deviation_from_hour_open: -1.75,
        bias: 'BEARISH',
        volatility_score: 12,
        complete: true,
        confirmed_at: minute(9),
      },
    ])
  })

  it('is measured from the open of the hour’s first bar, also in later blocks and in a later bar', () => {
    const rows = hourlyBlocks(
      [barAt(minute(2), [100, 104, 100, 104]), barAt(minute(9), [104, 104, 98, 98]), barAt(minute(60), 200)],
      { historyStart: START },
    )
    expect(rows.map((row) => row.deviation_from_hour_open)).toEqual([4, -2, 0])
  })

  it.each<[close: number, bias: HourlyBlockRow['bias']]>([
    [101, 'BULLISH'],
    [100.75, 'BULLISH'],
    [100.5, 'NEUTRAL'],
    [100, 'NEUTRAL'],
    [99.5, 'NEUTRAL'],
    [99.25, 'BEARISH'],
    [99, 'BEARISH'],
  ])('that closes at %d when the hour opened at 100 is %s', (close, bias) => {
    expect(hourlyBlocks([barAt(START, [100, 105, 95, close])])).toMatchObject([{ bias }])
  })

  it('is followed while it runs', () => {
    const blocks = new HourlyBlocks()
    blocks.next(barAt(minute(0), [100, 101, 99, 100.5], 1))
    expect(blocks.takeChanges()).toMatchObject([{ close: 100.5, volume: 1, complete: false, confirmed_at: null }])
    expect(blocks.takeChanges()).toEqual([])
    blocks.next(barAt(minute(1), [100.5, 103, 100, 102], 1))
    expect(blocks.takeFinished()).toEqual([])
    expect(blocks.takeChanges()).toMatchObject([
      { high: 103, low: 99, close: 102, volume: 2, bias: 'BULLISH', complete: false, confirmed_at: null },
    ])
  })

  it('is complete with its last bar', () => {
    const blocks = fed(barsFrom(minute(0), repeated(100, 8)))
    expect(blocks.current()).toMatchObject([{ complete: false }])
    blocks.next(barAt(minute(8), 100))
    expect(blocks.current()).toMatchObject([{ complete: true, confirmed_at: minute(9), volume: 9 }])
    expect(blocks.takeFinished()).toMatchObject([{ complete: true }])
    expect(blocks.takeChanges()).toEqual([])
  })

  it('is complete when the clock has reached its end, though its last minutes had no bars', () => {
    const blocks = fed([barAt(minute(3), 100)], { historyStart: START })
    blocks.takeChanges()
    blocks.advanceTo(minute(9) - 1)
    expect(blocks.takeChanges()).toEqual([])
    blocks.advanceTo(minute(9))
    expect(blocks.takeChanges()).toMatchObject([{ complete: true, confirmed_at: minute(9), volume: 1 }])
    blocks.advanceTo(minute(99))
    expect(blocks.takeChanges()).toEqual([])
    expect(hourlyBlocks([barAt(minute(0), 1)], { asOf: minute(9) })).toMatchObject([{ complete: true }])
  })

  it('is complete when a bar of a later one comes', () => {
    const blocks = fed([barAt(minute(0), 100), barAt(minute(9), 101)])
    expect(
      blocks.takeChanges().map(({ block_number, complete, confirmed_at }) => [block_number, complete, confirmed_at]),
    ).toEqual([
      [1, true, minute(9)],
      [2, false, null],
    ])
  })

  it('is complete with one bar that jumps into the last minute of a later one', () => {
    const blocks = fed([barAt(minute(0), 100), barAt(minute(25), 101)])
    expect(blocks.takeFinished().map(({ confirmed_at }) => confirmed_at)).toEqual([minute(9), minute(26)])
    expect(blocks.takeChanges()).toEqual([])
  })
})
