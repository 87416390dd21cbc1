import { type Bar, BarSeries, formatInstant, instrumentOf } from '@openpredict/market'
import { describe, expect, it } from 'vitest'

import { asLines, byTable } from '../../testing/rows-by-table.ts'
import { barAt, barsFrom, newYork, nyBar, wanderingBars } from '../../testing/hand-made-bars.ts'
import { FEATURE_TABLES } from '../calculator.ts'
import { CalculatorError } from '../errors.ts'
import { fairValueGaps } from '../fair-value-gaps/fair-value-gaps.ts'
import { fibonacciPivots } from '../fibonacci-pivots/fibonacci-pivots.ts'
import { hourlyBlocks } from '../hourly-blocks/hourly-blocks.ts'
import { liquidityEvents } from '../liquidity-events/liquidity-events.ts'
import { marketStructure } from '../market-structure/market-structure.ts'
import { referenceLevels } from '../reference-levels/reference-levels.ts'
import { createEngine } from './engine.ts'

const MINUTE = 60_000
const START = newYork('2024-07-01 18:00')

describe('the engine', () => {
  it('runs one calculator for each table, in the order of the tables', () => {
    expect(createEngine().calculators.map(({ table }) => table)).toEqual([...FEATURE_TABLES])
    expect(Object.keys(createEngine().takeChanges())).toEqual([...FEATURE_TABLES])
  })

  it('gives the rows that the calculators give alone', () => {
    const bars = BarSeries.from(wanderingBars(3_000, START, 1))
    const options = { instrument: instrumentOf('YM=F'), historyStart: START - 30 * 1_440 * MINUTE } as const
    const own = {
      referenceLevels: { openTolerance: 0 },
      liquidityEvents: { reclaimMinutes: 3 },
      fairValueGaps: { minGap: 1 },
      hourlyBlocks: { biasThreshold: 3 },
      marketStructure: { breakBy: 'wick' },
    } as const
    const engine = createEngine({ ...options, ...own })
    engine.feed(bars, 0, 1_000)
    engine.feed(bars, 1_000)
    const alone = {
      reference_levels: referenceLevels(bars, { ...options, ...own.referenceLevels }),
      fibonacci_pivots: fibonacciPivots(bars, options),
      liquidity_events: liquidityEvents(bars, { ...options, ...own.liquidityEvents }),
      fvg: fairValueGaps(bars, { ...options, ...own.fairValueGaps }),
      hourly_blocks: hourlyBlocks(bars, { ...options, ...own.hourlyBlocks }),
      market_structure: marketStructure(bars, { ...options, ...own.marketStructure }),
    }
    expect(asLines(engine.takeChanges())).toEqual(asLines(alone))
    // Each of these options has an effect of its own.
    const usual = createEngine(options)
    usual.feed(bars)
    const lines = asLines(usual.takeChanges())
    for (const table of FEATURE_TABLES.filter((name) => name !== 'fibonacci_pivots')) {
      expect(lines[table]).not.toEqual(asLines(alone)[table])
    }
  })

  it('tells what holds now, what is finished and what has changed, by table', () => {
    const bars = wanderingBars(400, START, 2)
    const engine = createEngine()
    engine.feed(bars)
    const calculators = createEngine().calculators
    for (const calculator of calculators) calculator.feed(bars)
    for (const act of ['current', 'takeFinished', 'takeChanges', 'takeChanges'] as const) {
      const rows = engine[act]()
      expect(Object.keys(rows)).toEqual([...FEATURE_TABLES])
      expect(asLines(rows)).toEqual(asLines(byTable(calculators.map((calculator) => calculator[act]()))))
    }
    expect(engine.current().hourly_blocks.length).toBeGreaterThan(0)
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
    expect(asLines(apart.takeChanges())).toEqual(asLines(together.takeChanges()))
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
    for (const revisable of [-1, 0.5, Number.NaN, Number.NEGATIVE_INFINITY, '5' as unknown as number]) {
      expect(() => createEngine({ revisable })).toThrow(CalculatorError)
      expect(() => createEngine({ revisable })).toThrow('option revisable: found')
    }
    expect(() => createEngine({ revisable: 0.5 })).toThrow(
      'option revisable: found 0.5, expected a whole number of bars, 0 or more',
    )
    for (const revisable of [0, 1, Number.POSITIVE_INFINITY]) createEngine({ revisable })
  })

  it('shows what a forming bar would change of all tables, and commits nothing', () => {
    const bars = wanderingBars(400, START, 2)
    const [engine, plain] = [createEngine(), createEngine()]
    for (const one of [engine, plain]) one.feed(bars, 0, 399)
    for (const one of [engine, plain]) one.takeChanges()
    const last = bars[399] as Bar
    const shown = engine.peek(last)
    expect(engine.asOf).toBe(plain.asOf)
    expect(engine.takeChanges()).toEqual(plain.takeChanges())
    plain.next(last)
    expect(shown).toEqual(plain.takeChanges())
    expect(() => engine.peek(bars[398] as Bar)).toThrow('bar 399 (')
    expect(() => engine.peek({ ...last, high: 1 })).toThrow(`bar 399 (${formatInstant(last.time)}): high 1 is below`)
  })
})
