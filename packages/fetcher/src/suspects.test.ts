import { type Bar, BarSeries } from '@openpredict/market'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { splitSuspects } from './suspects.ts'

const MINUTE = 60_000

function bar(minute: number, price: number, changes: Partial<Bar> = {}): Bar {
  return { time: minute * MINUTE, open: price, high: price + 1, low: price - 1, close: price, volume: 1, ...changes }
}

function flat(minute: number, price: number): Bar {
  return bar(minute, price, { high: price, low: price })
}

/** `count` bars with a true range of 2 around 1,000, up to minute −1. */
function calm(count: number): BarSeries {
  return BarSeries.from(Array.from({ length: count }, (_, i) => bar(i - count, 1_000)))
}

function suspectMinutes(bars: readonly Bar[], context: BarSeries = calm(60)): number[] {
  return splitSuspects(BarSeries.from(bars), context).suspects.map((suspect) => suspect.bar.time / MINUTE)
}

describe('splitSuspects', () => {
  it('admits bars up to and with 40 points, the larger of 3 % and 20 times the median true range of 2', () => {
    expect(suspectMinutes([bar(0, 1_000, { high: 1_040 })])).toEqual([])
    expect(suspectMinutes([bar(0, 1_000, { high: 1_040.25 })])).toEqual([0])
    expect(suspectMinutes([bar(0, 1_000, { low: 960 })])).toEqual([])
    expect(suspectMinutes([bar(0, 1_000, { low: 959.75 })])).toEqual([0])
  })

  it('measures 3 % of the previous close where that is more', () => {
    const quiet = BarSeries.from([bar(-1, 1_000, { high: 1_000, low: 1_000 })])
    expect(suspectMinutes([bar(0, 1_030, { high: 1_030 })], quiet)).toEqual([])
    expect(suspectMinutes([bar(0, 1_030, { high: 1_030.25 })], quiet)).toEqual([0])
  })

  it('stretches true ranges to the close before', () => {
    // Each bar is flat but 4 away from the one before it.
    const steps = BarSeries.from(Array.from({ length: 61 }, (_, i) => flat(i - 61, 1_000 + (i % 2) * 4)))
    expect(suspectMinutes([flat(0, 1_080)], steps)).toEqual([])
    expect(suspectMinutes([flat(0, 1_080.25)], steps)).toEqual([0])
  })

  it('looks at no more than the last 60 bars', () => {
    const wild = Array.from({ length: 100 }, (_, i) => bar(i - 200, 1_000, { high: 1_020, low: 980 }))
    const context = BarSeries.from([...wild, ...calm(60)])
    expect(suspectMinutes([bar(0, 1_000, { high: 1_041 })], context)).toEqual([0])
    expect(suspectMinutes([bar(0, 1_000, { high: 1_041 })], context.slice(0, 130))).toEqual([])
  })

  it('counts its own bars among the last 60, and the close before them for the first of them', () => {
    const wild = BarSeries.from(Array.from({ length: 61 }, (_, i) => bar(i - 61, 1_000, { high: 1_020, low: 980 })))
    const calmed = calm(60)
      .toArray()
      .map((one) => ({ ...one, time: one.time + 60 * MINUTE }))
    expect(suspectMinutes([...calmed, bar(60, 1_000, { high: 1_041 })], wild)).toEqual([60])

    // Ranges of 0 and of 10, 30 of each; the first of them has its 10 from the close before it.
    const even = Array.from({ length: 60 }, (_, i) =>
      i > 0 && i < 30 ? bar(i - 60, 1_000, { high: 1_010, low: 1_000 }) : flat(i - 60, 1_000),
    )
    const context = BarSeries.from([flat(-61, 1_010), ...even])
    expect(suspectMinutes([bar(0, 1_000, { high: 1_100 })], context)).toEqual([])
    expect(suspectMinutes([bar(0, 1_000, { high: 1_100.25 })], context)).toEqual([0])
    // And the same when none of them was stored before.
    const none = BarSeries.from([])
    expect(suspectMinutes([...context, bar(0, 1_000, { high: 1_100 })], none)).toEqual([])
    expect(suspectMinutes([...context, bar(0, 1_000, { high: 1_100.25 })], none)).toEqual([0])
  })

  it('counts all of exactly 60 bars', () => {
    // Ranges of 10 and of 0, 30 of each: without the first the median were 0.
    const context = BarSeries.from(
      Array.from({ length: 60 }, (_, i) =>
        i < 30 ? bar(i - 60, 1_000, { high: 1_010, low: 1_000 }) : flat(i - 60, 1_000),
      ),
    )
    expect(suspectMinutes([bar(0, 1_000, { high: 1_100 })], context)).toEqual([])
    expect(suspectMinutes([bar(0, 1_000, { high: 1_100.25 })], context)).toEqual([0])
  })

  it('sorts ranges as numbers', () => {
    const context = BarSeries.from(
      [9, 100, 10].map((range, i) => bar(i - 3, 1_000, { high: 1_000 + range, low: 1_000 })),
    )
    expect(suspectMinutes([bar(0, 1_000, { high: 1_201 })], context)).toEqual([0])
    expect(suspectMinutes([bar(0, 1_000, { high: 1_200 })], context)).toEqual([])
  })

  it('takes the median of the bars there are when they are fewer than 60', () => {
    const context = BarSeries.from([
      bar(-3, 1_000, { high: 1_001, low: 1_000 }),
      bar(-2, 1_000, { high: 1_003, low: 1_000 }),
    ])
    expect(suspectMinutes([bar(0, 1_000, { high: 1_040 })], context)).toEqual([])
    expect(suspectMinutes([bar(0, 1_000, { high: 1_040.25 })], context)).toEqual([0])
  })

  it('admits the very first bar, whatever it is', () => {
    expect(suspectMinutes([bar(0, 5)], BarSeries.from([]))).toEqual([])
    expect(splitSuspects(BarSeries.from([bar(0, 5)])).suspects).toEqual([])
    expect(suspectMinutes([bar(0, 5), bar(1, 50), bar(2, 5)], BarSeries.from([]))).toEqual([1])
  })

  it('measures the next bar against the close before the suspect', () => {
    expect(suspectMinutes([bar(0, 2_000), bar(1, 1_000), bar(2, 1_000)])).toEqual([0])
  })

  it('admits a bar when the next opens within its range', () => {
    expect(suspectMinutes([bar(0, 1_100), bar(1, 1_101)])).toEqual([])
    expect(suspectMinutes([bar(0, 1_100), bar(1, 1_099)])).toEqual([])
    expect(suspectMinutes([bar(0, 1_100), bar(1, 1_098.75)])).toEqual([0, 1])
    expect(suspectMinutes([bar(0, 1_100), bar(1, 1_101.25)])).toEqual([0, 1])
    expect(suspectMinutes([bar(0, 1_100), bar(1, 1_101.25), bar(2, 1_101), bar(3, 1_101)])).toEqual([0])
  })

  it('gives the bars themselves when none is suspect, and says why one is', () => {
    const bars = BarSeries.from([bar(0, 1_000)])
    expect(splitSuspects(bars, calm(60)).admitted).toBe(bars)
    const { suspects } = splitSuspects(BarSeries.from([bar(0, 1_100)]), calm(60))
    expect(suspects[0]?.reason).toBe('a price lies 101 from the previous close 1000, more than the 40 allowed')
  })

  it('parts the bars in two without changing them', () => {
    const walk = fc.array(fc.integer({ min: 900, max: 1_100 }), { maxLength: 40 })
    fc.assert(
      fc.property(walk, fc.nat(80), (prices, count) => {
        const bars = BarSeries.from(prices.map((price, i) => bar(i, price)))
        const { admitted, suspects } = splitSuspects(bars, calm(count))
        const both = [...admitted, ...suspects.map((suspect) => suspect.bar)].toSorted((a, b) => a.time - b.time)
        expect(both).toEqual(bars.toArray())
      }),
    )
  })
})
