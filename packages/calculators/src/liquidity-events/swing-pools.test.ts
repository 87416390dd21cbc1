import type { Bar } from '@openpredict/market'
import { describe, expect, it } from 'vitest'

import { barAt, barsFrom, mirrored, newYork, repeated, type Prices } from '../../testing/hand-made-bars.ts'
import { LiquidityEvents, liquidityEvents, type LiquidityEventsOptions } from './liquidity-events.ts'
import type { LiquidityEventRow } from './row.ts'

const MINUTE = 60_000
const QUARTER = 15 * MINUTE
const HOUR = 60 * MINUTE
const START = newYork('2024-07-02 18:00')
const quarter = (n: number): number => START + n * QUARTER

const FLOOR = 950
const to = (high: number): Prices => [FLOOR, high, FLOOR, FLOOR]
/** Nine candles: the highs of the third and the seventh are equal, which the ninth confirms. */
const EQUAL = [990, 995, 1000, 995, 990, 995, 999, 995, 990].map(to)
const ACTIVE = quarter(9)

const SIDES = [
  { pool: 'EQUAL_HIGH', direction: 'BEARISH', price: (p: number) => p, turn: (bar: Bar) => bar },
  {
    pool: 'EQUAL_LOW',
    direction: 'BULLISH',
    price: (p: number) => 1900 - p,
    turn: (bar: Bar) => barAt(bar.time, mirrored([bar.open, bar.high, bar.low, bar.close], 1900)),
  },
] as const

describe.each(SIDES)('$pool', ({ pool, direction, price, turn }) => {
  const events = (bars: readonly Bar[], options: LiquidityEventsOptions = {}): LiquidityEventRow[] =>
    liquidityEvents(bars.map(turn), { interval: '15m', ...options }).filter(({ level_type }) => level_type === pool)
  const told = (bars: readonly Bar[], options?: LiquidityEventsOptions): unknown[] =>
    events(bars, options).map((row) => [
      price(row.level_price),
      (row.period_start - START) / QUARTER,
      (row.timestamp - START) / QUARTER,
      row.quality,
    ])
  const equal = barsFrom(START, EQUAL, QUARTER)

  it('is a pool at the higher of two equal swings, named by the later', () => {
    expect(events([...equal, barAt(ACTIVE, to(1006))])).toEqual([
      {
        level_type: pool,
        period_start: quarter(6),
        timestamp: ACTIVE,
        quality: 'CLEAN_SWEEP',
        event_type: 'EQUAL_HL',
        direction,
        level_price: price(1000),
        sweep_price: price(1006),
        quality_score: 1,
        reclaimed_at: quarter(10),
        hold_minutes: 15,
        hold_confirmed: false,
        hold_bonus: 0,
        event_weight: 2,
        confirmed_at: quarter(10),
      },
    ])
  })

  it('needs swings that differ by no more than a point', () => {
    expect(told([...equal.with(6, barAt(quarter(6), to(998.75))), barAt(ACTIVE, to(1006))])).toEqual([])
  })

  it('is made of two candles at most 120 hours apart', () => {
    const first = barsFrom(START, EQUAL.slice(0, 5), QUARTER)
    const second = (time: number): Bar[] => barsFrom(time - 2 * QUARTER, EQUAL.slice(4), QUARTER)
    const sweep = (time: number): Bar => barAt(time + 3 * QUARTER, to(1006))
    const near = quarter(2) + 120 * HOUR
    expect(told([...first, ...second(near), sweep(near)])).toEqual([[1000, 482, 485, 'CLEAN_SWEEP']])
    expect(told([...first, ...second(near + QUARTER), sweep(near + QUARTER)])).toEqual([])
  })

  it('expires 120 hours after its activation: a bar at that instant does not count', () => {
    const expiry = ACTIVE + 120 * HOUR
    expect(told([...equal, barAt(expiry - QUARTER, to(1001))])).toEqual([[1000, 6, 488, 'WICK']])
    expect(told([...equal, barAt(expiry, to(1001))])).toEqual([])
  })

  it('drops its open approach when it expires', () => {
    const expiry = ACTIVE + 120 * HOUR
    const approach = barAt(expiry - 2 * QUARTER, to(998))
    expect(told([...equal, approach, barAt(expiry - QUARTER, to(980))])).toEqual([[1000, 6, 487, 'NEAR_MISS']])
    expect(told([...equal, approach, barAt(expiry, to(980))])).toEqual([])
  })

  it('has its hold counted beyond its expiry', () => {
    const sweep = barsFrom(ACTIVE + 120 * HOUR - QUARTER, [to(1001), FLOOR, FLOOR, FLOOR], QUARTER)
    expect(events([...equal, ...sweep])).toMatchObject([{ hold_minutes: 60, hold_bonus: 0.1 }])
  })

  it('is never replaced: each pair makes a pool of its own, and one bar may take several', () => {
    const third = [995, 999.75, 995, 990].map(to)
    const bars = barsFrom(START, [...EQUAL, ...third, to(1001)], QUARTER)
    expect(told(bars)).toEqual([
      [1000, 6, 13, 'WICK'],
      [999.75, 10, 13, 'WICK'],
    ])
  })

  it('is found in candles of 15 minutes, whatever bars they are made of', () => {
    const minutes = EQUAL.map((prices, i) => barAt(quarter(i) + 7 * MINUTE, prices))
    const rows = events([...minutes, barAt(ACTIVE, to(1001))], { interval: '1m', historyStart: START })
    expect(rows).toMatchObject([{ period_start: quarter(6), timestamp: ACTIVE, confirmed_at: ACTIVE + MINUTE }])
    // The seventh candle goes to 1000.25, in two bars.
    const two = minutes.toSpliced(6, 1, barAt(quarter(6), to(998)), barAt(quarter(6) + MINUTE, to(1000.25)))
    const higher = events([...two, barAt(ACTIVE, to(1001))], { interval: '1m', historyStart: START })
    expect(higher.map(({ level_price }) => price(level_price))).toEqual([1000.25])
  })

  it('is not made of a first candle that began before history did', () => {
    const early = barAt(START - 10 * MINUTE, to(980))
    const bars = [early, ...equal.slice(1).map((bar) => ({ ...bar, time: bar.time - QUARTER }))]
    const sweep = barAt(ACTIVE, to(1001))
    // Without it the swing at 1000 has one candle before it.
    expect(told([...bars, sweep], { interval: '1m' })).toEqual([])
    expect(told([...bars, sweep], { interval: '1m', historyStart: START - QUARTER })).toHaveLength(1)
  })
})

describe('candles for equal highs and lows', () => {
  const equal = barsFrom(START, EQUAL, QUARTER)

  it('close with the clock, and the pool is active from the close on', () => {
    const minutes = equal.map(({ time, ...bar }) => ({ ...bar, time: time + MINUTE }))
    const options = { historyStart: START }
    const waiting = new LiquidityEvents(options)
    waiting.feed(minutes)
    waiting.advanceTo(ACTIVE)
    const late = barAt(ACTIVE + 120 * HOUR - MINUTE, to(1001))
    const whole = liquidityEvents([...minutes, late], options)
    waiting.next(late)
    const ordered = (rows: readonly LiquidityEventRow[]): LiquidityEventRow[] =>
      rows.toSorted((a, b) => (a.level_type < b.level_type ? -1 : 1))
    expect(ordered(waiting.takeChanges())).toEqual(ordered(whole))
    expect(whole.map(({ level_type }) => level_type)).toContain('EQUAL_HIGH')
  })

  it('that the bars do not make up give no such pools, and are refused when asked for', () => {
    const halves = barsFrom(START, [...EQUAL, to(1006)], 2 * QUARTER)
    const types = (options: LiquidityEventsOptions): readonly string[] =>
      liquidityEvents(halves, { interval: '30m', ...options }).map(({ level_type }) => level_type)
    expect(types({})).toEqual([])
    expect(() => types({ swingTimeframe: '15m' })).toThrow(
      'option swingTimeframe: found "15m", expected a whole multiple of the 1800 s that bars last',
    )
    expect(types({ swingTimeframe: '1H' })).toEqual([])
  })

  it('are those of the trading day when they last four hours', () => {
    const hours = EQUAL.map((prices, i) => barAt(newYork('2024-07-01 18:00') + i * 4 * HOUR, prices))
    const options = { interval: '1h', swingTimeframe: '4H' } as const
    const rows = liquidityEvents([...hours, barAt(newYork('2024-07-03 06:00'), to(1001))], options)
    const event = rows.find(({ level_type }) => level_type === 'EQUAL_HIGH')
    expect(event?.period_start).toBe(newYork('2024-07-02 18:00'))
    expect(event?.timestamp).toBe(newYork('2024-07-03 06:00'))
  })

  it('are not known as far as bars that do not make them up reach', () => {
    const types = (interval: '5m' | '10m'): readonly string[] => {
      const events = new LiquidityEvents()
      // The rest of the first candle comes as minutes.
      events.warmUp([barAt(START, to(980))], interval)
      events.feed([barAt(START + 10 * MINUTE, to(990)), ...equal.slice(1), barAt(ACTIVE, to(1001))])
      return events.takeChanges().map(({ level_type }) => level_type)
    }
    expect(types('5m')).toEqual(['EQUAL_HIGH'])
    // Without it the first swing has one candle before it.
    expect(types('10m')).toEqual([])
  })

  it('without a swing give nothing', () => {
    expect(liquidityEvents(barsFrom(START, repeated(to(1000), 20), QUARTER), { interval: '15m' })).toEqual([])
  })
})
