import { describe, expect, it } from 'vitest'

import { bell, bitsAt, scatter, streamOf, uniform } from './hash.ts'

const COUNT = 20_000
const stream = streamOf(1, 'test')
const bits = Array.from({ length: COUNT }, (_, i) => bitsAt(stream, i))
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

describe('hash', () => {
  it('gives the same bits on every platform', () => {
    expect([0, 1, 2, 0xffffffff].map(scatter)).toEqual([0, 0x514e28b7, 0x30f4c306, 0x81f16f39])
    expect([streamOf(1, 'NQ=F'), streamOf(-1, 'NQ=F'), streamOf(2 ** 40, 'NQ=F')]).toMatchInlineSnapshot(`
      [
        3200711370,
        617107391,
        1209772295,
      ]
    `)
  })

  it('depends on the seed beyond 32 bits, its sign, and the name', () => {
    const streams = [
      streamOf(1, 'a'),
      streamOf(1, 'b'),
      streamOf(1, 'ab'),
      streamOf(1, 'ba'),
      streamOf(1 + 2 ** 32, 'a'),
      streamOf(-1, 'a'),
      streamOf(2 ** 32 - 1, 'a'),
    ]
    expect(new Set(streams).size).toBe(streams.length)
  })

  it('spreads uniform numbers over [0, 1)', () => {
    const values = bits.map(uniform)
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0)
    expect(Math.max(...values)).toBeLessThan(1)
    expect(uniform(0xffffffff)).toBeLessThan(1)
    expect(mean(values)).toBeCloseTo(0.5, 2)
    const tenths = Array.from({ length: 10 }, (_, i) => values.filter((value) => Math.floor(value * 10) === i))
    for (const tenth of tenths) expect(tenth.length / COUNT).toBeCloseTo(0.1, 1.7)
  })

  it('draws bells of mean 0 and deviation 1, independent of their neighbours', () => {
    const values = bits.map(bell)
    expect(Math.abs(mean(values))).toBeLessThan(0.03)
    expect(mean(values.map((value) => value * value))).toBeCloseTo(1, 1)
    expect(Math.abs(mean(values.slice(1).map((value, i) => value * (values[i] ?? 0))))).toBeLessThan(0.03)
    expect([bell(0), bell(0xffffffff)].map((value) => value.toFixed(2))).toEqual(['-3.45', '3.45'])
  })
})
