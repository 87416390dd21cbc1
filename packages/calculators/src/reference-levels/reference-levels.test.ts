import { type Bar, BarSeries, formatInstant, instrumentOf, newYorkDate, parseInstant } from '@openpredict/market'
import { describe, expect, it } from 'vitest'

import { barAt, barsFrom, newYork, nyBar, utcBar, wanderingBars } from '../../testing/hand-made-bars.ts'
import { CalculatorError } from '../errors.ts'
import { LEVEL_TYPES, type LevelType } from './level-types.ts'
import { ReferenceLevels, referenceLevels, type ReferenceLevelsOptions } from './reference-levels.ts'
import type { ReferenceLevelRow } from './row.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

const at = (time: number | null): string => (time === null ? 'null' : formatInstant(time).slice(5, 16))
const key = ({ level_type, period_start }: ReferenceLevelRow): string => `${level_type} ${period_start}`

/** Rows of some level types as text: price, period, whether complete, timestamp and confirmation, UTC. */
function shown(rows: readonly ReferenceLevelRow[], ...types: readonly LevelType[]): readonly string[] {
  return rows
    .filter(({ level_type }) => types.includes(level_type))
    .map(
      ({ price, period_start, period_end, complete, timestamp, confirmed_at }) =>
        `${price} ${at(period_start)}/${at(period_end)} ${complete} ${at(timestamp)} ${at(confirmed_at)}`,
    )
}

function fed(bars: readonly Bar[], options?: ReferenceLevelsOptions): ReferenceLevels {
  const levels = new ReferenceLevels(options)
  levels.feed(bars)
  return levels
}

const current = (bars: readonly Bar[], type: LevelType, options?: ReferenceLevelsOptions): readonly string[] =>
  shown(fed(bars, options).current(), type)

/** One bar an hour, at 1, 2, 3 … */
const hourly = (from: string, hours: number): Bar[] =>
  Array.from({ length: hours }, (_, i) => barAt(newYork(from) + i * HOUR, i + 1))

const prices = (rows: readonly ReferenceLevelRow[], ...types: readonly LevelType[]): readonly number[] =>
  rows.filter(({ level_type }) => types.includes(level_type)).map(({ price }) => price)

/** A vouched-for history that is long enough for every period. */
const LONG_AGO = { historyStart: parseInstant('2020-01-01') }

describe('opens', () => {
  it.each<[LevelType, readonly string[], string]>([
    [
      'MONTHLY_OPEN',
      ['2024-06-30T23:59Z', '2024-07-01T00:00Z', '2024-07-01T00:01Z'],
      '2 07-01T00:00/08-01T00:00 true 07-01T00:02 07-01T00:01',
    ],
    // The month began on a Saturday: its first bar is that of Sunday evening, however late.
    [
      'MONTHLY_OPEN',
      ['2024-05-31T20:59Z', '2024-06-02T22:00Z', '2024-06-02T22:01Z'],
      '2 06-01T00:00/07-01T00:00 true 06-02T22:02 06-02T22:01',
    ],
    [
      'WEEKLY_OPEN',
      ['2024-06-30T23:59Z', '2024-07-01T00:20Z', '2024-07-01T00:21Z'],
      '2 07-01T00:00/07-08T00:00 true 07-01T00:22 07-01T00:21',
    ],
    [
      'WEEK_SESSION_OPEN',
      ['2024-06-28T20:59Z', '2024-06-30T22:03Z', '2024-07-01T22:00Z'],
      '2 06-30T22:00/07-07T22:00 true 07-01T22:01 06-30T22:04',
    ],
    [
      'SESSION_OPEN',
      ['2024-07-01T20:59Z', '2024-07-01T22:40Z', '2024-07-02T01:00Z'],
      '2 07-01T22:00/07-02T22:00 true 07-02T01:01 07-01T22:41',
    ],
    [
      '4H_OPEN',
      ['2024-07-02T09:59Z', '2024-07-02T10:30Z', '2024-07-02T13:59Z'],
      '2 07-02T10:00/07-02T14:00 true 07-02T14:00 07-02T10:31',
    ],
    [
      '1H_OPEN',
      ['2024-07-02T09:59Z', '2024-07-02T10:30Z', '2024-07-02T10:59Z'],
      '2 07-02T10:00/07-02T11:00 true 07-02T11:00 07-02T10:31',
    ],
    [
      'DAILY_OPEN',
      ['2024-07-01T23:59Z', '2024-07-02T00:15Z', '2024-07-02T10:59Z'],
      '2 07-02T00:00/07-03T00:00 true 07-02T11:00 07-02T00:16',
    ],
    [
      'MIDNIGHT_OPEN',
      ['2024-07-02T03:59Z', '2024-07-02T04:00Z', '2024-07-02T10:59Z'],
      '2 07-02T04:00/07-03T04:00 true 07-02T11:00 07-02T04:01',
    ],
    [
      'NY_OPEN',
      ['2024-07-02T12:29Z', '2024-07-02T12:30Z', '2024-07-03T12:29Z'],
      '2 07-02T12:30/07-03T12:30 true 07-03T12:30 07-02T12:31',
    ],
  ])('%s is the open of the first bar of its period: %j', (type, times, expected) => {
    const bars = times.map((time, i) => utcBar(time, [i + 1, i + 1.5, i + 0.5, i + 0.75]))
    expect(current(bars, type, LONG_AGO)).toEqual([expected])
  })

  it.each<[LevelType, string]>([
    ['DAILY_OPEN', '2024-07-02T00:00:00Z'],
    ['MIDNIGHT_OPEN', '2024-07-02T04:00:00Z'],
    ['NY_OPEN', '2024-07-02T12:30:00Z'],
  ])('%s needs a bar within 15 minutes, 15 included; else the level before stays current', (type, text) => {
    const start = parseInstant(text)
    const first = barAt(start - DAY, 1)
    expect(prices(fed([first, barAt(start + 15 * MINUTE, 2)]).current(), type)).toEqual([2])
    const late = fed([first, barAt(start + 16 * MINUTE, 2), barAt(start + HOUR, 3)])
    expect(prices(late.current(), type)).toEqual([1])
    expect(late.current().find(({ level_type }) => level_type === type)?.timestamp).toBe(start + HOUR + MINUTE)
    const strict = fed([first, barAt(start + MINUTE, 2)], { openTolerance: 0 })
    expect(prices(strict.current(), type)).toEqual([1])
    const lax = fed([first, barAt(start + 3 * HOUR, 2)], { openTolerance: 180 })
    expect(prices(lax.current(), type)).toEqual([2])
  })

  it('keeps Friday’s punctual opens on Sunday evening, and takes the other opens anew', () => {
    const bars = [
      nyBar('2024-06-27 20:00', 1),
      nyBar('2024-06-28 00:00', 2),
      nyBar('2024-06-28 08:30', 3),
      nyBar('2024-06-28 16:59', 4),
      nyBar('2024-06-30 18:00', 5),
    ]
    const rows = fed(bars, LONG_AGO).current()
    expect(prices(rows, 'DAILY_OPEN', 'MIDNIGHT_OPEN', 'NY_OPEN')).toEqual([1, 2, 3])
    expect(prices(rows, 'WEEK_SESSION_OPEN', 'SESSION_OPEN', '4H_OPEN', '1H_OPEN')).toEqual([5, 5, 5, 5])
    expect(prices(rows, 'WEEKLY_OPEN')).toEqual([1])
  })

  it('ends a replaced level with the close of the last bar before the new one', () => {
    const bars = [utcBar('2024-07-02T10:00Z', 1), utcBar('2024-07-02T10:17Z', 2), utcBar('2024-07-02T12:05Z', 3)]
    expect(shown(referenceLevels(bars, LONG_AGO), '1H_OPEN')).toEqual([
      '1 07-02T10:00/07-02T11:00 true 07-02T10:18 07-02T10:01',
      '3 07-02T12:00/07-02T13:00 true 07-02T12:06 07-02T12:06',
    ])
  })
})

describe('sessions', () => {
  const DAY_OF_BARS = [
    nyBar('2024-07-01 17:30', [100, 500, 1, 100]),
    nyBar('2024-07-01 18:00', [100, 102, 99, 101]),
    nyBar('2024-07-02 01:59', [101, 103, 100, 102]),
    nyBar('2024-07-02 02:00', [102, 400, 2, 102]),
    nyBar('2024-07-02 03:00', [102, 104, 101, 103]),
    nyBar('2024-07-02 08:30', [103, 106, 103, 105]),
    nyBar('2024-07-02 11:59', [105, 105, 102, 102]),
    nyBar('2024-07-02 12:00', [102, 300, 3, 102]),
    nyBar('2024-07-02 13:00', [102, 108, 101, 107]),
    nyBar('2024-07-02 16:59', [107, 107, 100.5, 101]),
    nyBar('2024-07-02 17:00', [101, 200, 4, 101]),
  ]

  it('span their hours of New York’s clock, the end excluded', () => {
    const rows = fed(DAY_OF_BARS, LONG_AGO).current()
    expect(shown(rows, 'ASIAN_HIGH', 'ASIAN_LOW')).toEqual([
      '103 07-01T22:00/07-02T06:00 true 07-02T21:01 07-02T06:00',
      '99 07-01T22:00/07-02T06:00 true 07-02T21:01 07-02T06:00',
    ])
    expect(shown(rows, 'LONDON_HIGH', 'LONDON_LOW')).toEqual([
      '106 07-02T07:00/07-02T16:00 true 07-02T21:01 07-02T16:00',
      '101 07-02T07:00/07-02T16:00 true 07-02T21:01 07-02T16:00',
    ])
    expect(shown(rows, 'NY_AM_HIGH', 'NY_AM_LOW')).toEqual([
      '106 07-02T12:30/07-02T16:00 true 07-02T21:01 07-02T16:00',
      '102 07-02T12:30/07-02T16:00 true 07-02T21:01 07-02T16:00',
    ])
    expect(shown(rows, 'NY_PM_HIGH', 'NY_PM_LOW')).toEqual([
      '108 07-02T17:00/07-02T21:00 true 07-02T21:01 07-02T21:00',
      '100.5 07-02T17:00/07-02T21:00 true 07-02T21:01 07-02T21:00',
    ])
  })

  it('follow the price while they run, and are complete with the bar that closes at their end', () => {
    const levels = new ReferenceLevels()
    const seen: string[] = []
    for (const bar of [
      nyBar('2024-07-02 03:00', [10, 12, 9, 11]),
      nyBar('2024-07-02 03:01', [11, 11, 10, 10]),
      nyBar('2024-07-02 11:58', [10, 15, 8, 12]),
      nyBar('2024-07-02 11:59', [12, 13, 11, 12]),
      nyBar('2024-07-02 12:00', [12, 99, 1, 12]),
    ]) {
      levels.next(bar)
      seen.push(...shown(levels.current(), 'LONDON_HIGH'))
    }
    expect(seen).toEqual([
      '12 07-02T07:00/07-02T16:00 false 07-02T07:01 null',
      '12 07-02T07:00/07-02T16:00 false 07-02T07:02 null',
      '15 07-02T07:00/07-02T16:00 false 07-02T15:59 null',
      '15 07-02T07:00/07-02T16:00 true 07-02T16:00 07-02T16:00',
      '15 07-02T07:00/07-02T16:00 true 07-02T16:01 07-02T16:00',
    ])
  })

  it('are completed by the clock when no bar comes, and then reported', () => {
    const levels = fed([nyBar('2024-07-02 03:00', [10, 12, 9, 11])])
    levels.takeChanges()
    levels.advanceTo(newYork('2024-07-02 12:00') - 1)
    expect(levels.takeChanges()).toEqual([])
    levels.advanceTo(newYork('2024-07-03 00:00'))
    expect(shown(levels.takeChanges(), ...LEVEL_TYPES)).toEqual([
      '12 07-02T07:00/07-02T16:00 true 07-02T07:01 07-02T16:00',
      '9 07-02T07:00/07-02T16:00 true 07-02T07:01 07-02T16:00',
    ])
    expect(levels.takeChanges()).toEqual([])
  })

  it('without a bar leave the one before current', () => {
    // Thanksgiving closed at 13:00: no afternoon session that day; Friday's stays out until it has a bar.
    const bars = [
      nyBar('2023-11-22 13:00', [10, 12, 9, 11]),
      nyBar('2023-11-23 12:59', 20),
      nyBar('2023-11-23 18:00', 30),
      nyBar('2023-11-24 12:59', 40),
    ]
    expect(prices(fed(bars).current(), 'NY_PM_HIGH', 'NY_PM_LOW')).toEqual([12, 9])
    const friday = [...bars, nyBar('2023-11-24 13:00', 50), nyBar('2023-11-26 18:00', 60)]
    expect(prices(fed(friday).current(), 'NY_PM_HIGH', 'NY_PM_LOW')).toEqual([50, 50])
    expect(shown(referenceLevels(friday), 'NY_PM_HIGH')).toEqual([
      '12 11-22T18:00/11-22T22:00 true 11-24T18:00 11-22T22:00',
      '50 11-24T18:00/11-24T22:00 true 11-26T23:01 11-24T22:00',
    ])
  })

  it('that ended early are complete all the same when the next takes over', () => {
    const bars = [nyBar('2024-07-02 03:00', 10), nyBar('2024-07-03 03:00', 20)]
    expect(shown(referenceLevels(bars), 'LONDON_LOW')).toEqual([
      '10 07-02T07:00/07-02T16:00 true 07-02T07:01 07-02T16:00',
      '20 07-03T07:00/07-03T16:00 false 07-03T07:01 null',
    ])
  })

  it('are known only when history reaches back to their start, even when it begins inside', () => {
    const bars = [nyBar('2024-07-02 09:00', 5), nyBar('2024-07-02 11:59', 6), nyBar('2024-07-02 13:00', 7)]
    const rows = fed(bars).current()
    expect(prices(rows, 'ASIAN_HIGH', 'LONDON_HIGH', 'NY_AM_HIGH')).toEqual([])
    expect(prices(rows, 'NY_PM_HIGH')).toEqual([7])
    const vouched = fed(bars, { historyStart: newYork('2024-07-02 08:30') }).current()
    expect(prices(vouched, 'LONDON_HIGH', 'NY_AM_HIGH', 'NY_PM_HIGH')).toEqual([6, 7])
  })
})

describe('the previous day and week', () => {
  it('are the latest earlier ones with bars, known with the first bar after them', () => {
    const bars = [
      nyBar('2024-07-01 18:00', [10, 20, 5, 10]),
      nyBar('2024-07-02 16:59', [10, 12, 4, 10]),
      // The next trading day has no bars, nor the one after.
      nyBar('2024-07-04 18:30', [10, 99, 1, 10]),
      nyBar('2024-07-05 10:00', [10, 98, 2, 10]),
    ]
    expect(current(bars, 'PREV_DAY_HIGH')).toEqual(['20 07-01T22:00/07-02T22:00 true 07-05T14:01 07-04T22:31'])
    expect(current(bars, 'PREV_DAY_LOW')).toEqual(['4 07-01T22:00/07-02T22:00 true 07-05T14:01 07-04T22:31'])
    expect(prices(fed(bars).current(), 'PREV_WEEK_HIGH')).toEqual([])
    expect(shown(referenceLevels([...bars, nyBar('2024-07-07 18:00', 10)]), 'PREV_DAY_LOW')).toEqual([
      '4 07-01T22:00/07-02T22:00 true 07-05T14:01 07-04T22:31',
      '1 07-04T22:00/07-05T22:00 true 07-07T22:01 07-07T22:01',
    ])
  })

  it('on Monday are Friday and the week before', () => {
    const bars = [
      nyBar('2024-06-23 18:00', [10, 30, 9, 10]),
      nyBar('2024-06-27 18:00', [10, 20, 5, 10]),
      nyBar('2024-06-28 16:59', [10, 12, 6, 10]),
      nyBar('2024-06-30 18:00', 50),
      nyBar('2024-06-30 18:01', 51),
    ]
    const rows = fed(bars).current()
    expect(shown(rows, 'PREV_DAY_HIGH', 'PREV_DAY_LOW')).toEqual([
      '20 06-27T22:00/06-28T22:00 true 06-30T22:02 06-30T22:01',
      '5 06-27T22:00/06-28T22:00 true 06-30T22:02 06-30T22:01',
    ])
    expect(shown(rows, 'PREV_WEEK_HIGH', 'PREV_WEEK_LOW')).toEqual([
      '30 06-23T22:00/06-30T22:00 true 06-30T22:02 06-30T22:01',
      '5 06-23T22:00/06-30T22:00 true 06-30T22:02 06-30T22:01',
    ])
  })

  it('wait for a whole one after a cold start', () => {
    const bars = [nyBar('2024-07-01 18:01', 10), nyBar('2024-07-02 18:00', 20), nyBar('2024-07-03 18:00', 30)]
    expect(prices(fed(bars.slice(0, 2)).current(), 'PREV_DAY_HIGH')).toEqual([])
    expect(prices(fed(bars).current(), 'PREV_DAY_HIGH')).toEqual([20])
    const vouched = fed(bars.slice(0, 2), { historyStart: newYork('2024-07-01 18:00') })
    expect(prices(vouched.current(), 'PREV_DAY_HIGH')).toEqual([10])
  })
})

describe('history', () => {
  it('decides which periods are known: a cold start in mid-week has no weekly open', () => {
    const bars = barsFrom(newYork('2024-07-03 10:00'), [1, 2])
    expect(
      fed(bars)
        .current()
        .map(({ level_type }) => level_type),
    ).toEqual(['4H_OPEN', '1H_OPEN'])
    const types = fed(bars, { historyStart: newYork('2024-07-01 18:00') })
      .current()
      .map(({ level_type }) => level_type)
    expect(types).toEqual([
      'SESSION_OPEN',
      '4H_OPEN',
      '1H_OPEN',
      'LONDON_HIGH',
      'LONDON_LOW',
      'NY_AM_HIGH',
      'NY_AM_LOW',
    ])
  })

  it('that begins exactly with a period knows it', () => {
    const start = newYork('2024-07-01 18:00')
    expect(prices(fed([barAt(start, 1)]).current(), 'SESSION_OPEN', 'ASIAN_HIGH')).toEqual([1, 1])
    expect(prices(fed([barAt(start + MINUTE, 1)]).current(), 'SESSION_OPEN', 'ASIAN_HIGH')).toEqual([])
  })

  it('can begin with coarser bars', () => {
    const levels = new ReferenceLevels()
    levels.warmUp(barsFrom(newYork('2024-06-30 18:00'), [5, 6, 7], 5 * MINUTE), '5m')
    levels.next(nyBar('2024-07-01 18:00', 9))
    const rows = levels.takeChanges()
    expect(shown(rows, 'SESSION_OPEN')).toEqual([
      '5 06-30T22:00/07-01T22:00 true 06-30T22:15 06-30T22:05',
      '9 07-01T22:00/07-02T22:00 true 07-01T22:01 07-01T22:01',
    ])
    expect(shown(rows, 'PREV_DAY_HIGH')).toEqual(['7 06-30T22:00/07-01T22:00 true 07-01T22:01 07-01T22:01'])
  })
})

describe('daylight saving time', () => {
  it('moves the trading day, not the UTC day', () => {
    const bars = [
      nyBar('2024-03-08 16:59', 1),
      nyBar('2024-03-10 18:00', 2),
      nyBar('2024-03-10 20:00', 3),
      nyBar('2024-03-11 00:00', 4),
      nyBar('2024-03-11 08:30', 5),
    ]
    const rows = fed(bars, LONG_AGO).current()
    expect(shown(rows, 'SESSION_OPEN', 'DAILY_OPEN', 'MIDNIGHT_OPEN', 'NY_OPEN', 'ASIAN_HIGH')).toEqual([
      '2 03-10T22:00/03-11T22:00 true 03-11T12:31 03-10T22:01',
      '3 03-11T00:00/03-12T00:00 true 03-11T12:31 03-11T00:01',
      '4 03-11T04:00/03-12T04:00 true 03-11T12:31 03-11T04:01',
      '5 03-11T12:30/03-12T12:30 true 03-11T12:31 03-11T12:31',
      '4 03-10T22:00/03-11T06:00 true 03-11T12:31 03-11T06:00',
    ])
    expect(shown(rows, 'WEEK_SESSION_OPEN')).toEqual(['2 03-10T22:00/03-17T22:00 true 03-11T12:31 03-10T22:01'])
  })

  it('makes sessions of markets that never close an hour shorter or longer', () => {
    const spring = fed(hourly('2024-03-09 18:00', 23), LONG_AGO).current()
    expect(shown(spring, 'ASIAN_HIGH')[0]).toMatch(/^8 03-09T23:00\/03-10T07:00 true/)
    expect(shown(spring, 'MIDNIGHT_OPEN')[0]).toMatch(/^7 03-10T05:00\/03-11T04:00/)
    const autumn = fed(hourly('2024-11-02 18:00', 25), LONG_AGO).current()
    expect(shown(autumn, 'ASIAN_HIGH')[0]).toMatch(/^9 11-02T22:00\/11-03T07:00 true/)
    expect(shown(autumn, '4H_OPEN')[0]).toMatch(/^25 11-03T22:00\/11-03T23:00 true/)
  })
})

describe('other bars and instruments', () => {
  it('reads bars of an hour: a level appears where one opens in time', () => {
    const bars = Array.from({ length: 24 }, (_, i) => barAt(newYork('2024-07-01 18:00') + i * HOUR, 10 + i))
    const rows = fed(bars, { interval: '1h' }).current()
    expect(prices(rows, 'SESSION_OPEN', 'MIDNIGHT_OPEN', 'ASIAN_HIGH', 'NY_AM_LOW')).toEqual([10, 16, 17, 25])
    // The first bar after 08:30 opens at 09:00: out of the tolerance.
    expect(prices(rows, 'NY_OPEN')).toEqual([])
    expect(prices(fed(bars, { interval: '1h', openTolerance: 30 }).current(), 'NY_OPEN')).toEqual([25])
    expect(shown(rows, 'SESSION_OPEN')).toEqual(['10 07-01T22:00/07-02T22:00 true 07-02T22:00 07-01T23:00'])
  })

  it('rounds to the instrument’s decimals, half away from zero', () => {
    const bars = [barAt(newYork('2024-07-01 18:00'), [100.125, 100.875, 99.95, 100])]
    const priced = (symbol: string): readonly number[] =>
      prices(fed(bars, { instrument: instrumentOf(symbol) }).current(), 'SESSION_OPEN', 'ASIAN_HIGH', 'ASIAN_LOW')
    expect(priced('NQ=F')).toEqual([100.13, 100.88, 99.95])
    expect(priced('YM=F')).toEqual([100, 101, 100])
    expect(priced('RTY=F')).toEqual([100.1, 100.9, 100])
  })

  it('counts Saturday and Sunday where the market never closes', () => {
    const bars = [nyBar('2024-07-04 18:00', 1), nyBar('2024-07-05 18:00', 2), nyBar('2024-07-06 18:00', 3)]
    const rows = fed(bars, { instrument: instrumentOf('BTC-USD') }).current()
    expect(prices(rows, 'SESSION_OPEN', 'PREV_DAY_HIGH')).toEqual([3, 2])
  })

  it('refuses a tolerance that is none', () => {
    for (const openTolerance of [-1, Number.NaN, Number.POSITIVE_INFINITY, '15' as unknown as number]) {
      expect(() => new ReferenceLevels({ openTolerance })).toThrow(CalculatorError)
    }
  })
})

describe('rows', () => {
  it('come in the order of LEVEL_TYPES, one for each', () => {
    const rows = fed(wanderingBars(20_000, newYork('2024-07-01 18:00'), 3)).current()
    expect(rows.map(({ level_type }) => level_type)).toEqual([...LEVEL_TYPES])
  })

  it('are copies', () => {
    const levels = fed(barsFrom(newYork('2024-07-01 18:00'), [1, 2]))
    for (const row of levels.current()) Object.assign(row, { price: -1 })
    for (const row of levels.takeChanges()) Object.assign(row, { price: -1 })
    levels.next(nyBar('2024-07-01 18:02', 3))
    expect(levels.takeChanges().every(({ price }) => price > 0)).toBe(true)
  })

  it('are all reported after any new bar, for each has moved its timestamp, and none without one', () => {
    const levels = fed(barsFrom(newYork('2024-07-01 18:00'), [1, 2]))
    expect(levels.takeChanges()).toHaveLength(5)
    expect(levels.takeChanges()).toEqual([])
    levels.next(nyBar('2024-07-01 18:30', 3))
    const rows = levels.takeChanges()
    expect(rows.map(({ level_type }) => level_type)).toEqual([
      'SESSION_OPEN',
      '4H_OPEN',
      '1H_OPEN',
      'ASIAN_HIGH',
      'ASIAN_LOW',
    ])
    expect(new Set(rows.map(({ timestamp }) => timestamp))).toEqual(new Set([newYork('2024-07-01 18:31')]))
    levels.next(nyBar('2024-07-01 19:00', 4))
    expect(prices(levels.takeChanges(), '1H_OPEN')).toEqual([1, 4])
    expect(levels.takeChanges()).toEqual([])
  })

  it('are the same one bar at a time, in parts and all at once', () => {
    const bars = wanderingBars(6_000, newYork('2024-02-28 18:00'), 2)
    const whole = referenceLevels(BarSeries.from(bars))
    for (const size of [1, 7, 1_000]) {
      const levels = new ReferenceLevels()
      const rows = new Map<string, ReferenceLevelRow>()
      for (let i = 0; i < bars.length; i += size) {
        if (size === 1) levels.next(bars[i] as Bar)
        else levels.feed(bars, i, Math.min(i + size, bars.length))
        for (const row of levels.takeChanges()) rows.set(key(row), row)
      }
      expect(new Map(whole.map((row) => [key(row), row]))).toEqual(rows)
    }
    expect(new Set(whole.map(key)).size).toBe(whole.length)
    expect(newYorkDate(bars.at(-1)?.time ?? 0) - newYorkDate(bars[0]?.time ?? 0)).toBeGreaterThan(100)
  })

  it('of a whole history are ordered by the start of their period, and can be asked for later', () => {
    const bars = wanderingBars(500, newYork('2024-07-01 18:00'), 1)
    const rows = referenceLevels(bars)
    expect(rows).toEqual(rows.toSorted((a, b) => a.period_start - b.period_start))
    const night = [nyBar('2024-07-01 18:00', 1)]
    const open = referenceLevels(night).filter(({ complete }) => !complete)
    expect(open.map(({ level_type }) => level_type)).toEqual(['ASIAN_HIGH', 'ASIAN_LOW'])
    expect(referenceLevels(night, { asOf: newYork('2024-07-02 02:00') }).every(({ complete }) => complete)).toBe(true)
    expect(() => referenceLevels(night, { asOf: newYork('2024-07-01 18:00') })).toThrow(CalculatorError)
    expect(referenceLevels([])).toEqual([])
  })
})
