import { type Bar, BarSeries } from '@openpredict/market'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { CalculatorError } from '../src/index.ts'
import { type Case, cases, opened, openedWarm, warmCases } from './cases.ts'
import { differences, Ledger, SUBJECTS } from './laws.ts'
import { allowTime, parts, runs } from './runs.ts'
import { lengthOf } from './markets.ts'
import { HOUR } from './reference/time.ts'

allowTime()

const when = (bars: readonly Bar[]): string => `after the bar at ${new Date(bars.at(-1)?.time ?? 0).toISOString()}`

/** Where the clock stops between two closes: a part of the way, or just before and at a full hour, when sessions end. */
const moments = fc.oneof(
  parts.map((part) => ({ part })),
  fc.integer({ min: 0, max: 20 }).map((hours) => ({ hours })),
)

/** How a feed goes on: how many bars come next, how, where the clock stops after them, and whether changes are taken. */
const portions = fc.array(
  fc.record({
    size: fc.oneof(fc.constant(1), fc.integer({ min: 0, max: 12 })),
    as: fc.constantFrom('next', 'array', 'columns', 'range'),
    stops: fc.array(moments, { maxLength: 3 }),
    take: fc.boolean(),
  }),
  { minLength: 1, maxLength: 12 },
)

/** After the last bar the clock can run for as long as it likes. */
const waits = fc.oneof(
  fc.constant(0),
  fc.integer({ min: 0, max: 3 * 24 * 60 }).map((minutes) => minutes * 60_000),
)

/** The instants at which the clock stops after a bar, in order; the next bar would be late once the clock has its close. */
function stopsAfter(
  last: Bar | undefined,
  next: Bar | undefined,
  { plan }: Case,
  stops: readonly ({ readonly part: number } | { readonly hours: number })[],
): number[] {
  const close = (last?.time ?? 0) + lengthOf(plan.interval)
  const latest = next === undefined ? close + 40 * HOUR : next.time + lengthOf(plan.interval) - 1
  const nextHour = Math.ceil(close / HOUR) * HOUR
  return stops
    .flatMap((stop) =>
      'part' in stop
        ? [Math.floor(close + stop.part * (latest - close))]
        : [nextHour + stop.hours * HOUR - 1, nextHour + stop.hours * HOUR],
    )
    .filter((asOf) => asOf >= close && asOf <= latest)
    .toSorted((a, b) => a - b)
}

describe.each(SUBJECTS)('$table', ({ table, create, atOnce, history, current }) => {
  it('equals the reference after every bar', () => {
    fc.assert(
      fc.property(cases(), (market) => {
        const { bars, options, naive } = opened(market)
        const calculator = create(options)
        const ledger = new Ledger(table)
        expect([calculator.table, calculator.asOf, calculator.lastTime]).toEqual([table, undefined, undefined])
        expect([calculator.current(), calculator.takeChanges()]).toEqual([[], []])
        for (const [index, bar] of bars.entries()) {
          const known = bars.slice(0, index + 1)
          calculator.next(bar)
          ledger.write(calculator.takeChanges())
          expect(differences(calculator.current(), current(known, naive), `current ${when(known)}`)).toEqual([])
          expect(differences(ledger.rows, history(known, naive), `history ${when(known)}`)).toEqual([])
          expect(calculator.asOf).toBe(bar.time + lengthOf(market.plan.interval))
          expect(calculator.lastTime).toBe(bar.time)
        }
      }),
      runs(50),
    )
  })

  it('gives the same rows in any portions, with the clock running ahead of the bars', () => {
    fc.assert(
      fc.property(cases(), portions, (market, plan) => {
        const { bars, options, naive } = opened(market)
        const columns = BarSeries.from(bars)
        const calculator = create(options)
        const ledger = new Ledger(table)
        let done = 0
        for (let turn = 0; done < bars.length && turn < 200; turn++) {
          const { size, as, stops, take } = plan[turn % plan.length] as (typeof plan)[number]
          const end = Math.min(bars.length, done + size)
          if (as === 'next') for (const bar of bars.slice(done, end)) calculator.next(bar)
          else if (as === 'array') calculator.feed(bars.slice(done, end))
          else if (as === 'columns') calculator.feed(columns.slice(done, end))
          else calculator.feed(columns, done, end)
          done = end
          const known = bars.slice(0, done)
          for (const asOf of [calculator.asOf ?? 0, ...stopsAfter(known.at(-1), bars[done], market, stops)]) {
            if (known.length === 0 || asOf < (calculator.asOf ?? 0)) continue
            calculator.advanceTo(asOf)
            expect(calculator.asOf).toBe(asOf)
            if (!take) continue
            const at = { ...naive, asOf }
            ledger.write(calculator.takeChanges())
            expect(differences(ledger.rows, history(known, at), `history ${when(known)}`)).toEqual([])
            expect(differences(calculator.current(), current(known, at), `current ${when(known)}`)).toEqual([])
          }
        }
      }),
      runs(70),
    )
  })

  it('gives the same rows all at once, as columns and as objects, at any asOf', () => {
    fc.assert(
      fc.property(cases(), waits, (market, wait) => {
        const { bars, options, naive } = opened(market)
        const asOf = (bars.at(-1)?.time ?? 0) + lengthOf(market.plan.interval) + wait
        expect(differences(atOnce(bars, options), history(bars, naive), 'objects')).toEqual([])
        expect(
          differences(atOnce(BarSeries.from(bars), { ...options, asOf }), history(bars, { ...naive, asOf }), 'columns'),
        ).toEqual([])
      }),
      runs(200),
    )
  })

  it('counts bars of another length, taken before, by their own length', () => {
    fc.assert(
      fc.property(warmCases(), (market) => {
        const { coarse, interval, fine, options, naive } = openedWarm(market)
        const calculator = create(options)
        calculator.warmUp(coarse, interval)
        const ledger = new Ledger(table)
        for (let done = 0; done <= fine.length; done++) {
          const known = [...coarse, ...fine.slice(0, done)]
          ledger.write(calculator.takeChanges())
          expect(differences(ledger.rows, history(known, naive), `history ${when(known)}`)).toEqual([])
          expect(differences(calculator.current(), current(known, naive), `current ${when(known)}`)).toEqual([])
          calculator.feed(fine, done, Math.min(done + 1, fine.length))
        }
      }),
      runs(40),
    )
  })

  it('goes on as if nothing had been given after it refused bars', () => {
    fc.assert(
      fc.property(cases({ maxSegments: 8 }), fc.nat(), fc.nat(4), (market, part, way) => {
        const { bars, options, naive } = opened(market)
        const calculator = create(options)
        const cut = 1 + (part % bars.length)
        calculator.feed(bars, 0, cut)
        const last = bars[cut - 1] as Bar
        const length = lengthOf(market.plan.interval)
        const bad = [
          last,
          { ...last, time: last.time - length },
          { ...last, time: last.time + 1 },
          { ...last, time: last.time + length, high: last.low / 2 },
          { ...last, time: last.time + length, volume: Number.NaN },
        ][way] as Bar
        expect(() => calculator.next(bad)).toThrow(CalculatorError)
        expect(() => calculator.feed([...bars.slice(cut), bad])).toThrow(CalculatorError)
        expect(() => calculator.feed([...bars.slice(cut), bars.at(-1) as Bar])).toThrow(CalculatorError)
        expect(() => calculator.advanceTo(last.time)).toThrow(CalculatorError)
        calculator.feed(bars, cut)
        // A bar is late when the clock has reached its close.
        const final = bars.at(-1) as Bar
        const asOf = final.time + 2 * length
        calculator.advanceTo(asOf)
        expect(() => calculator.next({ ...final, time: final.time + length })).toThrow(CalculatorError)
        const at = { ...naive, asOf }
        const ledger = new Ledger(table)
        ledger.write(calculator.takeChanges())
        expect(differences(ledger.rows, history(bars, at), 'history')).toEqual([])
        expect(differences(calculator.current(), current(bars, at), 'current')).toEqual([])
      }),
      runs(60),
    )
  })
})
