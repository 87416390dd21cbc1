import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import type { Bar } from './bar.ts'
import { BarSeries, BarSeriesBuilder } from './bar-series.ts'

const price = fc.double({ min: 0, max: 1e6, noNaN: true })
const anyBar = fc.record({ open: price, high: price, low: price, close: price, volume: price })

/** Bars with ascending, sometimes distant times. */
const ascending = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 500 }), anyBar), { maxLength: 300 })
  .map((steps): Bar[] => {
    let time = 0
    return steps.map(([step, bar]) => ({ time: (time += step), ...bar }))
  })

const bar = (time: number): Bar => ({ time, open: time + 1, high: time + 2, low: time + 3, close: time + 4, volume: 5 })
const times = (series: BarSeries): number[] => [...series.time]

describe('BarSeries', () => {
  it('gives back the bars it was made from, in every way of reading', () => {
    fc.assert(
      fc.property(ascending, (bars) => {
        const series = BarSeries.from(bars)
        expect(series.length).toBe(bars.length)
        expect(series.toArray()).toEqual(bars)
        expect([...series]).toEqual(bars)
        expect(bars.map((_, i) => series.at(i))).toEqual(bars)
        for (const name of ['time', 'open', 'high', 'low', 'close', 'volume'] as const) {
          expect([...series[name]]).toEqual(bars.map((one) => one[name]))
        }
      }),
    )
  })

  it('reads from the end with a negative index and has nothing outside', () => {
    const series = BarSeries.from([bar(1), bar(2), bar(3)])
    expect(series.at(-1)).toEqual(bar(3))
    expect(series.at(-3)).toEqual(bar(1))
    expect(series.at(0)).toEqual(bar(1))
    for (const index of [3, -4, 0.5, Number.NaN]) expect(series.at(index)).toBeUndefined()
    expect(BarSeries.from([]).at(-1)).toBeUndefined()
  })

  it('slices as arrays do', () => {
    const index = fc.option(fc.integer({ min: -12, max: 12 }), { nil: undefined })
    fc.assert(
      fc.property(index, index, (start, end) => {
        const bars = Array.from({ length: 9 }, (_, i) => bar(i))
        expect(BarSeries.from(bars).slice(start, end).toArray()).toEqual(bars.slice(start, end))
      }),
    )
  })

  it('shares memory with its slices', () => {
    const series = BarSeries.from([bar(1), bar(2), bar(3)])
    const view = series.slice(1)
    for (const name of ['time', 'open', 'high', 'low', 'close', 'volume'] as const) {
      expect(view[name].buffer).toBe(series[name].buffer)
    }
  })

  it('finds the first bar at or after any time', () => {
    fc.assert(
      fc.property(ascending, fc.integer({ min: -10, max: 60_000 }), (bars, time) => {
        const found = bars.findIndex((one) => one.time >= time)
        expect(BarSeries.from(bars).indexAtOrAfter(time)).toBe(found === -1 ? bars.length : found)
      }),
    )
  })

  it('finds the exact times of its bars', () => {
    const series = BarSeries.from([bar(10), bar(20), bar(30)])
    expect([9, 10, 11, 20, 30, 31].map((time) => series.indexAtOrAfter(time))).toEqual([0, 0, 1, 1, 2, 3])
  })

  it('cuts out the bars that open in a period, without its end', () => {
    const series = BarSeries.from([bar(10), bar(20), bar(30)])
    expect(times(series.between(10, 30))).toEqual([10, 20])
    expect(times(series.between(11, 31))).toEqual([20, 30])
    expect(times(series.between(31, 99))).toEqual([])
    expect(times(series.between(30, 10))).toEqual([])
  })

  it('refuses columns of different lengths, naming the first', () => {
    const column = new Float64Array(2)
    const columns = { time: column, open: column, high: column, low: column, close: column, volume: column }
    expect(new BarSeries(columns).close).toBe(column)
    expect(() => new BarSeries({ ...columns, low: new Float64Array(3) })).toThrow(
      new RangeError('column low has 3 values, expected 2 as in time'),
    )
    expect(() => new BarSeries({ ...columns, time: new Float64Array(0) })).toThrow(
      new RangeError('column open has 2 values, expected 0 as in time'),
    )
  })
})

describe('BarSeriesBuilder', () => {
  it('grows past its first room and builds exactly what was pushed', () => {
    for (const count of [0, 1, 63, 64, 65, 128, 129, 1_000]) {
      const bars = Array.from({ length: count }, (_, i) => bar(i))
      const builder = new BarSeriesBuilder()
      for (const one of bars) builder.push(one)
      expect(builder.length).toBe(count)
      expect(builder.build().toArray()).toEqual(bars)
      expect(builder.build().time.buffer.byteLength).toBe(count * 8)
    }
  })

  it('builds copies that later bars leave alone', () => {
    const builder = new BarSeriesBuilder()
    builder.push(bar(1))
    const first = builder.build()
    builder.push(bar(2))
    expect(times(first)).toEqual([1])
    expect(times(builder.build())).toEqual([1, 2])
  })

  it('appends bars of a series, a part of them or all, as if each had been pushed', () => {
    const bars = Array.from({ length: 300 }, (_, i) => bar(i))
    const series = BarSeries.from(bars)
    for (const [before, from, to] of [
      [0, 0, 300],
      [0, 10, 10],
      [1, 5, 9],
      [60, 0, 4],
      [60, 0, 5],
      [63, 299, 300],
      [64, 0, 1],
      [64, 0, 200],
    ] as const) {
      const builder = new BarSeriesBuilder()
      for (const one of bars.slice(0, before)) builder.push(one)
      builder.append(series, from, to)
      const expected = [...bars.slice(0, before), ...bars.slice(from, to)]
      expect(builder.length).toBe(expected.length)
      expect(builder.build().toArray()).toEqual(expected)
      builder.push(bar(999))
      builder.append(series, 7, 8)
      expect(builder.build().toArray()).toEqual([...expected, bar(999), bar(7)])
    }
  })

  it('leaves the series that it appends alone', () => {
    const series = BarSeries.from([bar(1), bar(2)])
    const builder = new BarSeriesBuilder()
    builder.append(series, 0, 2)
    builder.build().close[0] = -1
    builder.clear()
    builder.push(bar(9))
    expect(times(series)).toEqual([1, 2])
    expect(series.close[0]).toBe(5)
  })

  it('knows the time of its first bar; there is none while it is empty', () => {
    const builder = new BarSeriesBuilder()
    expect(builder.firstTime).toBeNaN()
    builder.append(BarSeries.from([bar(7), bar(8), bar(9)]), 1, 3)
    expect(builder.firstTime).toBe(8)
    builder.push(bar(10))
    expect(builder.firstTime).toBe(8)
    builder.clear()
    expect(builder.firstTime).toBeNaN()
  })

  it('forgets its bars when it is cleared, and takes others', () => {
    const builder = new BarSeriesBuilder()
    for (let i = 0; i < 100; i++) builder.push(bar(i))
    const before = builder.build()
    builder.clear()
    expect([builder.length, builder.build().length]).toEqual([0, 0])
    builder.push(bar(500))
    builder.append(BarSeries.from([bar(501)]), 0, 1)
    expect(times(builder.build())).toEqual([500, 501])
    expect(times(before)).toEqual(Array.from({ length: 100 }, (_, i) => i))
  })
})
