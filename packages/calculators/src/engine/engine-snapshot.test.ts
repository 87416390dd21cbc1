import { type Bar, instrumentOf, parseInstant } from '@openpredict/market'
import { describe, expect, it } from 'vitest'

import { asLines } from '../../testing/rows-by-table.ts'
import { barAt, barsFrom, newYork, wanderingBars } from '../../testing/hand-made-bars.ts'
import { CalculatorError } from '../errors.ts'
import type { CalculatorSnapshot } from '../internal/snapshot.ts'
import { createEngine, type Engine, type EngineOptions } from './engine.ts'

const MINUTE = 60_000
const START = parseInstant('2024-07-01T14:00:00Z')
const minute = (n: number): number => START + n * MINUTE
const BARS = wanderingBars(600, newYork('2024-06-30 18:00'), 31)

const throughJson = (snapshot: CalculatorSnapshot): CalculatorSnapshot =>
  JSON.parse(JSON.stringify(snapshot)) as CalculatorSnapshot

/** What a database that sorts the fields of objects gives back. */
const reordered = (snapshot: CalculatorSnapshot): CalculatorSnapshot =>
  JSON.parse(JSON.stringify(snapshot), (_, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).toReversed())
      : value,
  ) as CalculatorSnapshot

function restoredFrom(engine: Engine, options?: EngineOptions): Engine {
  const restored = createEngine(options)
  restored.restore(throughJson(engine.snapshot()))
  return restored
}

describe('a restored engine', () => {
  it.each<[string, (engine: Engine) => void]>([
    ['nothing was taken', () => {}],
    ['changes were taken', (engine) => engine.takeChanges()],
    ['finished rows were taken', (engine) => engine.takeFinished()],
  ])('goes on as if it had never stopped: %s', (_, take) => {
    const engine = createEngine()
    engine.feed(BARS, 0, 300)
    take(engine)
    engine.feed(BARS, 300, 400)
    const restored = restoredFrom(engine)
    expect(restored.asOf).toBe(engine.asOf)
    expect(restored.current()).toEqual(engine.current())
    for (const one of [engine, restored]) one.feed(BARS, 400)
    expect(restored.takeFinished()).toEqual(engine.takeFinished())
    expect(restored.takeChanges()).toEqual(engine.takeChanges())
  })

  it('revises as the other would have, bars before and after the interruption', () => {
    const engine = createEngine()
    engine.feed(BARS, 0, 200)
    engine.takeChanges()
    engine.feed(BARS, 200, 300)
    engine.takeFinished()
    engine.feed(BARS, 300, 400)
    const restored = restoredFrom(engine)
    for (const one of [engine, restored]) one.feed(BARS, 400)
    const shifted = (i: number): Bar => {
      const bar = BARS[i] as Bar
      return { ...bar, high: bar.high + 9, low: bar.low - 9 }
    }
    for (const changed of [500, 350, 250, 100, 0]) {
      const [here, there] = [engine, restored].map((one) => one.revise(shifted(changed)))
      expect(there).toEqual(here)
    }
    expect(restored.takeChanges()).toEqual(engine.takeChanges())
    // And a bar from before the first: history is still known to be whole.
    const before = barAt((BARS[0] as Bar).time - MINUTE, 20_000)
    expect(restored.revise(before)).toEqual(engine.revise(before))
  })

  it('keeps bars of several lengths', () => {
    const engine = createEngine()
    engine.warmUp(barsFrom(START, [100, 101], 5 * MINUTE), '5m')
    engine.feed(barsFrom(minute(10), [102, 103]))
    engine.takeChanges()
    const restored = restoredFrom(engine)
    const bars = [barAt(START, 99), barAt(minute(11), 110)]
    expect(restored.revise(bars)).toEqual(engine.revise(bars))
    expect(restored.current()).toEqual(engine.current())
    expect(() => restored.revise(barAt(minute(1), 100))).toThrow('bars are 300 s long there')
  })

  it('knows no bars that its snapshot did not keep', () => {
    const engine = createEngine({ revisable: 0 })
    engine.feed(BARS, 0, 400)
    const restored = restoredFrom(engine)
    expect(() => restored.revise(BARS[399] as Bar)).toThrow('no bars are kept')
    restored.next(BARS[400] as Bar)
    restored.revise(BARS[400] as Bar)
    expect(() => restored.revise(BARS[399] as Bar)).toThrow('bars are kept from')
  })

  it('keeps as many bars as it is told, whatever its snapshot kept', () => {
    const engine = createEngine()
    engine.feed(BARS, 0, 400)
    const restored = restoredFrom(engine, { revisable: 0 })
    expect(() => restored.revise(BARS[399] as Bar)).toThrow('no bars are kept')
    expect(restored.current()).toEqual(engine.current())
  })

  it('forgets what it had done before', () => {
    const engine = createEngine()
    engine.feed(BARS, 0, 100)
    engine.takeChanges()
    const used = createEngine()
    used.feed(BARS, 0, 500)
    used.takeChanges()
    used.restore(engine.snapshot())
    for (const one of [engine, used]) one.feed(BARS, 100, 200)
    const changed = { ...(BARS[50] as Bar), volume: 9_999 }
    expect(used.revise(changed)).toEqual(engine.revise(changed))
    expect(used.takeChanges()).toEqual(engine.takeChanges())
  })

  it('of a snapshot without a bar begins anew', () => {
    const used = createEngine()
    used.feed(BARS, 0, 500)
    used.takeChanges()
    used.restore(createEngine().snapshot())
    expect([used.asOf, used.current()]).toEqual([undefined, createEngine().current()])
    used.feed(BARS, 0, 200)
    const clean = createEngine()
    clean.feed(BARS, 0, 200)
    const changed = { ...(BARS[50] as Bar), volume: 9_999 }
    expect(used.revise(changed)).toEqual(clean.revise(changed))
    expect(used.asOf).toBe(clean.asOf)
    expect(asLines(used.takeChanges())).toEqual(asLines(clean.takeChanges()))
    // History begins anew, too.
    const before = barAt((BARS[0] as Bar).time - MINUTE, 20_000)
    expect(used.revise(before)).toEqual(clean.revise(before))
  })
})

describe('the snapshot of an engine', () => {
  const engine = createEngine()
  engine.feed(BARS, 0, 400)
  const snapshot = throughJson(engine.snapshot())

  it('may have been stored with its fields in another order', () => {
    const other = reordered(snapshot)
    expect(JSON.stringify(other)).not.toBe(JSON.stringify(snapshot))
    const restored = createEngine()
    restored.restore(other)
    expect(restored.current()).toEqual(engine.current())
  })

  it('is not touched by what the engine does later', () => {
    const used = createEngine()
    used.restore(snapshot)
    const made = used.snapshot()
    const kept = JSON.stringify(made)
    used.feed(BARS, 400)
    used.revise({ ...(BARS[10] as Bar), volume: 1 })
    expect(JSON.stringify(made)).toBe(kept)
    expect(JSON.parse(kept)).toEqual(snapshot)
  })

  it.each<[string, CalculatorSnapshot, string]>([
    ['of another version', { ...snapshot, version: 2 }, 'version 2, expected 1'],
    [
      'of a calculator',
      createEngine().calculators[0].snapshot(),
      'the state of reference_levels, expected that of engine',
    ],
    [
      'that was damaged',
      { ...snapshot, content: { ...(snapshot.content as object), standing: [] } },
      'the content does not fit its checksum: it was damaged or changed',
    ],
    [
      'with other options',
      createEngine({ hourlyBlocks: { biasThreshold: 2 } }).snapshot(),
      'made with hourly_blocks {"biasThreshold":2,',
    ],
    [
      'of another instrument',
      createEngine({ instrument: instrumentOf('ES=F') }).snapshot(),
      'made with reference_levels {',
    ],
  ])('%s is refused, and nothing has changed', (_, other, problem) => {
    const used = createEngine()
    used.feed(BARS, 0, 400)
    expect(() => used.restore(other)).toThrow(CalculatorError)
    expect(() => used.restore(other)).toThrow(`snapshot: ${problem}`)
    expect(throughJson(used.snapshot())).toEqual(snapshot)
    used.revise(BARS[0] as Bar)
    expect(used.asOf).toBe(engine.asOf)
  })
})
