import { type Bar, BarSeries, instrumentOf } from '@openpredict/market'
import { describe, expect, it } from 'vitest'

import { barAt, barsFrom, mirrored, newYork, nyBar, wanderingBars, type Prices } from '../../testing/hand-made-bars.ts'
import { CalculatorError } from '../errors.ts'
import type { CalculatorSnapshot } from '../internal/snapshot.ts'
import { MarketStructure, marketStructure, type MarketStructureOptions } from './market-structure.ts'
import type { MarketStructureRow } from './row.ts'

const MINUTE = 60_000
const START = newYork('2024-07-02 10:00')

/** A candle that opens and closes at a price and reaches one point farther. */
const around = (price: number): Prices => [price, price + 1, price - 1, price]
/** Five candles: a swing high at 105, known with the last. */
const SWING = [100, 101, 104, 102, 101].map(around)

const key = (row: MarketStructureRow): string => `${row.timeframe} ${row.timestamp} ${row.break_type} ${row.direction}`
const shown = (rows: readonly MarketStructureRow[]): readonly string[] =>
  rows.map(({ timestamp, break_type, direction, level, swing_timestamp }) => {
    const [at, swing] = [timestamp, swing_timestamp].map((time) => (time - START) / MINUTE)
    return `${at} ${break_type} ${direction} ${level} of ${swing}`
  })

const SIDES = [
  { up: 'BULLISH', down: 'BEARISH', price: (p: number) => p, turned: (prices: Prices) => prices },
  { up: 'BEARISH', down: 'BULLISH', price: (p: number) => 200 - p, turned: (prices: Prices) => mirrored(prices, 200) },
] as const

describe.each(SIDES)('a $up break', ({ up, down, price, turned }) => {
  const breaks = (candles: readonly Prices[], options: MarketStructureOptions = {}): MarketStructureRow[] =>
    marketStructure(barsFrom(START, candles.map(turned)), { timeframes: ['1m'], ...options })
  const told = (candles: readonly Prices[], options?: MarketStructureOptions): readonly string[] =>
    shown(breaks(candles, options).map((row) => ({ ...row, level: price(row.level) })))

  it('is a close beyond the latest swing, told when that candle closes', () => {
    expect(breaks([...SWING, [101, 107, 100, 106]])).toEqual([
      {
        timeframe: '1m',
        timestamp: START + 5 * MINUTE,
        break_type: 'BOS',
        direction: up,
        level: price(105),
        swing_timestamp: START + 2 * MINUTE,
        displacement: 5,
        displacement_speed: 5,
        displacement_quality: 'MODERATE',
        break_weight: 1,
        confirmed_at: START + 6 * MINUTE,
      },
    ])
  })

  it('is no close at the swing, nor a wick beyond it', () => {
    expect(told([...SWING, around(105)])).toEqual([])
    expect(told([...SWING, [105, 109, 104, 105]])).toEqual([])
    expect(told([...SWING, around(105.25)])).toEqual([`5 BOS ${up} 105 of 2`])
  })

  it('by wick is a high beyond the swing, not at it', () => {
    expect(told([...SWING, [101, 105, 100, 104]], { breakBy: 'wick' })).toEqual([])
    expect(told([...SWING, [101, 105.25, 100, 102]], { breakBy: 'wick' })).toEqual([`5 BOS ${up} 105 of 2`])
  })

  it('spends the swing: price can stay beyond and come again without another', () => {
    expect(told([...SWING, ...[106, 107, 104, 108, 103, 109].map(around)])).toEqual([`5 BOS ${up} 105 of 2`])
  })

  it('is of the latest swing: a newer one takes the place of the one before, lower or higher', () => {
    const lower = [100, 105, 109, 104, 99, 102, 104, 102, 99].map(around)
    expect(told([...lower, around(106), around(112)])).toEqual([`9 BOS ${up} 105 of 6`])
    const higher: readonly Prices[] = [...SWING, around(103), [104, 109, 103, 104], around(103), around(102)]
    expect(told([...higher, around(107), around(110)])).toEqual([`10 BOS ${up} 109 of 6`])
  })

  it('comes before the swing that the same candle confirms', () => {
    const candles: readonly Prices[] = [
      [95, 96, 94, 95],
      [95, 97, 94, 96],
      [96, 100, 95, 97],
      [97, 98, 95, 96],
      [96, 97, 95, 96],
      // Up to 110, which the candle after the next confirms.
      [96, 110, 95, 99],
      [99, 100, 95, 99],
      [99, 105, 98, 101],
      [101, 112, 101, 111],
    ]
    expect(told(candles)).toEqual([`7 BOS ${up} 100 of 2`, `8 BOS ${up} 110 of 5`])
  })

  it('with the trend is a break of structure, against it a change of character', () => {
    const closes = [
      100, 101, 104, 102, 101, 106, 109, 112, 110, 108, 107, 113, 115, 114, 112, 105, 104, 103, 104, 106, 101, 102, 108,
    ]
    expect(told(closes.map(around))).toEqual([
      `5 BOS ${up} 105 of 2`,
      `12 BOS ${up} 113 of 7`,
      `15 CHOCH ${down} 106 of 10`,
      `20 BOS ${down} 102 of 17`,
      `22 CHOCH ${up} 107 of 19`,
    ])
  })

  it('needs a swing that stands out from as many candles as swingLength says', () => {
    const candles = [...SWING.slice(1), around(106)]
    expect(told(candles)).toEqual([])
    expect(told(candles, { swingLength: 1 })).toEqual([`4 BOS ${up} 105 of 1`])
    expect(told([...SWING, around(106)], { swingLength: 3 })).toEqual([])
  })
})

describe('a candle that breaks both sides by wick', () => {
  const both = [100, 100].map(around)
  const candles = (close: number): readonly Prices[] => [
    ...both,
    [100, 105, 95, 100],
    ...both,
    [100, 110, 90, close],
    around(112),
  ]
  const told = (close: number): readonly string[] =>
    shown(marketStructure(barsFrom(START, candles(close)), { timeframes: ['1m'], breakBy: 'wick' }))

  it('breaks down first when it closes at its open or above', () => {
    for (const close of [100, 101]) {
      expect(told(close)).toEqual(['5 BOS BEARISH 95 of 2', '5 CHOCH BULLISH 105 of 2'])
    }
  })

  it('breaks up first when it closes below its open', () => {
    expect(told(99)).toEqual(['5 BOS BULLISH 105 of 2', '5 CHOCH BEARISH 95 of 2'])
  })

  it('is current with the second of the two, which gives the trend', () => {
    const structure = new MarketStructure({ timeframes: ['1m'], breakBy: 'wick' })
    structure.feed(barsFrom(START, candles(99)))
    expect(structure.current()).toMatchObject([{ break_type: 'CHOCH', direction: 'BEARISH' }])
  })
})

describe('candles', () => {
  it('may have holes between them: halts are none here', () => {
    const bars = [
      nyBar('2024-07-02 16:00', around(100)),
      nyBar('2024-07-02 16:30', around(101)),
      nyBar('2024-07-02 16:45', around(104)),
      nyBar('2024-07-02 18:00', around(102)),
      nyBar('2024-07-02 18:30', around(101)),
      nyBar('2024-07-03 10:00', around(106)),
    ]
    const rows = marketStructure(bars, { interval: '15m' })
    expect(rows).toMatchObject([
      { timeframe: '15m', timestamp: newYork('2024-07-03 10:00'), swing_timestamp: newYork('2024-07-02 16:45') },
    ])
  })

  it.each([
    ['summer', '2024-07-01', '2024-07-02'],
    ['winter', '2024-01-08', '2024-01-09'],
  ])('of four hours are counted from the start of the trading day: in %s', (_, day, next) => {
    const hours = [`${day} 18:00`, `${day} 22:00`, `${next} 02:00`, `${next} 06:00`, `${next} 10:00`]
    const bars = hours.map((text, i) => nyBar(text, SWING[i] as Prices))
    const rows = marketStructure([...bars, nyBar(`${next} 14:00`, around(106))], {
      interval: '1h',
      asOf: newYork(`${next} 18:00`),
    })
    expect(rows.filter(({ timeframe }) => timeframe === '4H')).toMatchObject([
      {
        timestamp: newYork(`${next} 14:00`),
        swing_timestamp: newYork(`${next} 02:00`),
        confirmed_at: newYork(`${next} 18:00`),
        break_weight: 3,
      },
    ])
  })

  it('are closed by the clock', () => {
    const structure = new MarketStructure({ historyStart: START })
    structure.feed(barsFrom(START, [...SWING, around(106)], 15 * MINUTE))
    structure.advanceTo(START + 90 * MINUTE - 1)
    expect(structure.takeChanges()).toEqual([])
    structure.advanceTo(START + 90 * MINUTE)
    expect(structure.takeChanges()).toMatchObject([{ timeframe: '15m', confirmed_at: START + 90 * MINUTE }])
  })

  it('leave out a first one that began before history did', () => {
    const bars = barsFrom(START, [...SWING, around(106)], 15 * MINUTE).with(0, barAt(START + MINUTE, around(100)))
    const rows = (historyStart: number): number =>
      marketStructure(bars, { timeframes: ['15m'], historyStart, asOf: START + 90 * MINUTE }).length
    expect([rows(START), rows(START + MINUTE)]).toEqual([1, 0])
  })

  it('are not known as far as bars that do not make them up reach', () => {
    const rows = (interval: '5m' | '10m'): number => {
      const structure = new MarketStructure({ timeframes: ['15m'], historyStart: START })
      structure.warmUp([barAt(START, around(100))], interval)
      structure.next(barAt(START + 10 * MINUTE, 100))
      structure.feed(barsFrom(START, [...SWING, around(106)], 15 * MINUTE).slice(1))
      structure.advanceTo(START + 90 * MINUTE)
      return structure.takeChanges().length
    }
    expect([rows('5m'), rows('10m')]).toEqual([1, 0])
  })

  it('of every timeframe are followed on their own', () => {
    const bars = barsFrom(START, [...SWING, around(106)], 60 * MINUTE)
    const rows = marketStructure(bars, { interval: '15m', asOf: START + 360 * MINUTE })
    expect(rows.map(({ timeframe, confirmed_at }) => [timeframe, confirmed_at])).toEqual([
      ['15m', START + 315 * MINUTE],
      ['1H', START + 360 * MINUTE],
    ])
    expect(marketStructure(bars, { interval: '1h' }).map(({ timeframe }) => timeframe)).toEqual(['1H'])
  })
})

describe('rows', () => {
  const bars = barsFrom(START, [...SWING, around(106)])

  it('are final as soon as they are there; the latest of each timeframe is current', () => {
    const structure = new MarketStructure({ timeframes: ['1m'] })
    expect([structure.table, structure.current()]).toEqual(['market_structure', []])
    structure.feed(bars)
    expect(shown(structure.takeFinished())).toEqual(['5 BOS BULLISH 105 of 2'])
    expect(structure.takeChanges()).toEqual([])
    expect(shown(structure.current())).toEqual(['5 BOS BULLISH 105 of 2'])
  })

  it('are copies', () => {
    const structure = new MarketStructure({ timeframes: ['1m'] })
    structure.feed(bars)
    for (const row of [...structure.takeChanges(), ...structure.current()]) Object.assign(row, { level: -1 })
    expect(shown(structure.current())).toEqual(['5 BOS BULLISH 105 of 2'])
  })

  it('of a whole history are ordered by the breaking candle, and take an asOf', () => {
    const wandering = wanderingBars(3_000, START, 8)
    const rows = marketStructure(wandering)
    expect(new Set(rows.map(({ timeframe }) => timeframe)).size).toBe(3)
    expect(rows).toEqual(rows.toSorted((a, b) => a.timestamp - b.timestamp))
    expect(() => marketStructure(bars, { asOf: START })).toThrow(CalculatorError)
    expect(marketStructure([])).toEqual([])
  })

  it('are the same one bar at a time, in parts and all at once', () => {
    const wandering = wanderingBars(3_000, START, 8)
    for (const breakBy of ['close', 'wick'] as const) {
      const whole = marketStructure(BarSeries.from(wandering), { breakBy })
      for (const size of [1, 7, 500]) {
        const structure = new MarketStructure({ breakBy })
        const rows = new Map<string, MarketStructureRow>()
        for (let i = 0; i < wandering.length; i += size) {
          if (size === 1) structure.next(wandering[i] as Bar)
          else structure.feed(wandering, i, Math.min(i + size, wandering.length))
          for (const row of structure.takeChanges()) rows.set(key(row), row)
        }
        expect(new Map(whole.map((row) => [key(row), row]))).toEqual(rows)
      }
      expect(new Set(whole.map(key)).size).toBe(whole.length)
    }
  })

  it('go on from a snapshot, also from one that was made before there could be a swing', () => {
    // The second candle stands out, but has one before it.
    const candles = [100, 104, 102, 101, 106, 108, 105, 104, 110].map(around)
    const whole = marketStructure(barsFrom(START, candles), { timeframes: ['1m'] })
    expect(shown(whole)).toEqual(['8 BOS BULLISH 109 of 5'])
    for (const cut of [0, 1, 2, 5, 7]) {
      const [first, second] = [0, 1].map(() => new MarketStructure({ timeframes: ['1m'] }))
      first?.feed(barsFrom(START, candles), 0, cut)
      second?.restore(JSON.parse(JSON.stringify(first?.snapshot())) as CalculatorSnapshot)
      second?.feed(barsFrom(START, candles), cut)
      expect(second?.takeChanges()).toEqual(whole)
    }
  })

  it('round prices when they are built, and compare them as given', () => {
    const candles = [100, 101, 104.4, 102, 101].map(around)
    const options = { timeframes: ['1m'], instrument: instrumentOf('YM=F') } as const
    expect(marketStructure(barsFrom(START, [...candles, around(105.3)]), options)).toEqual([])
    expect(marketStructure(barsFrom(START, [...candles, [103, 106, 103, 105.5]]), options)).toMatchObject([
      { level: 105, displacement: 3, displacement_speed: 2.5 },
    ])
  })
})
