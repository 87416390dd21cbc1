import { type Bar, BarSeries } from '@openpredict/market'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { candlePeriod, Candles, candles, TIMEFRAME_MS, type Timeframe } from '../src/index.ts'
import { cases, opened } from './cases.ts'
import { differences, forAll } from './laws.ts'
import { allowTime, runs } from './runs.ts'
import { lengthOf, type SmallInterval } from './markets.ts'
import { candlesNaive } from './reference/candles.ts'
import { fourHours } from './reference/time.ts'

allowTime()

const TIMEFRAMES = Object.keys(TIMEFRAME_MS) as Timeframe[]

/** The timeframes that bars of an interval have candles of. */
function timeframesFrom(interval: SmallInterval): Timeframe[] {
  const length = lengthOf(interval)
  return TIMEFRAMES.filter((timeframe) => TIMEFRAME_MS[timeframe] % length === 0)
}

describe('candles', () => {
  it('equal the reference after every bar, each handed over once', () => {
    fc.assert(
      fc.property(cases(), (market) => {
        const { bars, options, naive } = opened(market)
        const shared = forAll(options)
        for (const timeframe of timeframesFrom(market.plan.interval)) {
          const maker = new Candles(timeframe, shared)
          const closed: Bar[] = []
          for (const [index, bar] of bars.entries()) {
            maker.next(bar)
            closed.push(...maker.takeClosed())
            expect(
              differences(
                closed,
                candlesNaive(bars.slice(0, index + 1), timeframe, naive),
                `${timeframe} after ${index + 1} bars`,
              ),
            ).toEqual([])
          }
        }
      }),
      runs(50),
    )
  })

  it('equal the reference at once, at any asOf', () => {
    fc.assert(
      fc.property(cases(), fc.integer({ min: 0, max: 600 }), (market, minutes) => {
        const { bars, options, naive } = opened(market)
        const shared = forAll(options)
        const asOf = (bars.at(-1)?.time ?? 0) + lengthOf(market.plan.interval) + minutes * 60_000
        for (const timeframe of timeframesFrom(market.plan.interval)) {
          const expected = candlesNaive(bars, timeframe, { ...naive, asOf })
          expect(
            differences(candles(BarSeries.from(bars), timeframe, { ...shared, asOf }), expected, timeframe),
          ).toEqual([])
          const maker = new Candles(timeframe, shared)
          maker.feed(bars)
          maker.advanceTo(asOf)
          expect(differences(maker.takeClosed(), expected, timeframe)).toEqual([])
        }
      }),
      runs(150),
    )
  })

  it('of four hours begin and end where New York’s clock says, at every hour of four years', () => {
    for (let t = Date.UTC(2022, 0); t < Date.UTC(2026, 0); t += 3_600_000) {
      expect(candlePeriod('4H', t)).toEqual(fourHours(t))
    }
  })
})
