import type { Bar, BarSeries } from '@openpredict/market'
import { describe, expect, test } from 'vitest'

import {
  createEngine,
  FairValueGaps,
  FibonacciPivots,
  HourlyBlocks,
  LiquidityEvents,
  MarketStructure,
  ReferenceLevels,
} from '../src/index.ts'
import { FROM, oneYear, repeated, YEAR } from './years.ts'

const bars = oneYear()
const objects = bars.toArray()

/** For what takes a second or more. */
const FEW = { iterations: 6, warmupIterations: 2, time: 0, warmupTime: 0 } as const

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

/** Feeds a new engine and takes its rows as they come, some weeks at a time, as a long file is calculated. */
function calculateInPortions(series: BarSeries): void {
  const engine = createEngine()
  for (let from = 0; from < series.length; from += 30_000) {
    engine.feed(series, from, Math.min(series.length, from + 30_000))
    engine.takeFinished()
  }
  engine.takeChanges()
}

/** Nanoseconds a bar of a run over the year that took `ms`. */
const perBar = (ms: number): number => (ms * 1e6) / bars.length

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}

describe(`a year of minutes, ${bars.length} bars`, () => {
  test('from columns', async ({ bench }) => {
    const subjects = {
      'running high and low': () => void runningHighAndLow(bars),
      'reference levels': () => new ReferenceLevels().feed(bars),
      'Fibonacci pivots': () => new FibonacciPivots().feed(bars),
      'liquidity events': () => new LiquidityEvents().feed(bars),
      'fair value gaps': () => new FairValueGaps().feed(bars),
      'hourly blocks': () => new HourlyBlocks().feed(bars),
      'market structure': () => new MarketStructure().feed(bars),
      'engine, all six': () => createEngine().feed(bars),
      'engine, and its rows': () => {
        const engine = createEngine()
        engine.feed(bars)
        engine.takeChanges()
      },
    }
    const names = Object.keys(subjects) as (keyof typeof subjects)[]
    const [first, second, ...others] = names.map((name) => bench(name, subjects[name]))
    if (first === undefined || second === undefined) throw new Error('nothing to compare')
    const result = await bench.compare(first, second, ...others)
    const times = new Map(names.map((name) => [name, perBar(result.get(name).latency.p50)]))
    const limit = times.get('running high and low') ?? Number.NaN
    for (const [name, ns] of times) {
      print(
        `${name.padEnd(22)} ${ns.toFixed(1).padStart(6)} ns a bar, ${(1e3 / ns).toFixed(1).padStart(6)} million bars/s, ${(ns / limit).toFixed(1)} × the limit`,
      )
    }
    expect(times.get('engine, all six')).toBeLessThan(500)
  })

  test('bar by bar', async ({ bench }) => {
    const { latency } = await bench('engine', () => {
      const engine = createEngine()
      for (const bar of objects) engine.next(bar)
    }).run(FEW)
    print(`bar by bar, from objects: ${perBar(latency.min).toFixed(0)} ns a bar`)
  })

  test('ten times the bars', async ({ bench }) => {
    const ten = repeated(bars, 10)
    const result = await bench.compare(
      bench('a year', () => calculateInPortions(bars)),
      bench('ten years', () => calculateInPortions(ten)),
      FEW,
    )
    // The fastest of a few: what else the machine does can only add.
    const [one, more] = [result.get('a year').latency.min, result.get('ten years').latency.min]
    print(
      `ten years, ${ten.length} bars, with their rows: ${more.toFixed(0)} ms, ${(more / one).toFixed(2)} × one year`,
    )
    expect(more / one).toBeLessThan(11)
  })
})

describe('one more bar on a warm engine', () => {
  test('taken', async ({ bench }) => {
    const engine = createEngine()
    const next = endless()
    for (let i = 0; i < objects.length; i++) engine.next(next())
    engine.takeChanges()
    const { latency } = await bench('next', () => engine.next(next())).run()
    print(`one more bar: p50 ${(latency.p50 * 1e3).toFixed(2)} µs, p99 ${(latency.p99 * 1e3).toFixed(2)} µs`)
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

  test('looked at while it forms, and revised', async ({ bench }) => {
    const engine = createEngine()
    engine.feed(bars)
    engine.takeChanges()
    const last = bars.at(-1) as Bar
    const peek = await bench('peek', () => engine.peek({ ...last, time: last.time + 60_000 })).run()
    const revise = await bench('revise the last bar', () => engine.revise(last)).run()
    print(`peek p50 ${(peek.latency.p50 * 1e3).toFixed(0)} µs; revise p50 ${revise.latency.p50.toFixed(2)} ms`)
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
    print(`a cold start over seven days, ${week.length} bars: p50 ${latency.p50.toFixed(2)} ms`)
    expect(latency.p50).toBeLessThan(10)
  })
})
