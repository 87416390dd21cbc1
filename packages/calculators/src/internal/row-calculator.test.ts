import { type Bar, instrumentOf } from '@openpredict/market'
import { describe, expect, it } from 'vitest'

import { barAt, newYork, wanderingBars } from '../../testing/hand-made-bars.ts'
import type { Calculator, CalculatorOptions } from '../calculator.ts'
import { CalculatorError } from '../errors.ts'
import { FairValueGaps } from '../fair-value-gaps/fair-value-gaps.ts'
import { FibonacciPivots } from '../fibonacci-pivots/fibonacci-pivots.ts'
import { HourlyBlocks } from '../hourly-blocks/hourly-blocks.ts'
import { LiquidityEvents } from '../liquidity-events/liquidity-events.ts'
import { MarketStructure } from '../market-structure/market-structure.ts'
import { ReferenceLevels } from '../reference-levels/reference-levels.ts'
import type { CalculatorSnapshot } from './snapshot.ts'

const MINUTE = 60_000
const BARS = wanderingBars(1_200, newYork('2024-06-30 18:00'), 11)

const CALCULATORS: readonly (readonly [string, (options?: CalculatorOptions) => Calculator<object>])[] = [
  ['reference_levels', (options) => new ReferenceLevels(options)],
  ['fibonacci_pivots', (options) => new FibonacciPivots(options)],
  ['liquidity_events', (options) => new LiquidityEvents(options)],
  ['fvg', (options) => new FairValueGaps({ ...options, minGap: 0.25 })],
  ['hourly_blocks', (options) => new HourlyBlocks(options)],
  ['market_structure', (options) => new MarketStructure(options)],
]

const throughJson = (snapshot: CalculatorSnapshot): CalculatorSnapshot =>
  JSON.parse(JSON.stringify(snapshot)) as CalculatorSnapshot

describe.each(CALCULATORS)('%s', (table, create) => {
  const fed = (to: number): Calculator<object> => {
    const calculator = create()
    calculator.feed(BARS, 0, to)
    return calculator
  }

  it('goes on from a snapshot as if there had been no interruption, whatever had been taken', () => {
    for (const [cut, take] of [
      [0, () => {}],
      [1, () => {}],
      [700, () => {}],
      [701, (one: Calculator<object>) => one.takeChanges()],
      [702, (one: Calculator<object>) => one.takeFinished()],
    ] as const) {
      const calculator = fed(cut)
      take(calculator)
      const restored = create()
      // What it did before is forgotten.
      restored.feed(BARS, 0, 900)
      restored.restore(throughJson(calculator.snapshot()))
      expect([restored.asOf, restored.lastTime]).toEqual([calculator.asOf, calculator.lastTime])
      expect(restored.current()).toEqual(calculator.current())
      for (const one of [calculator, restored]) one.feed(BARS, cut, cut + 200)
      expect(restored.takeFinished()).toEqual(calculator.takeFinished())
      expect(restored.takeChanges()).toEqual(calculator.takeChanges())
    }
  })

  it('is not touched by what becomes of a snapshot, nor a snapshot by what comes later', () => {
    const calculator = fed(700)
    const snapshot = calculator.snapshot()
    const kept = JSON.stringify(snapshot)
    calculator.feed(BARS, 700)
    expect(JSON.stringify(snapshot)).toBe(kept)
    const restored = create()
    restored.restore(snapshot)
    restored.feed(BARS, 700)
    expect(JSON.stringify(snapshot)).toBe(kept)
    expect(restored.takeChanges()).toEqual(calculator.takeChanges())
  })

  it('refuses a snapshot that does not belong here, and goes on', () => {
    const calculator = fed(700)
    const snapshot = calculator.snapshot()
    const others: readonly [CalculatorSnapshot, string][] = [
      [{ ...snapshot, of: 'engine' }, `the state of engine, expected that of ${table}`],
      [{ ...snapshot, version: 0 }, 'version 0, expected 1'],
      [{ ...snapshot, content: null }, 'the content does not fit its checksum'],
      [create({ instrument: instrumentOf('ES=F') }).snapshot(), 'made with instrument "ES=F", expected "NQ=F" as here'],
      [create({ interval: '5m' }).snapshot(), 'made with interval 300000, expected 60000 as here'],
      [create({ historyStart: 0 }).snapshot(), 'made with historyStart 0, expected null as here'],
    ]
    for (const [other, problem] of others) {
      expect(() => calculator.restore(other)).toThrow(CalculatorError)
      expect(() => calculator.restore(other)).toThrow(`snapshot: ${problem}`)
    }
    const plain = fed(700)
    for (const one of [plain, calculator]) one.feed(BARS, 700)
    expect(calculator.takeChanges()).toEqual(plain.takeChanges())
  })

  it('shows what a forming bar would change, and commits nothing', () => {
    const calculator = fed(700)
    const plain = fed(700)
    for (const bar of BARS.slice(700, 740)) {
      const shown = calculator.peek(bar)
      calculator.peek({ ...bar, high: bar.high + 50, low: bar.low - 50 })
      expect([calculator.asOf, calculator.lastTime]).toEqual([plain.asOf, plain.lastTime])
      expect(calculator.current()).toEqual(plain.current())
      expect(calculator.takeChanges()).toEqual(plain.takeChanges())
      for (const one of [calculator, plain]) one.next(bar)
      const taken = plain.takeChanges()
      expect(shown).toEqual(taken)
      expect(calculator.takeChanges()).toEqual(taken)
    }
    for (const bar of BARS.slice(740, 780)) {
      calculator.peek(bar)
      for (const one of [calculator, plain]) one.next(bar)
    }
    expect(calculator.takeChanges()).toEqual(plain.takeChanges())
  })

  it('refuses to show what a bar would change that cannot come next, and goes on', () => {
    const calculator = fed(700)
    const last = BARS[699] as Bar
    for (const bad of [last, { ...barAt(last.time + MINUTE, 1), high: 0.5 }]) {
      expect(() => calculator.peek(bad)).toThrow(CalculatorError)
    }
    const plain = fed(700)
    for (const one of [plain, calculator]) one.feed(BARS, 700)
    expect(calculator.takeChanges()).toEqual(plain.takeChanges())
  })

  it('hands finished rows over once, and leaves them out of the changes', () => {
    const [whole, parts] = [fed(BARS.length).takeChanges(), create()]
    const handed: object[] = []
    for (let i = 0; i < BARS.length; i += 50) {
      parts.feed(BARS, i, Math.min(i + 50, BARS.length))
      handed.push(...parts.takeFinished())
      expect(parts.takeFinished()).toEqual([])
    }
    handed.push(...parts.takeChanges())
    const asText = (rows: readonly object[]): readonly string[] => rows.map((row) => JSON.stringify(row)).toSorted()
    expect(asText(handed)).toEqual(asText(whole))
    expect(parts.takeChanges()).toEqual([])
  })
})
