import { type Bar, BarSeries, formatInstant } from '@openpredict/market'
import { describe, expect, it } from 'vitest'

import { asLines, countOf, Ledger } from '../../testing/rows-by-table.ts'
import { barAt, barsFrom, newYork, repeated } from '../../testing/hand-made-bars.ts'
import { refusalIfAny } from '../../testing/refusals.ts'
import { createEngine, type Engine } from './engine.ts'

const MINUTE = 60_000
const START = newYork('2024-06-30 18:00')
/** How many bars the engine keeps together. */
const PORTION = 8_192
const minute = (n: number): number => START + n * MINUTE

/** Minutes without a hole, up and down between 100 and 106. */
const minutes = (count: number): Bar[] =>
  barsFrom(
    START,
    Array.from({ length: count }, (_, i) => 100 + ((i * i) % 7)),
  )

const levels = { referenceLevels: { openTolerance: 1 } } as const

/** The minute from which on bars can be revised; 'all' when there is no such limit, 'none' when there is nothing kept. */
function earliest(engine: Engine): number | 'all' | 'none' {
  const before = barAt(minute(-1), 100)
  // Nothing is refused, and the bar is taken in, where all are kept.
  const error = refusalIfAny(() => engine.revise(before))
  if (error === undefined) return 'all'
  if (error.message.endsWith('no bars are kept; say so with the option revisable')) return 'none'
  const first = error.failure.kind === 'revision' ? (error.failure.earliest ?? Number.NaN) : Number.NaN
  const problem = `bars are kept from ${formatInstant(first)} on; the option revisable says how many`
  expect(error.message).toBe(`bar 0 (${formatInstant(before.time)}) cannot be revised: ${problem}`)
  expect(error.failure).toEqual({ kind: 'revision', time: before.time, earliest: first, problem })
  return (first - START) / MINUTE
}

function fed(count: number, revisable?: number, step = count): Engine {
  const engine = createEngine(revisable === undefined ? {} : { revisable })
  const bars = BarSeries.from(minutes(count))
  for (let i = 0; i < count; i += step) engine.feed(bars, i, Math.min(i + step, count))
  return engine
}

describe('how many bars are kept', () => {
  it('is all of them at first: then even a bar before the first can be revised', () => {
    expect(earliest(fed(1, 1))).toBe('all')
    expect(earliest(fed(PORTION, 1))).toBe('all')
    expect(earliest(fed(PORTION + 1, 1))).toBe('all')
    expect(earliest(fed(3 * PORTION))).toBe('all')
    expect(earliest(fed(3 * PORTION, Number.POSITIVE_INFINITY))).toBe('all')
  })

  it('is none with revisable: 0', () => {
    expect(earliest(fed(5, 0))).toBe('none')
    expect(() => fed(5, 0).revise(barAt(minute(4), 100))).toThrow('no bars are kept')
  })

  it.each<[revisable: number, count: number, earliest: number | 'all']>([
    [1, 2 * PORTION, 'all'],
    [1, 2 * PORTION + 1, PORTION],
    [PORTION, 2 * PORTION + 1, PORTION],
    [PORTION + 1, 2 * PORTION + 1, 'all'],
    [PORTION + 1, 3 * PORTION, 'all'],
    [PORTION + 1, 3 * PORTION + 1, PORTION],
    [2 * PORTION, 3 * PORTION + 1, PORTION],
    [2 * PORTION, 4 * PORTION + 1, 2 * PORTION],
  ])('is at least %d of the last: of %d fed in parts those from %s on', (revisable, count, first) => {
    expect(earliest(fed(count, revisable, 1_000))).toBe(first)
  })

  it('counts when bars come all at once, too', () => {
    // What the rest would push out is not kept at all.
    expect(earliest(fed(PORTION + 10, 10))).toBe('all')
    expect(earliest(fed(PORTION + 11, 10))).toBe(1)
    expect(earliest(fed(3 * PORTION, 10))).toBe(2 * PORTION - 10)
  })

  it('is not more than a portion beyond what was asked for, however many are fed', () => {
    const engine = createEngine({ revisable: 10 })
    const bars = BarSeries.from(minutes(2 * PORTION + 50))
    engine.feed(bars, 0, 50)
    engine.feed(bars, 50)
    expect(earliest(engine)).toBe(PORTION + 40)
  })
})

describe('kept bars', () => {
  it.each([0, 1, PORTION - 1, PORTION, PORTION + 1, 2 * PORTION - 1, 2 * PORTION, 2 * PORTION + 99])(
    'can be revised in any portion: bar %d of 8292',
    (index) => {
      const bars = minutes(2 * PORTION + 100)
      const changed = { ...barAt(minute(index), [100, 900, 50, 101]), volume: 77 }
      const engine = createEngine(levels)
      const ledger = new Ledger()
      engine.feed(bars, 0, 5_000)
      ledger.write(engine.takeChanges())
      engine.feed(bars, 5_000)
      ledger.write(engine.takeFinished())
      ledger.correct(engine.revise(changed))
      ledger.write(engine.takeChanges())
      const clean = createEngine(levels)
      clean.feed(bars.with(index, changed))
      expect(asLines(ledger.rows)).toEqual(asLines(clean.takeChanges()))
    },
  )

  it('still begin where history does after a later portion was revised', () => {
    const engine = fed(2 * PORTION + 100)
    engine.revise(barAt(minute(2 * PORTION + 50), 100))
    expect(earliest(engine)).toBe('all')
  })

  it('begin where they did in a restored engine', () => {
    const restored = (engine: Engine): Engine => {
      const other = createEngine({ revisable: PORTION })
      other.restore(engine.snapshot())
      return other
    }
    expect(earliest(restored(fed(2 * PORTION + 1, PORTION, 1_000)))).toBe(PORTION)
    expect(earliest(restored(fed(100, PORTION)))).toBe('all')
  })

  it('are kept when bars that were missing make a portion too long for one', () => {
    const bars = minutes(PORTION + 50)
    const late = bars.filter((_, i) => i % 100 === 7)
    const engine = createEngine({ revisable: 2 * PORTION })
    engine.feed(bars.filter((_, i) => i % 100 !== 7))
    engine.revise(late)
    // Once more, so that what was kept in the first place is taken again.
    engine.revise(barAt(minute(0), 103))
    engine.revise(barAt(minute(0), 100))
    const clean = createEngine()
    clean.feed(bars)
    expect(asLines(engine.takeChanges())).toEqual(asLines(clean.takeChanges()))
  })

  it('are forgotten when calculators were fed one by one; later ones are kept', () => {
    const bars = minutes(20)
    const engine = createEngine()
    engine.feed(bars, 0, 5)
    for (const calculator of engine.calculators) calculator.feed(bars, 5, 10)
    expect(earliest(engine)).toBe('none')
    engine.feed(bars, 10, 15)
    expect(earliest(engine)).toBe(10)
    for (const calculator of engine.calculators) calculator.feed(bars, 15, 16)
    engine.next(bars[16] as Bar)
    expect(earliest(engine)).toBe(16)
    engine.revise(barAt(minute(16), 900))
    const clean = createEngine()
    clean.feed([...bars.slice(0, 16), barAt(minute(16), 900)])
    expect(asLines(engine.takeChanges())).toEqual(asLines(clean.takeChanges()))
  })

  it('do not lose rows that wait to be taken, nor give them twice', () => {
    const bars = minutes(PORTION + 300)
    const engine = createEngine()
    engine.feed(bars, 0, PORTION + 100)
    engine.revise(barAt(minute(PORTION + 50), 100 + ((PORTION + 50) ** 2 % 7)))
    engine.feed(bars, PORTION + 100)
    const clean = createEngine()
    clean.feed(bars)
    const [rows, expected] = [engine.takeChanges(), clean.takeChanges()]
    expect(asLines(rows)).toEqual(asLines(expected))
    expect(countOf(engine.takeChanges())).toBe(0)
  })

  it('do not give rows again that had been taken before their portion began', () => {
    const bars = minutes(PORTION + 300)
    const engine = createEngine()
    engine.feed(bars, 0, 2_000)
    engine.takeChanges()
    engine.feed(bars, 2_000, PORTION + 100)
    engine.takeFinished()
    engine.feed(bars, PORTION + 100)
    engine.revise(bars[PORTION + 200] as Bar)
    const clean = createEngine()
    clean.feed(bars, 0, 2_000)
    clean.takeChanges()
    clean.feed(bars, 2_000, PORTION + 100)
    clean.takeFinished()
    clean.feed(bars, PORTION + 100)
    expect(asLines(engine.takeChanges())).toEqual(asLines(clean.takeChanges()))
  })

  it('are flat for all that it matters: many bars at one price', () => {
    const engine = createEngine({ revisable: 1 })
    engine.feed(barsFrom(START, repeated(100, 3 * PORTION)))
    engine.revise(barAt(minute(3 * PORTION - 1), 101))
    expect(engine.asOf).toBe(minute(3 * PORTION))
  })
})
