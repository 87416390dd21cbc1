import { BarSeries, instrumentOf } from '@openpredict/market'
import { describe, expect, it } from 'vitest'

import { barAt, barsFrom, newYork, nyBar, wanderingBars } from '../../testing/hand-made-bars.ts'
import { FEATURE_TABLES } from '../calculator.ts'
import { CalculatorError } from '../errors.ts'
import { fibonacciPivots } from '../fibonacci-pivots/fibonacci-pivots.ts'
import { referenceLevels } from '../reference-levels/reference-levels.ts'
import { createEngine } from './engine.ts'

const MINUTE = 60_000
const START = newYork('2024-07-01 18:00')
const byPeriod = (a: { readonly period_start: number }, b: { readonly period_start: number }): number =>
  a.period_start - b.period_start

describe('the engine', () => {
  it('runs one calculator for each table, in the order of the tables', () => {
    expect(createEngine().calculators.map(({ table }) => table)).toEqual([...FEATURE_TABLES])
    expect(Object.keys(createEngine().takeChanges())).toEqual([...FEATURE_TABLES])
  })

  it('gives the rows that the calculators give alone', () => {
    const bars = BarSeries.from(wanderingBars(5_000, START, 1))
    const options = { instrument: instrumentOf('YM=F'), historyStart: START - 30 * 1_440 * MINUTE } as const
    const engine = createEngine({ ...options, referenceLevels: { openTolerance: 0 } })
    engine.feed(bars, 0, 2_000)
    engine.feed(bars, 2_000)
    const current = engine.current()
    const rows = engine.takeChanges()
    const levels = referenceLevels(bars, { ...options, openTolerance: 0 })
    expect(rows.reference_levels.toSorted(byPeriod)).toEqual(levels)
    expect(referenceLevels(bars, options)).not.toEqual(levels)
    expect(rows.fibonacci_pivots.toSorted(byPeriod)).toEqual(fibonacciPivots(bars, options))
    expect(rows.reference_levels).toEqual(expect.arrayContaining([...current.reference_levels]))
    expect(current.fibonacci_pivots).toHaveLength(14)
    expect([rows.liquidity_events, rows.fvg, rows.hourly_blocks, rows.market_structure]).toEqual([[], [], [], []])
    expect([current.liquidity_events, current.fvg, current.hourly_blocks, current.market_structure]).toEqual([
      [],
      [],
      [],
      [],
    ])
  })

  it('gives the same rows whether its calculators are fed together or each by itself', () => {
    const bars = wanderingBars(500, START, 1)
    const together = createEngine()
    for (const bar of bars) together.next(bar)
    const apart = createEngine()
    for (const calculator of apart.calculators) {
      calculator.feed(bars, 0, 100)
      calculator.feed(bars, 100)
    }
    expect(apart.asOf).toBe(together.asOf)
    expect(apart.takeChanges()).toEqual(together.takeChanges())
  })

  it('has reached what all six have reached', () => {
    const engine = createEngine()
    expect(engine.asOf).toBeUndefined()
    const [levels, ...others] = engine.calculators
    levels.next(barAt(START, 1))
    expect(engine.asOf).toBeUndefined()
    for (const calculator of others) calculator.next(barAt(START, 1))
    expect(engine.asOf).toBe(START + MINUTE)
    engine.advanceTo(START + 10 * MINUTE)
    expect(engine.asOf).toBe(START + 10 * MINUTE)
    expect(engine.calculators.every(({ asOf }) => asOf === START + 10 * MINUTE)).toBe(true)
  })

  it('refuses a bar for all six, names its index, and goes on unharmed', () => {
    const bars = barsFrom(START, [1, 2, 3, 4])
    const engine = createEngine()
    engine.feed(bars, 0, 2)
    const bad = { ...barAt(START + 2 * MINUTE, 3), high: 2 }
    for (const act of [() => engine.next(bad), () => engine.feed([...bars.slice(0, 2), bad], 2)]) {
      expect(act).toThrow('bar 2 (2024-07-01T22:02:00.000Z): high 2 is below low 3')
    }
    expect(() => engine.advanceTo(START)).toThrow(CalculatorError)
    expect(engine.calculators.map(({ lastTime }) => lastTime)).toEqual(Array.from({ length: 6 }, () => START + MINUTE))
    engine.feed(bars, 2)
    const clean = createEngine()
    clean.feed(bars)
    expect(engine.takeChanges()).toEqual(clean.takeChanges())
  })

  it('warms all six up with coarser bars', () => {
    const engine = createEngine()
    engine.warmUp(barsFrom(START, [5, 6, 7], 5 * MINUTE), '5m')
    expect(engine.asOf).toBe(START + 15 * MINUTE)
    engine.next(nyBar('2024-07-02 18:00', 9))
    const { reference_levels, fibonacci_pivots } = engine.current()
    expect(reference_levels.find(({ level_type }) => level_type === 'PREV_DAY_HIGH')?.price).toBe(7)
    expect(fibonacci_pivots).toHaveLength(7)
  })

  it('refuses options that cannot be', () => {
    expect(() => createEngine({ interval: '7m' as '5m' })).toThrow(CalculatorError)
    expect(() => createEngine({ referenceLevels: { openTolerance: -1 } })).toThrow('option openTolerance: found -1')
  })
})
