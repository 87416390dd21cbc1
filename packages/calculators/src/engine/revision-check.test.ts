import { type Bar, formatInstant, parseInstant } from '@openpredict/market'
import { describe, expect, it } from 'vitest'

import { barAt, barsFrom } from '../../testing/hand-made-bars.ts'
import { refusalOf } from '../../testing/refusals.ts'
import type { CalculatorFailure } from '../errors.ts'
import { createEngine, type Engine } from './engine.ts'

const MINUTE = 60_000
const START = parseInstant('2024-07-01T14:00:00Z')
const minute = (n: number): number => START + n * MINUTE

function refusal(act: () => unknown): { readonly message: string; readonly failure: CalculatorFailure } {
  const { message, failure } = refusalOf(act)
  return { message, failure }
}

/** 5-minute bars at 14:00 and 14:05, 1-minute bars at 14:10 and 14:11; the clock stands at 14:12:30. */
function warm(): Engine {
  const engine = createEngine()
  engine.warmUp(barsFrom(START, [100, 101], 5 * MINUTE), '5m')
  engine.feed(barsFrom(minute(10), [102, 103]))
  engine.advanceTo(minute(12.5))
  return engine
}

describe('a bar that cannot be revised', () => {
  it.each<[string, number, string]>([
    ['has not closed', minute(12), 'it has not closed by 2024-07-01T14:12:30.000Z; feed it'],
    ['has not begun', minute(20), 'it has not closed by 2024-07-01T14:12:30.000Z; feed it'],
    ['lies off the grid', minute(10) + 1, 'bars are 60 s long there, and begin at whole multiples'],
    ['lies off the grid of longer bars', minute(1), 'bars are 300 s long there, and begin at whole multiples'],
    ['lies off their grid before the first', minute(-1), 'bars are 300 s long there, and begin at whole multiples'],
  ])('%s', (_, time, problem) => {
    expect(refusal(() => warm().revise(barAt(time, 100)))).toEqual({
      message: `bar 0 (${formatInstant(time)}) cannot be revised: ${problem}`,
      failure: { kind: 'revision', time, earliest: undefined, problem },
    })
  })

  it('reaches over the open of a shorter one that follows', () => {
    const engine = createEngine()
    engine.warmUp(barsFrom(START, [100], 5 * MINUTE), '5m')
    engine.feed(barsFrom(minute(7), [102, 103]))
    const problem = 'it reaches over the open of the bar at 2024-07-01T14:07:00.000Z'
    expect(refusal(() => engine.revise(barAt(minute(5), 100)))).toMatchObject({ failure: { problem } })
    const next = createEngine()
    next.warmUp(barsFrom(START, [100], 5 * MINUTE), '5m')
    next.feed(barsFrom(minute(10), [102, 103]))
    next.revise(barAt(minute(5), 100))
    expect(next.asOf).toBe(minute(12))
  })

  it('comes before any bar was fed', () => {
    expect(refusal(() => createEngine().revise(barAt(START, 100)))).toEqual({
      message: 'bar 0 (2024-07-01T14:00:00.000Z) cannot be revised: there is no bar yet; feed it',
      failure: { kind: 'revision', time: START, earliest: undefined, problem: 'there is no bar yet; feed it' },
    })
  })

  it('cannot be at all', () => {
    const engine = warm()
    const high: Bar = { ...barAt(minute(10), 100), high: 1 }
    expect(refusal(() => engine.revise(high))).toEqual({
      message: 'bar 0 (2024-07-01T14:10:00.000Z): high 1 is below low 100',
      failure: { kind: 'bar', index: 0, time: minute(10), problem: 'high 1 is below low 100' },
    })
    expect(refusal(() => engine.revise(barAt(Number.NaN, 100))).failure).toMatchObject({ kind: 'bar' })
  })

  it('comes twice or in the wrong order', () => {
    const engine = warm()
    const given = (...minutes: readonly number[]): readonly Bar[] => minutes.map((n) => barAt(minute(n), 100))
    expect(refusal(() => engine.revise(given(10, 10))).failure).toMatchObject({ kind: 'order', reason: 'duplicate' })
    expect(refusal(() => engine.revise(given(11, 10))).failure).toMatchObject({ kind: 'order', reason: 'out-of-order' })
  })

  it('is named by its index, the first of several; nothing has changed then', () => {
    const engine = warm()
    const before = engine.snapshot()
    const bars = [barAt(minute(5), 50), barAt(minute(10), 50), barAt(minute(12), 50), barAt(minute(13), 50)]
    expect(refusal(() => engine.revise(bars)).message).toMatch(/^bar 2 \(2024-07-01T14:12:00\.000Z\) cannot be revised/)
    expect(engine.snapshot()).toEqual(before)
  })
})

describe('a bar that can be revised', () => {
  it('is the last one, closed at this instant', () => {
    const engine = createEngine()
    engine.feed(barsFrom(START, [100, 101]))
    engine.revise(barAt(minute(1), 105))
    expect(engine.current().hourly_blocks).toMatchObject([{ close: 105 }])
  })

  it('is a late one that closes just where the clock stands', () => {
    const engine = warm()
    expect(refusal(() => engine.revise(barAt(minute(12), 105))).failure.kind).toBe('revision')
    engine.advanceTo(minute(13))
    engine.revise(barAt(minute(12), 105))
    expect(engine.current().hourly_blocks.at(-1)).toMatchObject({ close: 105 })
  })
})
