import { instrumentOf } from '@openpredict/market'
import { describe, expect, it } from 'vitest'

import { barsFrom, newYork, repeated, type Prices } from '../../testing/hand-made-bars.ts'
import { eventsAt, FAR, SIDES, type Side } from '../../testing/previous-day.ts'
import { CalculatorError } from '../errors.ts'
import { LiquidityEvents, liquidityEvents, type LiquidityEventsOptions } from './liquidity-events.ts'

const HIGHS = SIDES[0] as Side
const QUARTER = 900_000

const to = (high: number, close = FAR): Prices => [FAR, high, FAR, close]
const qualities = (bars: readonly Prices[], options: LiquidityEventsOptions): readonly string[] =>
  eventsAt(HIGHS, bars, options).map(({ quality }) => quality)

describe('options', () => {
  it('minPenetration: how far beyond a bar takes a pool', () => {
    expect(qualities([to(1002.75)], { minPenetration: 3 })).toEqual([])
    expect(qualities([to(1003)], { minPenetration: 3 })).toEqual(['WICK'])
    expect(qualities([to(1000)], { minPenetration: 0 })).toEqual(['WICK'])
  })

  it('cleanPenetration: from how far on a sweep is clean', () => {
    expect(qualities([to(1007.75)], { cleanPenetration: 8 })).toEqual(['WICK'])
    expect(qualities([to(1008)], { cleanPenetration: 8 })).toEqual(['CLEAN_SWEEP'])
  })

  it('approachDistance and retreatDistance: where a near miss begins and ends', () => {
    expect(qualities([to(992), FAR], { approachDistance: 8 })).toEqual(['NEAR_MISS'])
    expect(qualities([to(991.75), FAR], { approachDistance: 8 })).toEqual([])
    expect(qualities([to(998), to(970.25)], { retreatDistance: 30 })).toEqual([])
    expect(qualities([to(998), to(970)], { retreatDistance: 30 })).toEqual(['NEAR_MISS'])
    expect(qualities([to(998), to(995)], { approachDistance: 5, retreatDistance: 5 })).toEqual(['NEAR_MISS'])
  })

  it('reclaimMinutes: for how long a run can be reclaimed', () => {
    const reclaimed = (outside: number, reclaimMinutes: number): boolean =>
      eventsAt(HIGHS, [to(1001, 1001), ...repeated(1001, outside), FAR], { reclaimMinutes })[0]?.reclaimed_at !== null
    expect([reclaimed(29, 30), reclaimed(30, 30)]).toEqual([true, false])
    expect([reclaimed(0, 1), reclaimed(0, 0)]).toEqual([true, false])
  })

  it('maxHoldMinutes: for how long a hold is counted', () => {
    const minutes = (maxHoldMinutes: number): unknown =>
      eventsAt(HIGHS, [to(1001), ...repeated(FAR, 9)], { maxHoldMinutes }).map(({ hold_minutes }) => hold_minutes)
    expect(minutes(5)).toEqual([5])
    expect(minutes(20)).toEqual([10])
    expect(minutes(0)).toEqual([0])
  })

  it('holdBonuses: by minutes, in any order', () => {
    const holdBonuses = [
      { minutes: 5, bonus: 0.5 },
      { minutes: 2, bonus: 0.25 },
      { minutes: 3, bonus: 0.25 },
    ]
    const bonus = (minutes: number): unknown =>
      eventsAt(HIGHS, [to(1001), ...repeated(FAR, minutes - 1)], { holdBonuses }).map((row) => [
        row.hold_bonus,
        row.hold_confirmed,
      ])
    expect([1, 2, 3, 4, 5, 6].flatMap(bonus)).toEqual([
      [0, false],
      [0.25, true],
      [0.25, true],
      [0.25, true],
      [0.5, true],
      [0.5, true],
    ])
    expect(holdBonuses.map(({ minutes }) => minutes)).toEqual([5, 2, 3])
    expect(eventsAt(HIGHS, [to(1001), ...repeated(FAR, 150)], { holdBonuses: [] })).toMatchObject([{ hold_bonus: 0 }])
  })

  it('qualityScores and eventWeights: some of them, the others as usual', () => {
    const options = { qualityScores: { WICK: 7 }, eventWeights: { PREV_DAY_HL: 9 } }
    expect(eventsAt(HIGHS, [to(1001)], options)).toMatchObject([{ quality_score: 7, event_weight: 9 }])
    expect(eventsAt(HIGHS, [to(1005)], options)).toMatchObject([{ quality_score: 1, event_weight: 9 }])
  })

  it('equalTolerance, equalHours, expiryHours and swingLength: what equal highs are, and for how long', () => {
    const start = newYork('2024-07-02 18:00')
    const highs = [990, 995, 1000, 995, 990, 995, 998, 995, 990]
    const made = (bars: readonly Prices[], options: LiquidityEventsOptions): number =>
      liquidityEvents(barsFrom(start, bars, QUARTER), { interval: '15m', ...options }).filter(
        ({ level_type }) => level_type === 'EQUAL_HIGH',
      ).length
    const swept = [...highs, 1001].map((high) => to(high))
    expect([made(swept, {}), made(swept, { equalTolerance: 2 })]).toEqual([0, 1])
    expect(made(swept, { equalTolerance: 2, equalHours: 1 })).toBe(1)
    expect(made(swept, { equalTolerance: 2, equalHours: 0.75 })).toBe(0)
    const later = [...highs, 980, 1001].map((high) => to(high))
    expect(made(later, { equalTolerance: 2, expiryHours: 0.5 })).toBe(1)
    expect(made(later, { equalTolerance: 2, expiryHours: 0.25 })).toBe(0)
    expect(made(swept, { equalTolerance: 2, swingLength: 3 })).toBe(0)
    expect(made(swept.slice(1), { equalTolerance: 2, swingLength: 1 })).toBe(1)
    expect(made(swept.slice(1), { equalTolerance: 2 })).toBe(0)
  })

  it.each<[LiquidityEventsOptions, string]>([
    [{ minPenetration: -0.25 }, 'option minPenetration: found -0.25, expected points, 0 or more'],
    [{ cleanPenetration: Number.NaN }, 'option cleanPenetration: found NaN, expected points, 0 or more'],
    [
      { approachDistance: Number.POSITIVE_INFINITY },
      'option approachDistance: found Infinity, expected points, 0 or more',
    ],
    [{ retreatDistance: -1 }, 'option retreatDistance: found -1, expected points, 0 or more'],
    [
      { retreatDistance: 4.75 },
      'option retreatDistance: found 4.75, expected points, not less than the 5 of approachDistance',
    ],
    [
      { approachDistance: 21 },
      'option retreatDistance: found 20, expected points, not less than the 21 of approachDistance',
    ],
    [{ equalTolerance: -1 }, 'option equalTolerance: found -1, expected points, 0 or more'],
    [{ reclaimMinutes: -1 }, 'option reclaimMinutes: found -1, expected minutes, 0 or more'],
    [{ maxHoldMinutes: -1 }, 'option maxHoldMinutes: found -1, expected minutes, 0 or more'],
    [{ equalHours: -1 }, 'option equalHours: found -1, expected hours, 0 or more'],
    [{ expiryHours: '1' as unknown as number }, 'option expiryHours: found "1", expected hours, 0 or more'],
    [{ swingLength: 0 }, 'option swingLength: found 0, expected a whole number of candles from 1 to 100'],
    [{ swingTimeframe: '2H' as '1H' }, 'option swingTimeframe: found "2H", expected one of 1m, 5m, 15m, 1H, 4H'],
    [{ holdBonuses: {} as [] }, 'option holdBonuses: found [object Object], expected a list of { minutes, bonus }'],
    [
      {
        holdBonuses: [
          { minutes: 1, bonus: 1 },
          { minutes: -1, bonus: 1 },
        ],
      },
      'option holdBonuses[1].minutes: found -1, expected minutes, 0 or more',
    ],
    [
      { holdBonuses: [{ minutes: 1, bonus: -1 }] },
      'option holdBonuses[0].bonus: found -1, expected a number, 0 or more',
    ],
    [
      {
        holdBonuses: [
          { minutes: 60, bonus: 0.1 },
          { minutes: 30, bonus: 0.2 },
        ],
      },
      'option holdBonuses: found "0.1 from 60 minutes", expected bonuses that never fall',
    ],
    [
      { qualityScores: { SWEEP: 1 } as object },
      'option qualityScores: found "SWEEP", expected some of CLEAN_SWEEP, WICK, RUN, NEAR_MISS',
    ],
    [{ qualityScores: { RUN: -1 } }, 'option qualityScores.RUN: found -1, expected a number, 0 or more'],
    [
      { eventWeights: { NY: 1 } as object },
      'option eventWeights: found "NY", expected some of ASIA_RANGE, PREV_DAY_HL, PREV_WEEK_HL, EQUAL_HL, SESSION_HL',
    ],
    [{ eventWeights: { EQUAL_HL: Number.NaN } }, 'option eventWeights.EQUAL_HL: found NaN, expected a number'],
    [{ interval: '7m' as '5m' }, 'option interval: found "7m", expected one of'],
  ])('that cannot be are refused: %o', (options, message) => {
    expect(() => new LiquidityEvents(options)).toThrow(CalculatorError)
    expect(() => new LiquidityEvents(options)).toThrow(message)
  })

  it('are part of a snapshot: one made with others is refused', () => {
    const other: readonly LiquidityEventsOptions[] = [
      { minPenetration: 1 },
      { cleanPenetration: 6 },
      { approachDistance: 6 },
      { retreatDistance: 21 },
      { equalTolerance: 2 },
      { reclaimMinutes: 16 },
      { maxHoldMinutes: 241 },
      { equalHours: 121 },
      { expiryHours: 121 },
      { swingLength: 3 },
      { swingTimeframe: '5m' },
      { holdBonuses: [] },
      { qualityScores: { WICK: 0.7 } },
      { eventWeights: { EQUAL_HL: 1 } },
    ]
    const snapshot = new LiquidityEvents().snapshot()
    for (const options of other) {
      const [name = ''] = Object.keys(options)
      expect(() => new LiquidityEvents(options).restore(snapshot)).toThrow(`snapshot: made with ${name} `)
    }
    const usual = { minPenetration: 0.5, equalTolerance: 1, swingTimeframe: '15m', qualityScores: {} } as const
    new LiquidityEvents({ ...usual, instrument: instrumentOf('NQ=F') }).restore(snapshot)
  })
})
