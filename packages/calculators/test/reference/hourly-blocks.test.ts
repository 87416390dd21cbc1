import type { Bar } from '@openpredict/market'
import { describe, expect, it } from 'vitest'

import { barAt, barsFrom, type Prices } from '../../testing/hand-made-bars.ts'
import { currentBlocksNaive, hourlyBlocksNaive } from './hourly-blocks.ts'

const HOUR_START = Date.parse('2024-07-01T14:00:00Z')
const MINUTE = 60_000
const minutesOf = (t: number | null): number | null => (t === null ? null : (t - HOUR_START) / MINUTE)
const flat = (count: number, interval = MINUTE): Bar[] =>
  barsFrom(
    HOUR_START,
    Array.from({ length: count }, () => 100),
    interval,
  )

describe('reference hourly blocks', () => {
  it('divide sixty minutes by seven', () => {
    const blocks = hourlyBlocksNaive(flat(60))
    // 0–8, 9–17, 18–25, 26–34, 35–42, 43–51 and 52–59: volumes count the minutes.
    expect(blocks.map((block) => block.volume)).toEqual([9, 9, 8, 9, 8, 9, 8])
    expect(blocks.map((block) => minutesOf(block.confirmed_at))).toEqual([9, 18, 26, 35, 43, 52, 60])
    expect(blocks.map((block) => block.timestamp - HOUR_START)).toEqual([
      0, 514_286, 1_028_571, 1_542_857, 2_057_143, 2_571_429, 3_085_714,
    ])
    expect(blocks.map((block) => block.block_number)).toEqual([1, 2, 3, 4, 5, 6, 7])
  })

  it('divide twelve bars of five minutes too, and have none without a bar', () => {
    const fives = hourlyBlocksNaive(flat(12, 5 * MINUTE), { interval: '5m' })
    expect(fives.map((block) => block.volume)).toEqual([2, 2, 2, 1, 2, 2, 1])
    expect(fives.map((block) => minutesOf(block.confirmed_at))).toEqual([10, 20, 30, 35, 45, 55, 60])
    const quarters = hourlyBlocksNaive(flat(4, 15 * MINUTE), { interval: '15m' })
    // Minutes 0, 15, 30 and 45.
    expect(quarters.map((block) => block.block_number)).toEqual([1, 2, 4, 6])
    expect(quarters.map((block) => minutesOf(block.confirmed_at))).toEqual([15, 30, 45, 60])
    const [whole] = hourlyBlocksNaive(flat(1, 60 * MINUTE), { interval: '1h' })
    expect([whole?.block_number, minutesOf(whole?.confirmed_at ?? null)]).toEqual([1, 60])
  })

  it('give a whole row', () => {
    const bars = barsFrom(HOUR_START, [
      ...Array.from({ length: 9 }, () => 100),
      [101, 104, 98, 99],
      [99, 100, 97, 99.25],
    ])
    expect(hourlyBlocksNaive(bars).at(-1)).toEqual({
      hour_start: HOUR_START,
      block_number: 2,
      timestamp: HOUR_START + 514_286,
      open: 101,
      high: 104,
      low: 97,
      close: 99.25,
      volume: 2,
      deviation_from_hour_open: -0.75,
      bias: 'BEARISH',
      volatility_score: 7,
      complete: false,
      confirmed_at: null,
    })
  })

  it.each([
    [100.5, 'NEUTRAL'],
    [100.75, 'BULLISH'],
    [99.5, 'NEUTRAL'],
    [99.25, 'BEARISH'],
  ])('seen from an open of 100 close at %d: %s', (close, bias) => {
    expect(hourlyBlocksNaive(barsFrom(HOUR_START, [100, close]))[0]?.bias).toBe(bias)
  })

  it('measure bias from the open of the hour, with limits in the ratio of the instrument and no binary noise', () => {
    const last = (bars: readonly Bar[], options = {}): string | undefined =>
      hourlyBlocksNaive(bars, options).at(-1)?.bias
    const late = [barAt(HOUR_START, 100), barAt(HOUR_START + 30 * MINUTE, 101), barAt(HOUR_START + 31 * MINUTE, 100.25)]
    expect(last(late)).toBe('NEUTRAL')
    const dow = (close: number): Bar[] => barsFrom(HOUR_START, [100, close])
    // 1.4 · 0.5 to the tick of 1.
    expect([last(dow(101), { instrument: 'YM=F' }), last(dow(102), { instrument: 'YM=F' })]).toEqual([
      'NEUTRAL',
      'BULLISH',
    ])
    // 1.1 − 1 is 0.1000…09.
    const tenth: readonly Prices[] = [1, 1.1]
    expect(last(barsFrom(HOUR_START, tenth), { biasThreshold: 0.1 })).toBe('NEUTRAL')
  })

  it('complete by the clock', () => {
    const completeAt = (asOf: number): unknown =>
      hourlyBlocksNaive(flat(3), { asOf: HOUR_START + asOf }).map((block) => block.complete)
    expect([completeAt(9 * MINUTE - 1), completeAt(9 * MINUTE)]).toEqual([[false], [true]])
  })

  it('end by the length of their own last bar', () => {
    // Five minutes from 10 on reach to 15; block 2 ends at 17.14.
    const coarse = [barAt(HOUR_START + 10 * MINUTE, 100)]
    const fine = barAt(HOUR_START + 15 * MINUTE, 100)
    const warmUp = { until: HOUR_START + 15 * MINUTE, interval: '5m' } as const
    const endOf = (bars: readonly Bar[]): unknown =>
      minutesOf(
        hourlyBlocksNaive(bars, { warmUp, historyStart: HOUR_START, asOf: HOUR_START + 60 * MINUTE })[0]
          ?.confirmed_at ?? null,
      )
    expect([endOf(coarse), endOf([...coarse, fine])]).toEqual([20, 18])
  })

  it('are of hours that history reaches back to the start of', () => {
    const late = flat(60).slice(1)
    expect(hourlyBlocksNaive(late)).toEqual([])
    expect(hourlyBlocksNaive(late, { historyStart: HOUR_START })).toHaveLength(7)
  })

  it('are current in the hour of the last bar', () => {
    expect(currentBlocksNaive(flat(60))).toHaveLength(7)
    expect(currentBlocksNaive(flat(61)).map((block) => minutesOf(block.hour_start))).toEqual([60])
    expect(currentBlocksNaive([])).toEqual([])
  })
})
