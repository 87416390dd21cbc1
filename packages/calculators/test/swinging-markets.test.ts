import { barProblem } from '@openpredict/market'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { casesOf, opened } from './cases.ts'
import { lengthOf, SMALL_INTERVALS } from './markets.ts'
import { fairValueGapsNaive, type NaiveGap } from './reference/fair-value-gaps.ts'
import { hourlyBlocksNaive } from './reference/hourly-blocks.ts'
import { liquidityEventsNaive } from './reference/liquidity-events.ts'
import { marketStructureNaive } from './reference/market-structure.ts'
import { tradingDay } from './reference/time.ts'
import { swingingPlans } from './swinging-markets.ts'

/** Each market with its rows by defaults, or by what comes nearest to them on its contract. */
const MARKETS = fc.sample(casesOf(swingingPlans()), { seed: 2024, numRuns: 300 }).map((one) => {
  const { bars, naive } = opened({ ...one, settings: { liquidity: {}, gaps: {}, blocks: {}, structure: {} } })
  return {
    ...one,
    bars,
    events: liquidityEventsNaive(bars, { ...naive, ...naive.liquidityEvents }),
    gaps: fairValueGapsNaive(bars, { ...naive, ...naive.fairValueGaps }),
    blocks: hourlyBlocksNaive(bars, { ...naive, ...naive.hourlyBlocks }),
    breaks: marketStructureNaive(bars, { ...naive, ...naive.marketStructure }),
  }
})

type Market = (typeof MARKETS)[number]

/** In which part of all markets something happens. */
const share = (happens: (market: Market) => boolean): number => MARKETS.filter(happens).length / MARKETS.length

describe('small markets that swing', () => {
  it('have bars that can be, in order and on their grid', () => {
    for (const { bars, plan } of MARKETS) {
      const length = lengthOf(plan.interval)
      for (const [index, bar] of bars.entries()) {
        expect(barProblem(bar)).toBeUndefined()
        expect(bar.time % length).toBe(0)
        expect(bar.time).toBeGreaterThanOrEqual((bars[index - 1]?.time ?? -Infinity) + length)
      }
    }
  })

  it('are small, come in every interval and may take many days', () => {
    const sizes = MARKETS.map(({ bars }) => bars.length)
    expect(Math.max(...sizes)).toBe(110)
    expect(Math.min(...sizes)).toBeLessThan(3)
    expect(new Set(MARKETS.map(({ plan }) => plan.interval))).toEqual(new Set(SMALL_INTERVALS))
    const days = ({ bars }: Market): number => new Set(bars.map((bar) => tradingDay(bar.time).start)).size
    expect(share((market) => days(market) === 1)).toBeGreaterThan(0.1)
    expect(share((market) => days(market) > 4)).toBeGreaterThan(0.15)
  })
})

describe('liquidity in markets that swing', () => {
  const qualities = ['CLEAN_SWEEP', 'WICK', 'RUN', 'NEAR_MISS'].flatMap((quality) =>
    ['BEARISH', 'BULLISH'].map((direction) => [quality, direction]),
  )

  it.each(qualities)('has events of quality %s, %s', (quality, direction) => {
    expect(
      share(({ events }) => events.some((row) => row.quality === quality && row.direction === direction)),
    ).toBeGreaterThan(0.2)
  })

  it.each([
    ['ASIA_RANGE', 0.4, 0.2],
    ['SESSION_HL', 0.4, 0.2],
    ['PREV_DAY_HL', 0.3, 0.15],
    ['PREV_WEEK_HL', 0.08, 0.04],
    ['EQUAL_HL', 0.2, 0.1],
  ])('has sweeps and near misses of %s', (type, sweeps, misses) => {
    const has = (missed: boolean): number =>
      share(({ events }) => events.some((row) => row.event_type === type && (row.quality === 'NEAR_MISS') === missed))
    expect(has(false)).toBeGreaterThan(sweeps)
    expect(has(true)).toBeGreaterThan(misses)
  })

  it.each([
    ['EQUAL_HIGH', 0.12],
    ['EQUAL_LOW', 0.12],
  ])('has events at %s', (level, least) => {
    expect(share(({ events }) => events.some((row) => row.level_type === level))).toBeGreaterThan(least)
  })

  it.each([0, 0.05, 0.1, 0.2])('has holds that earn %d', (bonus) => {
    expect(
      share(({ events }) => events.some((row) => row.reclaimed_at !== null && row.hold_bonus === bonus)),
    ).toBeGreaterThan(0.1)
  })

  it('has runs that are reclaimed by a later bar, and runs that are not', () => {
    const runs = MARKETS.flatMap(({ events }) => events.filter((row) => row.quality === 'RUN'))
    expect(runs.filter((row) => row.reclaimed_at !== null).length).toBeGreaterThan(40)
    expect(runs.filter((row) => row.reclaimed_at === null).length).toBeGreaterThan(40)
    const frozen = MARKETS.flatMap(({ events }) => events.filter((row) => row.hold_minutes === 240))
    expect(frozen.length).toBeGreaterThan(40)
  })

  it('misses pools several times before they are taken', () => {
    const missedTwice = share(({ events }) => {
      const pools = events
        .filter((row) => row.quality === 'NEAR_MISS')
        .map((row) => `${row.level_type} ${row.period_start}`)
      return new Set(pools).size < pools.length
    })
    expect(missedTwice).toBeGreaterThan(0.03)
  })
})

describe('fair value gaps in markets that swing', () => {
  const stages: readonly (readonly [stage: string, reached: (gap: NaiveGap) => boolean])[] = [
    ['untouched', (gap) => gap.touched_at === null],
    ['touched, not half filled', (gap) => gap.touched_at !== null && gap.half_filled_at === null],
    ['half filled, not filled', (gap) => gap.half_filled_at !== null && !gap.filled],
    ['filled, not inverted', (gap) => gap.filled && gap.inverted_at === null],
    ['inverted', (gap) => gap.inverted_at !== null],
    ['filled some time after they were touched', (gap) => gap.filled && gap.fill_timestamp !== gap.touched_at],
  ]

  it.each(stages)('are %s, some bullish and some bearish', (_, reached) => {
    for (const type of ['BULLISH', 'BEARISH']) {
      expect(share(({ gaps }) => gaps.some((gap) => gap.fvg_type === type && reached(gap)))).toBeGreaterThan(0.02)
    }
  })

  it('are often there', () => {
    expect(share(({ gaps }) => gaps.length > 0)).toBeGreaterThan(0.4)
    expect(share(({ gaps }) => gaps.length > 5)).toBeGreaterThan(0.1)
  })
})

describe('hourly blocks in markets that swing', () => {
  it.each(['BULLISH', 'BEARISH', 'NEUTRAL'])('are %s', (bias) => {
    expect(share(({ blocks }) => blocks.some((row) => row.bias === bias && row.complete))).toBeGreaterThan(0.4)
  })

  it('have all numbers, and are sometimes not complete', () => {
    expect(new Set(MARKETS.flatMap(({ blocks }) => blocks.map((row) => row.block_number))).size).toBe(7)
    expect(share(({ blocks }) => blocks.some((row) => !row.complete))).toBeGreaterThan(0.15)
  })
})

describe('structure in markets that swing', () => {
  const kinds = ['15m', '1H', '4H'].flatMap((timeframe) =>
    ['BOS', 'CHOCH'].flatMap((type) => ['BULLISH', 'BEARISH'].map((direction) => [timeframe, type, direction])),
  )

  it.each(kinds)('breaks on %s by %s, %s', (timeframe, type, direction) => {
    expect(
      share(({ breaks }) =>
        breaks.some((row) => row.timeframe === timeframe && row.break_type === type && row.direction === direction),
      ),
    ).toBeGreaterThan(timeframe === '4H' ? 0.05 : 0.15)
  })

  it.each(['STRONG', 'MODERATE', 'WEAK'])('has displacements that are %s', (quality) => {
    expect(share(({ breaks }) => breaks.some((row) => row.displacement_quality === quality))).toBeGreaterThan(0.2)
  })
})
