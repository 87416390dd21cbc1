import { BarSeries } from '@openpredict/market'
import { describe, expect, it } from 'vitest'

import { aggregate, aggregateBy, join } from './aggregate.ts'

const bar = (minute: number, open: number, high: number, low: number, close: number, volume: number) => ({
  time: minute * 60_000,
  open,
  high,
  low,
  close,
  volume,
})
const minutes = BarSeries.from([
  bar(4, 10, 12, 9, 11, 5),
  bar(5, 11, 14, 11, 13, 7),
  bar(7, 13, 13, 8, 9, 1),
  bar(14, 9, 10, 9, 10, 2),
])

describe('aggregate', () => {
  it('merges into buckets counted from the epoch, stamped with their start', () => {
    expect(aggregate(minutes, 300_000).toArray()).toEqual([
      bar(0, 10, 12, 9, 11, 5),
      bar(5, 11, 14, 8, 9, 8),
      bar(10, 9, 10, 9, 10, 2),
    ])
  })

  it('leaves bars of the same interval as they are', () => {
    expect(aggregate(minutes, 60_000).toArray()).toEqual(minutes.toArray())
  })

  it('makes nothing of nothing', () => {
    expect(aggregate(BarSeries.from([]), 300_000).length).toBe(0)
  })

  it('merges as the starts say', () => {
    expect(aggregateBy(minutes, () => -60_000).toArray()).toEqual([bar(-1, 10, 14, 8, 10, 15)])
  })
})

describe('join', () => {
  it('is the bar that contains both', () => {
    expect(join(bar(5, 11, 14, 11, 13, 7), bar(7, 13, 13, 8, 9, 1))).toEqual(bar(5, 11, 14, 8, 9, 8))
  })
})
