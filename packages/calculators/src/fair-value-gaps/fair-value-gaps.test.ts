import { type Bar, BarSeries, instrumentOf } from '@openpredict/market'
import { describe, expect, it } from 'vitest'

import { GAP_DIRECTIONS } from '../../testing/gap-sides.ts'
import { barAt, barsFrom, newYork, nyBar, utcBar, wanderingBars, type Prices } from '../../testing/hand-made-bars.ts'
import { CalculatorError } from '../errors.ts'
import { FairValueGaps, fairValueGaps, type FairValueGapsOptions } from './fair-value-gaps.ts'
import type { FairValueGapRow } from './row.ts'

const MINUTE = 60_000
const QUARTER = 15 * MINUTE
const START = newYork('2024-07-02 10:00')
const quarter = (n: number): number => START + n * QUARTER

const FIRST: Prices = [100, 101, 99, 100]
const SECOND: Prices = [101, 106, 100, 105]
/** A third candle with this low. */
const from = (low: number): Prices => [low + 1, low + 3, low, low + 2]

const key = ({ timeframe, timestamp, fvg_type }: FairValueGapRow): string => `${timeframe} ${timestamp} ${fvg_type}`

describe.each(GAP_DIRECTIONS)('a $type gap', ({ type, prices: turned, edges }) => {
  const found = (
    candles: readonly (Prices | null)[],
    options: FairValueGapsOptions = {},
    interval: '15m' | '1m' = '15m',
  ): FairValueGapRow[] => {
    const sided = candles.map((prices) => (prices === null ? null : turned(prices)))
    const length = interval === '15m' ? QUARTER : MINUTE
    return fairValueGaps(barsFrom(START, sided, length), { interval, ...options })
  }

  it('is the room that the third candle leaves to the first', () => {
    expect(found([FIRST, SECOND, from(105)])).toEqual([
      {
        timeframe: '15m',
        timestamp: quarter(1),
        fvg_type: type,
        ...edges(101, 105),
        gap_size: 4,
        filled: false,
        touched_at: null,
        half_filled_at: null,
        fill_timestamp: null,
        fill_fraction: 0,
        inverted_at: null,
        confirmed_at: quarter(3),
      },
    ])
  })

  it('has at least 2 points', () => {
    expect(found([FIRST, SECOND, from(103)])).toMatchObject([{ ...edges(101, 103), gap_size: 2 }])
    expect(found([FIRST, SECOND, from(102.75)])).toEqual([])
  })

  it('does not depend on the candle in the middle', () => {
    expect(found([FIRST, [100, 130, 90, 95], from(103)])).toHaveLength(1)
    expect(found([FIRST, [103, 103, 102, 102.5], from(103)])).toHaveLength(1)
  })

  it('may follow another: each candle can be first, second and third', () => {
    const rows = found([FIRST, [101, 106, 100.5, 105], from(104), from(109)])
    expect(rows).toMatchObject([
      { timestamp: quarter(1), ...edges(101, 104) },
      { timestamp: quarter(2), ...edges(106, 109) },
    ])
  })

  it('needs candles that follow each other', () => {
    expect(found([FIRST, null, SECOND, from(105)])).toEqual([])
    expect(found([FIRST, SECOND, null, from(105)])).toEqual([])
    expect(found([FIRST, null, FIRST, SECOND, from(105)])).toHaveLength(1)
  })

  it('with adjacent: false may be of candles with a hole between them', () => {
    const options = { adjacent: false }
    expect(found([FIRST, null, SECOND, from(105)], options)).toMatchObject([{ timestamp: quarter(2) }])
    expect(found([FIRST, SECOND, null, from(105)], options)).toMatchObject([{ confirmed_at: quarter(4) }])
  })

  it('with bodyDirection needs a middle candle that closes in its direction', () => {
    const options = { bodyDirection: true }
    expect(found([FIRST, [101, 106, 100, 101.25], from(105)], options)).toHaveLength(1)
    expect(found([FIRST, [101, 106, 100, 101], from(105)], options)).toEqual([])
    expect(found([FIRST, [101, 106, 100, 100.75], from(105)], options)).toEqual([])
    expect(found([FIRST, [101, 106, 100, 100.75], from(105)])).toHaveLength(1)
  })

  it('with minGap: 0 is any room at all, and not none', () => {
    expect(found([FIRST, SECOND, from(101.25)], { minGap: 0 })).toMatchObject([{ gap_size: 0.25 }])
    expect(found([FIRST, SECOND, from(101)], { minGap: 0 })).toEqual([])
    expect(found([FIRST, SECOND, from(100)], { minGap: 0 })).toEqual([])
  })

  it('with minGap has at least so many points', () => {
    expect(found([FIRST, SECOND, from(105)], { minGap: 4 })).toHaveLength(1)
    expect(found([FIRST, SECOND, from(104.75)], { minGap: 4 })).toEqual([])
  })

  it('is found in each timeframe that is asked for', () => {
    const minutes = [FIRST, SECOND, from(105), from(105), from(105)]
    const options = { timeframes: ['1m', '5m'] } as const
    const candles = [...minutes, ...Array.from({ length: 5 }, () => from(120)), ...minutes.map(() => from(130))]
    expect(found(candles, options, '1m').map(({ timeframe, timestamp }) => [timeframe, timestamp])).toEqual([
      ['1m', START + MINUTE],
      ['1m', START + 4 * MINUTE],
      ['1m', START + 5 * MINUTE],
      ['5m', START + 5 * MINUTE],
      ['1m', START + 9 * MINUTE],
      ['1m', START + 10 * MINUTE],
    ])
  })
})

describe('candles', () => {
  it('are closed by the clock: the gap is known then', () => {
    const gaps = new FairValueGaps({ historyStart: START })
    gaps.feed([barAt(START, FIRST), barAt(quarter(1), SECOND), barAt(quarter(2), from(105))])
    gaps.advanceTo(quarter(3) - 1)
    expect(gaps.takeChanges()).toEqual([])
    gaps.advanceTo(quarter(3))
    expect(gaps.takeChanges()).toMatchObject([{ confirmed_at: quarter(3) }])
  })

  it('over the daily halt do not follow each other', () => {
    const bars = [
      nyBar('2024-07-02 16:30', FIRST),
      nyBar('2024-07-02 16:45', SECOND),
      nyBar('2024-07-02 18:00', from(110)),
      nyBar('2024-07-02 18:15', from(115)),
      nyBar('2024-07-02 18:30', from(120)),
    ]
    const times = (options: FairValueGapsOptions): readonly number[] =>
      fairValueGaps(bars, { interval: '15m', ...options }).map(({ timestamp }) => timestamp)
    expect(times({})).toEqual([newYork('2024-07-02 18:15')])
    expect(times({ adjacent: false })).toEqual([
      newYork('2024-07-02 16:45'),
      newYork('2024-07-02 18:00'),
      newYork('2024-07-02 18:15'),
    ])
  })

  it('of four hours are those of the trading day, the shorter one of a short day too', () => {
    // The clock goes forward on 10 March: the day of 23 hours ends with a candle from 19:00 to 22:00 UTC.
    const bars = [utcBar('2024-03-10T15:00Z', FIRST), utcBar('2024-03-10T19:00Z', SECOND)]
    const third = utcBar('2024-03-10T22:00Z', from(105))
    const rows = fairValueGaps([...bars, third], {
      interval: '1h',
      timeframes: ['4H'],
      instrument: instrumentOf('BTC-USD'),
      asOf: third.time + 4 * 60 * MINUTE,
    })
    expect(rows).toMatchObject([{ timeframe: '4H', timestamp: bars[1]?.time, confirmed_at: third.time + 240 * MINUTE }])
  })

  it('leave out a first one that began before history did', () => {
    const bars = [barAt(START + MINUTE, FIRST), barAt(quarter(1), SECOND), barAt(quarter(2), from(105))]
    const rows = (historyStart?: number): number =>
      fairValueGaps(bars, { ...(historyStart === undefined ? {} : { historyStart }), asOf: quarter(3) }).length
    expect([rows(), rows(START + 1), rows(START)]).toEqual([0, 0, 1])
  })

  it('are not known as far as bars that do not make them up reach', () => {
    const rows = (interval: '5m' | '10m'): number => {
      const gaps = new FairValueGaps({ historyStart: START })
      gaps.warmUp([barAt(START, FIRST)], interval)
      gaps.feed([barAt(START + 10 * MINUTE, 100), barAt(quarter(1), SECOND), barAt(quarter(2), from(105))])
      gaps.advanceTo(quarter(3))
      return gaps.takeChanges().length
    }
    expect([rows('5m'), rows('10m')]).toEqual([1, 0])
  })

  it('are looked at again when bars are short enough again', () => {
    const gaps = new FairValueGaps()
    gaps.warmUp([barAt(START, FIRST)], '30m')
    gaps.feed([barAt(quarter(2), from(105)), barAt(quarter(3), from(110)), barAt(quarter(4), from(115))])
    gaps.advanceTo(quarter(5))
    expect(gaps.takeChanges()).toMatchObject([{ timestamp: quarter(3), gap_bottom: 108, gap_top: 115 }])
  })
})

describe('options', () => {
  it.each<[symbol: string, minGap: number, tick: number, price: number]>([
    ['NQ=F', 2, 0.25, 20_000],
    ['MNQ=F', 2, 0.25, 20_000],
    // 0.4, 2.8 and 0.22 points to the tick.
    ['ES=F', 0.5, 0.25, 5_500],
    ['YM=F', 3, 1, 39_000],
    ['RTY=F', 0.2, 0.1, 2_100],
    ['BTC-USD', 2, 0.001, 60_000],
  ])('minGap of %s is %d by default', (symbol, minGap, tick, price) => {
    const gaps = (low: number): number =>
      fairValueGaps(barsFrom(START, [price, price, low], QUARTER), {
        interval: '15m',
        instrument: instrumentOf(symbol),
      }).length
    expect(gaps(Number((price + minGap).toFixed(3)))).toBe(1)
    expect(gaps(Number((price + minGap - tick).toFixed(3)))).toBe(0)
  })

  it('minGap is not missed by the error of a float: 2100.6 − 2100.4 is less than 0.2', () => {
    expect(2100.6 - 2100.4).toBeLessThan(0.2)
    const options = { interval: '15m', instrument: instrumentOf('RTY=F') } as const
    expect(fairValueGaps(barsFrom(START, [2100.4, 2100.5, 2100.6], QUARTER), options)).toMatchObject([
      { gap_bottom: 2100.4, gap_top: 2100.6, gap_size: 0.2 },
    ])
    expect(fairValueGaps(barsFrom(START, [2100.6, 2100.5, 2100.4], QUARTER), options)).toHaveLength(1)
  })

  it('timeframes are 15m when the bars make it up, none when they do not', () => {
    const bars = barsFrom(START, [FIRST, SECOND, from(105)], 30 * MINUTE)
    expect(fairValueGaps(bars, { interval: '30m' })).toEqual([])
  })

  it.each<[FairValueGapsOptions, string]>([
    [{ minGap: -1 }, 'option minGap: found -1, expected points, 0 or more'],
    [{ minGap: Number.NaN }, 'option minGap: found NaN, expected points, 0 or more'],
    [{ adjacent: 1 as unknown as boolean }, 'option adjacent: found 1, expected true or false'],
    [{ bodyDirection: 'no' as unknown as boolean }, 'option bodyDirection: found "no", expected true or false'],
    [{ timeframes: [] }, 'option timeframes: found , expected some of 1m, 5m, 15m, 1H, 4H, each once'],
    [{ timeframes: ['15m', '15m'] }, 'option timeframes: found 15m,15m, expected some of'],
    [{ timeframes: ['2H' as '1H'] }, 'option timeframes: found 2H, expected some of'],
    [{ timeframes: '15m' as unknown as ['15m'] }, 'option timeframes: found "15m", expected some of'],
    [
      { timeframes: ['15m', '1m'], interval: '5m' },
      'option timeframes: found "1m", expected a whole multiple of the 300 s that bars last',
    ],
    [{ historyStart: 0.5 }, 'option historyStart: found 0.5'],
  ])('that cannot be are refused: %o', (options, message) => {
    expect(() => new FairValueGaps(options)).toThrow(CalculatorError)
    expect(() => new FairValueGaps(options)).toThrow(message)
  })

  it('are part of a snapshot: one made with others is refused', () => {
    const snapshot = new FairValueGaps().snapshot()
    for (const options of [{ minGap: 3 }, { adjacent: false }, { bodyDirection: true }, { timeframes: ['5m'] }]) {
      const [name = ''] = Object.keys(options)
      const calculator = new FairValueGaps(options as FairValueGapsOptions)
      expect(() => calculator.restore(snapshot)).toThrow(`snapshot: made with ${name} `)
    }
    new FairValueGaps({ minGap: 2, adjacent: true, bodyDirection: false, timeframes: ['15m'] }).restore(snapshot)
  })
})

describe('rows', () => {
  it('of a whole history are ordered by the middle candle, and take an asOf', () => {
    const bars = barsFrom(START, [FIRST, SECOND, from(105), from(110), from(115)], QUARTER)
    const rows = fairValueGaps(bars, { interval: '15m', timeframes: ['1H', '15m'] })
    expect(rows.map(({ timestamp }) => timestamp)).toEqual([quarter(1), quarter(2), quarter(3)])
    expect(fairValueGaps(bars, { interval: '15m', asOf: quarter(99) })).toEqual(rows)
    expect(() => fairValueGaps(bars, { interval: '15m', asOf: quarter(4) })).toThrow(CalculatorError)
    expect(fairValueGaps([])).toEqual([])
  })

  it('are rounded when they are built, and compared as given', () => {
    const bars = barsFrom(START, [100.4, 101, 103.6], QUARTER)
    const rows = fairValueGaps(bars, { interval: '15m', instrument: instrumentOf('YM=F') })
    expect(rows).toMatchObject([{ gap_bottom: 100, gap_top: 104, gap_size: 3 }])
  })

  it('are the same one bar at a time, in parts and all at once', () => {
    const bars = wanderingBars(3_000, START, 6)
    const options = { timeframes: ['1m', '5m', '15m', '1H', '4H'], minGap: 0.25, adjacent: false } as const
    const whole = fairValueGaps(BarSeries.from(bars), options)
    expect(whole.filter(({ inverted_at }) => inverted_at !== null).length).toBeGreaterThan(100)
    expect(new Set(whole.map(({ timeframe }) => timeframe)).size).toBe(5)
    for (const size of [1, 7, 500]) {
      const gaps = new FairValueGaps(options)
      const rows = new Map<string, FairValueGapRow>()
      for (let i = 0; i < bars.length; i += size) {
        if (size === 1) gaps.next(bars[i] as Bar)
        else gaps.feed(bars, i, Math.min(i + size, bars.length))
        for (const row of gaps.takeChanges()) rows.set(key(row), row)
      }
      expect(new Map(whole.map((row) => [key(row), row]))).toEqual(rows)
    }
    expect(new Set(whole.map(key)).size).toBe(whole.length)
  })
})
