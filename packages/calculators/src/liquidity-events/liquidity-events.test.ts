import { type Bar, BarSeries } from '@openpredict/market'
import { describe, expect, it } from 'vitest'

import { barAt, barsFrom, newYork, wanderingBars, type Prices } from '../../testing/hand-made-bars.ts'
import { FAR, HISTORY, minute, OPEN, YESTERDAY } from '../../testing/previous-day.ts'
import { CalculatorError } from '../errors.ts'
import { LiquidityEvents, liquidityEvents } from './liquidity-events.ts'
import type { LiquidityEventRow } from './row.ts'

const TAKES_HIGH: Prices = [FAR, 1001, FAR, 999]
const TAKES_LOW: Prices = [FAR, FAR, 899, 901]
const MISSES_HIGH: Prices = [FAR, 998, FAR, FAR]

function fed(...minutes: readonly Prices[]): LiquidityEvents {
  const events = new LiquidityEvents(HISTORY)
  events.feed([YESTERDAY, ...barsFrom(OPEN, minutes)])
  return events
}

const types = (rows: readonly LiquidityEventRow[]): readonly string[] => rows.map(({ level_type }) => level_type)
const key = (row: LiquidityEventRow): string => `${row.level_type} ${row.period_start} ${row.timestamp} ${row.quality}`

describe('liquidity events', () => {
  it('are none before a bar, nor with one', () => {
    const events = new LiquidityEvents()
    expect([events.table, events.asOf, events.current(), events.takeChanges()]).toEqual([
      'liquidity_events',
      undefined,
      [],
      [],
    ])
    events.next(YESTERDAY)
    expect([events.current(), events.takeChanges()]).toEqual([[], []])
  })

  it('that can still change are current, those above first', () => {
    const events = fed(TAKES_LOW, MISSES_HIGH, TAKES_HIGH)
    expect(types(events.current())).toEqual(['PREV_DAY_HIGH', 'PREV_DAY_LOW'])
    expect(types(events.takeChanges())).toEqual(['PREV_DAY_HIGH', 'PREV_DAY_LOW'])
    // A near miss is final when it is there.
    expect(fed(MISSES_HIGH, FAR).current()).toEqual([])
  })

  it('that are finished are handed over once, before those that have changed', () => {
    const events = fed(MISSES_HIGH, FAR, TAKES_LOW)
    expect(events.takeChanges().map(({ quality }) => quality)).toEqual(['NEAR_MISS', 'WICK'])
    expect(events.takeChanges()).toEqual([])
    events.next(barAt(minute(3), 899))
    expect(events.takeFinished()).toMatchObject([{ level_type: 'PREV_DAY_LOW', hold_minutes: 1 }])
    expect([events.takeFinished(), events.takeChanges(), events.current()]).toEqual([[], [], []])
  })

  it('are copies', () => {
    const events = fed(TAKES_HIGH)
    for (const row of [...events.current(), ...events.takeChanges()]) Object.assign(row, { level_price: -1 })
    expect(events.current()).toMatchObject([{ level_price: 1000 }])
  })

  it('of a whole history are ordered by the time of their bar', () => {
    const bars = [YESTERDAY, ...barsFrom(OPEN, [TAKES_LOW, MISSES_HIGH, FAR, TAKES_HIGH])]
    const rows = liquidityEvents(bars, HISTORY)
    expect(rows.map(({ level_type, quality }) => `${level_type} ${quality}`)).toEqual([
      'PREV_DAY_LOW WICK',
      'PREV_DAY_HIGH NEAR_MISS',
      'PREV_DAY_HIGH WICK',
    ])
    expect(liquidityEvents([])).toEqual([])
  })

  it('of a whole history take an asOf, not one before the last close', () => {
    const bars = [YESTERDAY, barAt(OPEN, TAKES_HIGH)]
    expect(liquidityEvents(bars, { ...HISTORY, asOf: minute(300) })).toEqual(liquidityEvents(bars, HISTORY))
    expect(() => liquidityEvents(bars, { ...HISTORY, asOf: OPEN })).toThrow(CalculatorError)
  })

  it('are the same one bar at a time, in parts and all at once', () => {
    const bars = wanderingBars(3_000, newYork('2024-07-01 18:00'), 4)
    const options = { cleanPenetration: 2, retreatDistance: 8 }
    const whole = liquidityEvents(BarSeries.from(bars), options)
    expect(new Set(whole.map(({ quality }) => quality)).size).toBe(4)
    expect(new Set(types(whole)).size).toBe(14)
    for (const size of [1, 7, 500]) {
      const events = new LiquidityEvents(options)
      const rows = new Map<string, LiquidityEventRow>()
      for (let i = 0; i < bars.length; i += size) {
        if (size === 1) events.next(bars[i] as Bar)
        else events.feed(bars, i, Math.min(i + size, bars.length))
        for (const row of events.takeChanges()) rows.set(key(row), row)
      }
      expect(new Map(whole.map((row) => [key(row), row]))).toEqual(rows)
    }
    expect(new Set(whole.map(key)).size).toBe(whole.length)
  })

  it('that a forming bar would make are shown without being made', () => {
    const events = fed(MISSES_HIGH)
    expect(events.peek(barAt(minute(1), TAKES_HIGH))).toMatchObject([{ quality: 'WICK', hold_minutes: 1 }])
    expect(events.peek(barAt(minute(1), FAR))).toMatchObject([{ quality: 'NEAR_MISS' }])
    expect(events.takeChanges()).toEqual([])
    events.next(barAt(minute(1), FAR))
    expect(events.takeChanges()).toMatchObject([{ quality: 'NEAR_MISS' }])
  })

  it('go on from a snapshot, and are shown before they are made, where bars make up no candles for swings', () => {
    const options = { ...HISTORY, interval: '30m' } as const
    const events = new LiquidityEvents(options)
    events.next(YESTERDAY)
    const restored = new LiquidityEvents(options)
    restored.restore(events.snapshot())
    expect(restored.peek(barAt(OPEN, TAKES_HIGH))).toMatchObject([{ level_type: 'PREV_DAY_HIGH' }])
    restored.next(barAt(OPEN, TAKES_HIGH))
    expect(types(restored.takeChanges())).toEqual(['PREV_DAY_HIGH'])
  })

  it('go on from a snapshot: pools, approaches, holds and swings', () => {
    const bars = wanderingBars(1_500, newYork('2024-07-01 18:00'), 9)
    const events = new LiquidityEvents()
    events.feed(bars, 0, 900)
    const restored = new LiquidityEvents()
    restored.restore(JSON.parse(JSON.stringify(events.snapshot())) as ReturnType<typeof events.snapshot>)
    events.feed(bars, 900)
    restored.feed(bars, 900)
    expect(restored.takeChanges()).toEqual(events.takeChanges())
    expect(restored.current()).toEqual(events.current())
  })
})
