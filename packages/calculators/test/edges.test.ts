import { type Bar, instrumentOf } from '@openpredict/market'
import { describe, expect, it } from 'vitest'

import { barAt, barsFrom, type Prices } from '../testing/hand-made-bars.ts'
import { differences, Ledger, type Subject, SUBJECTS } from './laws.ts'
import type { SmallInterval } from './markets.ts'
import type { OwnOptions } from './settings.ts'

/**
 * Markets at the edges of the definitions that random ones seldom reach. What is right there is worked out by hand in the
 * tests of the references; here the calculators have to agree with these after every bar, on both sides of each edge.
 */
interface Edge {
  readonly name: string
  /** Two markets that differ in what the edge is about, so that they cannot have the same rows. */
  readonly sides: readonly [readonly Bar[], readonly Bar[]]
  readonly options: OwnOptions & { readonly interval: SmallInterval }
  readonly table: 'liquidity_events' | 'fvg' | 'market_structure'
  /** How far the clock runs at the end. */
  readonly asOf?: number
}

const QUARTER = 900_000
// 10:00 New York on a Monday.
const START = Date.parse('2024-07-01T14:00:00Z')

const at = (quarters: number, ...prices: Prices[]): Bar[] => barsFrom(START + quarters * QUARTER, prices, QUARTER)
const reaching = (...highs: number[]): Prices[] => highs.map((high) => [5, high, 5, 5] as const)

/** A swing high of 20, and later the same again. */
const twoHighs = (quartersLater: number): Bar[] => [
  ...at(0, ...reaching(10, 12, 20, 12, 10)),
  ...at(quartersLater, ...reaching(10, 12, 20, 12, 10)),
  ...at(quartersLater + 5, ...reaching(22)),
]

const expiring = (quartersLater: number): Bar[] => [
  ...at(0, ...reaching(10, 12, 20, 12, 10, 12, 20, 12, 10)),
  ...at(9 + quartersLater, ...reaching(22)),
]

/** Between the two highs two neighbours that are as high as the price, or higher: swings they are not. */
const flatTop = (peak: number): Bar[] => at(0, ...reaching(10, 12, 20, 12, 10, peak, peak, 10, 12, 21, 12, 11, 22))

const PEAK: readonly Prices[] = [100, 105, [105, 110, 105, 106], 104, 102]
const VALLEY: readonly Prices[] = [98, 95, [95, 95, 90, 94], 97, 99]

/** A candle of four hours breaks the swing high of the five before it. */
const fourHours = (starts: readonly string[], prices: readonly Prices[]): Bar[] =>
  starts.map((start, index) => barAt(Date.parse(start), prices[index] ?? 111))

const SPRING = ['09T23', '10T03', '10T07', '10T11', '10T15', '10T19'].map((t) => `2024-03-${t}:00:00Z`)
const AUTUMN = ['03T02', '03T06', '03T10', '03T14', '03T18', '03T22'].map((t) => `2024-11-${t}:00:00Z`)

const gap = (second: Prices, low: number): Bar[] => at(0, [100, 102, 99, 101], second, [107, 110, low, 109], 101)

const EDGES: readonly Edge[] = [
  {
    name: 'equal highs five days apart, and a quarter of an hour more',
    sides: [twoHighs(480), twoHighs(481)],
    options: { interval: '15m' },
    table: 'liquidity_events',
  },
  {
    name: 'a pool of equal highs just before it expires, and when it does',
    sides: [expiring(479), expiring(480)],
    options: { interval: '15m' },
    table: 'liquidity_events',
  },
  {
    name: 'equal highs with a flat top of their price between them, and one above',
    sides: [flatTop(21), flatTop(21.25)],
    options: { interval: '15m' },
    table: 'liquidity_events',
  },
  {
    name: 'equal highs a point apart in prices that are not round in binary, and more',
    sides: [
      at(0, ...reaching(10, 12, 20.1, 12, 10, 12, 20.4, 12, 11, 22)),
      at(0, ...reaching(10, 12, 20.1, 12, 10, 12, 20.41, 12, 11, 22)),
    ],
    options: { interval: '15m', liquidityEvents: { equalTolerance: 0.3 } },
    table: 'liquidity_events',
  },
  {
    name: 'a candle without a body that wicks beyond both sides, and one that closed down',
    sides: [at(0, ...PEAK, ...VALLEY, [100, 112, 88, 100]), at(0, ...PEAK, ...VALLEY, [100, 112, 88, 99])],
    options: { interval: '15m', marketStructure: { breakBy: 'wick' } },
    table: 'market_structure',
  },
  {
    name: 'a break by the last four hours of the day that has 23, and none',
    sides: [fourHours(SPRING, [...PEAK, 111]), fourHours(SPRING, [...PEAK, 110])],
    options: { interval: '1h' },
    table: 'market_structure',
    asOf: Date.parse('2024-03-10T22:00:00Z'),
  },
  {
    name: 'a break by the last hour of the day that has 25, and none',
    sides: [fourHours(AUTUMN, [...PEAK, 111]), fourHours(AUTUMN, [...PEAK, 110])],
    options: { interval: '1h' },
    table: 'market_structure',
    asOf: Date.parse('2024-11-03T23:00:00Z'),
  },
  {
    name: 'a gap around a candle that closes where it opened, and one that closed up',
    sides: [gap([103, 108, 103, 103], 104), gap([103, 108, 103, 103.25], 104)],
    options: { interval: '15m', fairValueGaps: { bodyDirection: true } },
    table: 'fvg',
  },
  {
    name: 'candles that touch when any gap is asked for, and that do not',
    sides: [gap([101, 108, 101, 107], 102), gap([101, 108, 101, 107], 102.25)],
    options: { interval: '15m', fairValueGaps: { minGap: 0 } },
    table: 'fvg',
  },
]

describe.each(EDGES)('$name', ({ sides, options, table, asOf }) => {
  const { create, history } = SUBJECTS.find((subject) => subject.table === table) as Subject

  it('gives the rows of the reference after every bar, different ones on each side', () => {
    const outcomes = sides.map((bars) => {
      const calculator = create({ ...options, instrument: instrumentOf('NQ=F') })
      const ledger = new Ledger(table)
      for (const [index, bar] of bars.entries()) {
        calculator.next(bar)
        ledger.write(calculator.takeChanges())
        const known = bars.slice(0, index + 1)
        expect(differences(ledger.rows, history(known, options), `after bar ${index}`)).toEqual([])
      }
      const end = asOf ?? calculator.asOf ?? 0
      calculator.advanceTo(end)
      ledger.write(calculator.takeChanges())
      expect(differences(ledger.rows, history(bars, { ...options, asOf: end }), 'at the end')).toEqual([])
      return ledger.rows
    })
    expect(differences(outcomes[0] ?? [], outcomes[1] ?? [], 'the sides')).not.toEqual([])
  })
})
