import type { Bar, BarSeries } from '@openpredict/market'
import { createMarket } from '@openpredict/simulator'
import { describe, expect, test } from 'vitest'

import { createEngine, FibonacciPivots, ReferenceLevels } from '../src/index.ts'

/** A year of 52 whole weeks, so that it can be repeated with its weekdays in place. */
const YEAR = 364 * 86_400_000
const FROM = Date.UTC(2024, 0, 7)
const bars = createMarket({ seed: 1 }).bars(FROM, FROM + YEAR)
const objects = bars.toArray()

/** The practical limit: one pass over the same columns that keeps nothing but a running high and low. */
function runningHighAndLow({ high, low }: BarSeries): number {
  let highest = Number.NEGATIVE_INFINITY
  let lowest = Number.POSITIVE_INFINITY
  for (let i = 0; i < high.length; i++) {
    const h = high[i] as number
    const l = low[i] as number
    if (h > highest) highest = h
    if (l < lowest) lowest = l
  }
  return highest - lowest
}

/** The bars of the year as objects, one a call, over and over: each year follows the one before. */
function endless(): () => Bar {
  let i = 0
  let shift = 0
  return () => {
    if (i === objects.length) {
      i = 0
      shift += YEAR
    }
    const bar = objects[i++] as Bar
    return shift === 0 ? bar : { ...bar, time: bar.time + shift }
  }
}

/** Nanoseconds a bar of a run over the year that took `ms`. */
const perBar = (ms: number): number => (ms * 1e6) / bars.length

describe(`a year of minutes, ${bars.length} bars`, () => {
  test('from columns', async ({ bench }) => {
    const result = await bench.compare(
      bench('running high and low', () => void runningHighAndLow(bars)),
      bench('reference levels', () => new ReferenceLevels().feed(bars)),
      bench('Fibonacci pivots', () => new FibonacciPivots().feed(bars)),
      bench('engine', () => createEngine().feed(bars)),
      bench('engine, and its rows', () => {
        const engine = createEngine()
        engine.feed(bars)
        engine.takeChanges()
      }),
    )
    expect(perBar(result.get('engine').latency.mean)).toBeLessThan(500)
  })

  test('bar by bar', async ({ bench }) => {
    await bench('engine', () => {
      const engine = createEngine()
      for (const bar of objects) engine.next(bar)
    }).run()
  })
})

describe('one more bar on a warm engine', () => {
  test('taken', async ({ bench }) => {
    const engine = createEngine()
    const next = endless()
    for (let i = 0; i < objects.length; i++) engine.next(next())
    engine.takeChanges()
    const { latency } = await bench('next', () => engine.next(next())).run()
    expect(latency.p50 * 1e3).toBeLessThan(2)
    expect(latency.p99 * 1e3).toBeLessThan(20)
  })

  test('taken, and the rows it changes', async ({ bench }) => {
    const engine = createEngine()
    const next = endless()
    await bench('next and takeChanges', () => {
      engine.next(next())
      engine.takeChanges()
    }).run()
  })
})

describe('a cold start', () => {
  test('over seven days', async ({ bench }) => {
    const week = bars.between(FROM, FROM + 7 * 86_400_000)
    const { latency } = await bench('new engine, seven days, rows', () => {
      const engine = createEngine()
      engine.feed(week)
      engine.takeChanges()
    }).run()
    expect(latency.p50).toBeLessThan(10)
  })
})
