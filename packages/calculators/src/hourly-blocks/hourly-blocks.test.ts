import { type Bar, BarSeries, instrumentOf, parseInstant } from '@openpredict/market'
import { describe, expect, it } from 'vitest'

import { barAt, barsFrom, repeated, wanderingBars, type Prices } from '../../testing/hand-made-bars.ts'
import { CalculatorError } from '../errors.ts'
import { HourlyBlocks, hourlyBlocks, type HourlyBlocksOptions } from './hourly-blocks.ts'
import type { HourlyBlockRow } from './row.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const START = parseInstant('2024-07-01T14:00:00Z')
const minute = (n: number): number => START + n * MINUTE

/** A whole hour of bars. */
const HOUR_OF_BARS = barsFrom(START, repeated(100, 60))

function fed(bars: readonly Bar[], options?: HourlyBlocksOptions): HourlyBlocks {
  const blocks = new HourlyBlocks(options)
  blocks.feed(bars)
  return blocks
}

const key = ({ hour_start, block_number }: HourlyBlockRow): string => `${hour_start} ${block_number}`
const numbers = (rows: readonly HourlyBlockRow[]): readonly number[] => rows.map(({ block_number }) => block_number)

describe('current blocks', () => {
  it('are those of the hour that the last bar lies in', () => {
    const blocks = fed(HOUR_OF_BARS)
    expect(numbers(blocks.current())).toEqual([1, 2, 3, 4, 5, 6, 7])
    blocks.advanceTo(minute(90))
    expect(numbers(blocks.current())).toEqual([1, 2, 3, 4, 5, 6, 7])
    blocks.next(barAt(minute(100), 1))
    expect(blocks.current()).toMatchObject([{ hour_start: START + HOUR, block_number: 5, complete: false }])
  })

  it('are copies', () => {
    const blocks = fed(barsFrom(START, repeated(100, 20)))
    for (const row of [...blocks.current(), ...blocks.takeChanges()]) Object.assign(row, { open: -1 })
    expect(blocks.current().map(({ open }) => open)).toEqual([100, 100, 100])
  })
})

describe('history', () => {
  it('decides which hours are known: none that it begins within', () => {
    const bars = [barAt(minute(1), 1), barAt(minute(59), 1), barAt(minute(60), 1), barAt(minute(70), 1)]
    const blocks = new HourlyBlocks()
    const seen = bars.map((bar) => {
      blocks.next(bar)
      return [numbers(blocks.current()), numbers(blocks.takeChanges())]
    })
    expect(seen).toEqual([
      [[], []],
      [[], []],
      [[1], [1]],
      [
        [1, 2],
        [1, 2],
      ],
    ])
    expect(numbers(hourlyBlocks(bars, { historyStart: START }))).toEqual([1, 7, 1, 2])
    expect(numbers(hourlyBlocks(bars, { historyStart: START + 1 }))).toEqual([1, 2])
  })

  it('may begin with coarser bars: a block goes on with those that are finer, and closes as they do', () => {
    const blocks = new HourlyBlocks()
    blocks.warmUp([barAt(minute(0), [100, 105, 95, 101], 7)], '5m')
    expect(blocks.current()).toMatchObject([{ block_number: 1, volume: 7, complete: false }])
    blocks.feed(barsFrom(minute(5), [101, 102, 103]))
    expect(blocks.current()).toMatchObject([{ block_number: 1, volume: 10, close: 103, complete: false }])
    blocks.next(barAt(minute(8), 104))
    expect(blocks.current()).toMatchObject([{ open: 100, high: 105, volume: 11, confirmed_at: minute(9) }])
  })

  it('may begin with bars that are longer than a block', () => {
    const blocks = new HourlyBlocks()
    blocks.warmUp([barAt(minute(0), 100), barAt(minute(30), 101)], '30m')
    blocks.next(barAt(minute(60), 102))
    expect(blocks.takeChanges().map(({ block_number, confirmed_at }) => [block_number, confirmed_at])).toEqual([
      [1, minute(30)],
      [4, minute(60)],
      [1, null],
    ])
  })
})

describe('options', () => {
  it('biasThreshold: how far a block must close from the hour’s open', () => {
    const bias = (close: number, biasThreshold: number): unknown =>
      hourlyBlocks([barAt(START, [100, 110, 90, close])], { biasThreshold })[0]?.bias
    expect([bias(103, 3), bias(103.25, 3), bias(97, 3), bias(96.75, 3)]).toEqual([
      'NEUTRAL',
      'BULLISH',
      'NEUTRAL',
      'BEARISH',
    ])
    expect([bias(100, 0), bias(100.25, 0), bias(99.75, 0)]).toEqual(['NEUTRAL', 'BULLISH', 'BEARISH'])
  })

  it.each<[symbol: string, threshold: number, tick: number, price: number]>([
    ['NQ=F', 0.5, 0.25, 20_000],
    ['MNQ=F', 0.5, 0.25, 20_000],
    // 0.1, 0.7 and 0.055 points to the tick, at least one.
    ['ES=F', 0.25, 0.25, 5_500],
    ['YM=F', 1, 1, 39_000],
    ['RTY=F', 0.1, 0.1, 2_100],
    ['BTC-USD', 0.5, 0.001, 60_000],
  ])('biasThreshold of %s is %d by default', (symbol, threshold, tick, price) => {
    const bias = (move: number): unknown => {
      const close = Number((price + move).toFixed(3))
      const bar: Prices = [price, price + 10, price - 10, close]
      return hourlyBlocks([barAt(START, bar)], { instrument: instrumentOf(symbol) })[0]?.bias
    }
    expect([bias(threshold), bias(-threshold)]).toEqual(['NEUTRAL', 'NEUTRAL'])
    expect([bias(threshold + tick), bias(-threshold - tick)]).toEqual(['BULLISH', 'BEARISH'])
  })

  it('biasThreshold is not passed by the error of a float: 2100.3 − 2100.2 is more than 0.1', () => {
    expect(2100.3 - 2100.2).toBeGreaterThan(0.1)
    const options = { instrument: instrumentOf('RTY=F') }
    expect(hourlyBlocks([barAt(START, [2100.2, 2101, 2100, 2100.3])], options)).toMatchObject([
      { bias: 'NEUTRAL', deviation_from_hour_open: 0.1 },
    ])
    expect(hourlyBlocks([barAt(START, [2100.3, 2101, 2100, 2100.2])], options)).toMatchObject([{ bias: 'NEUTRAL' }])
  })

  it('round prices and differences to the instrument’s decimals when the row is built', () => {
    const rows = hourlyBlocks([barAt(START, [100.4, 103.6, 99.4, 101.6])], { instrument: instrumentOf('YM=F') })
    expect(rows).toMatchObject([
      // 101.6 − 100.4 is 1.2, more than the threshold of 1; 103.6 − 99.4 is 4.2.
      { open: 100, high: 104, low: 99, close: 102, deviation_from_hour_open: 1, bias: 'BULLISH', volatility_score: 4 },
    ])
  })

  it.each<[HourlyBlocksOptions, string]>([
    [{ biasThreshold: -0.5 }, 'option biasThreshold: found -0.5, expected points, 0 or more'],
    [{ biasThreshold: Number.NaN }, 'option biasThreshold: found NaN, expected points, 0 or more'],
    [{ interval: '7m' as '5m' }, 'option interval: found "7m"'],
  ])('that cannot be are refused: %o', (options, message) => {
    expect(() => new HourlyBlocks(options)).toThrow(CalculatorError)
    expect(() => new HourlyBlocks(options)).toThrow(message)
  })

  it('are part of a snapshot: one made with others is refused', () => {
    const snapshot = new HourlyBlocks().snapshot()
    expect(() => new HourlyBlocks({ biasThreshold: 1 }).restore(snapshot)).toThrow(
      'snapshot: made with biasThreshold 0.5, expected 1 as here',
    )
    new HourlyBlocks({ biasThreshold: 0.5 }).restore(snapshot)
  })
})

describe('rows', () => {
  it('are the same one bar at a time, in parts and all at once', () => {
    const bars = wanderingBars(3_000, START, 7)
    const whole = hourlyBlocks(BarSeries.from(bars))
    for (const size of [1, 7, 500]) {
      const blocks = new HourlyBlocks()
      const rows = new Map<string, HourlyBlockRow>()
      for (let i = 0; i < bars.length; i += size) {
        if (size === 1) blocks.next(bars[i] as Bar)
        else blocks.feed(bars, i, Math.min(i + size, bars.length))
        for (const row of blocks.takeChanges()) rows.set(key(row), row)
      }
      expect(new Map(whole.map((row) => [key(row), row]))).toEqual(rows)
    }
    expect(new Set(whole.map(key)).size).toBe(whole.length)
    expect(whole).toEqual(whole.toSorted((a, b) => a.timestamp - b.timestamp))
  })

  it('of a whole history take an asOf, not one before the last close', () => {
    expect(() => hourlyBlocks([barAt(START, 1)], { asOf: START })).toThrow(CalculatorError)
    expect(hourlyBlocks([])).toEqual([])
    expect(new HourlyBlocks().table).toBe('hourly_blocks')
  })

  it('go on from a snapshot', () => {
    const bars = barsFrom(START, [100, [100, 109, 100, 101], 102, 103])
    const blocks = fed(bars.slice(0, 2))
    const restored = new HourlyBlocks()
    restored.restore(blocks.snapshot())
    for (const one of [blocks, restored]) one.feed(bars, 2)
    expect(restored.current()).toEqual(blocks.current())
    expect(restored.current()).toMatchObject([{ open: 100, high: 109, close: 103, volume: 4 }])
  })
})
