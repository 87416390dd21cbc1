import type { Bar } from '@openpredict/market'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { CalculatorError } from '../src/index.ts'
import { cases, opened } from './cases.ts'
import { differences, forAll } from './laws.ts'
import { lengthOf } from './markets.ts'
import { RUNNERS, type Runner } from './runners.ts'
import { allowTime, parts, runs } from './runs.ts'

allowTime()

const SMALL = { maxSegments: 16, maxBars: 60 }

/** Where a market is cut: anywhere, the ends included. */
const placeIn = (bars: readonly Bar[], place: number): number => Math.round(place * bars.length)

/** What is taken after a bar, if anything is. */
const takings = fc.array(fc.constantFrom('changes', 'finished', 'nothing'), { minLength: 1, maxLength: 7 })

function take(runner: Runner, what: string | undefined): object[] {
  if (what === 'changes') return runner.takeChanges()
  return what === 'finished' ? runner.takeFinished() : []
}

function expectSame(one: Runner, other: Runner): void {
  expect(one.asOf).toBe(other.asOf)
  expect(differences(one.current(), other.current(), 'current')).toEqual([])
}

describe.each(RUNNERS)('$name, stopped and restored', ({ create }) => {
  it('goes on as if it had never stopped, whatever had been taken', () => {
    fc.assert(
      fc.property(cases(SMALL), parts, parts, takings, (market, cut, pause, taken) => {
        const { bars, options } = opened(market)
        const [steady, stopped] = [create(options), create(options)]
        const end = placeIn(bars, cut)
        for (const [index, bar] of bars.slice(0, end).entries()) {
          for (const runner of [steady, stopped]) {
            runner.next(bar)
            take(runner, taken[index % taken.length])
          }
        }
        const next = bars[end]
        if (next !== undefined && steady.asOf !== undefined) {
          // The clock may run until just before the next bar closes.
          const latest = next.time + lengthOf(market.plan.interval) - 1
          const asOf = Math.max(steady.asOf, Math.floor(steady.asOf + pause * (latest - steady.asOf)))
          for (const runner of [steady, stopped]) runner.advanceTo(asOf)
        }
        const restored = create(options)
        restored.restore(JSON.parse(JSON.stringify(stopped.snapshot())) as never)
        expectSame(restored, steady)
        for (const [index, bar] of bars.slice(end).entries()) {
          const what = taken[(index + 3) % taken.length]
          steady.next(bar)
          restored.next(bar)
          expect(differences(take(restored, what), take(steady, what), `${what} after ${end + index} bars`)).toEqual([])
          expectSame(restored, steady)
        }
        expect(differences(restored.takeFinished(), steady.takeFinished(), 'finished')).toEqual([])
        expect(differences(restored.takeChanges(), steady.takeChanges(), 'changes')).toEqual([])
      }),
      runs(25),
    )
  })

  it('is not touched by what happens to a snapshot, nor a snapshot by what happens later', () => {
    fc.assert(
      fc.property(cases(SMALL), parts, (market, cut) => {
        const { bars, options } = opened(market)
        const [steady, stopped] = [create(options), create(options)]
        const end = placeIn(bars, cut)
        steady.feed(bars, 0, end)
        stopped.feed(bars, 0, end)
        const snapshot = stopped.snapshot()
        const text = JSON.stringify(snapshot)
        stopped.feed(bars, end)
        const [first, second] = [create(options), create(options)]
        first.restore(snapshot as never)
        first.feed(bars, end)
        second.restore(snapshot as never)
        expectSame(second, steady)
        expect(JSON.stringify(snapshot)).toBe(text)
        steady.feed(bars, end)
        second.feed(bars, end)
        const expected = steady.takeChanges()
        for (const runner of [stopped, first, second]) {
          expectSame(runner, steady)
          expect(differences(runner.takeChanges(), expected, 'changes')).toEqual([])
        }
      }),
      runs(15),
    )
  })

  it('refuses a snapshot of something else, and goes on', () => {
    fc.assert(
      fc.property(cases({ maxSegments: 6, maxBars: 20 }), parts, (market, cut) => {
        const { bars, options } = opened(market)
        const [steady, runner] = [create(options), create(options)]
        const end = placeIn(bars, cut)
        for (const one of [steady, runner]) one.feed(bars, 0, end)
        const others = RUNNERS.filter((other) => other.create !== create).map((other) =>
          other.create(options).snapshot(),
        )
        const interval = market.plan.interval === '1m' ? '5m' : '1m'
        const ofOtherBars = create({ ...forAll(options), interval }).snapshot()
        for (const wrong of [...others, ofOtherBars, {}, [], null, 'x']) {
          expect(() => runner.restore(wrong as never)).toThrow(CalculatorError)
        }
        for (const one of [steady, runner]) one.feed(bars, end)
        expectSame(runner, steady)
        expect(differences(runner.takeChanges(), steady.takeChanges(), 'changes')).toEqual([])
      }),
      runs(5),
    )
  })
})

/** What a bar may look like while it forms: its prices so far are those of another. */
const formings = fc.array(fc.nat(), { minLength: 1, maxLength: 5 })

describe.each(RUNNERS)('$name, asked what a bar would change', ({ create }) => {
  it('says what it then hands over, and commits nothing', () => {
    fc.assert(
      fc.property(cases(SMALL), formings, takings, (market, shapes, taken) => {
        const { bars, options } = opened(market)
        const [plain, asked] = [create(options), create(options)]
        plain.takeChanges()
        for (const [index, bar] of bars.entries()) {
          const shape = bars[(shapes[index % shapes.length] ?? 0) % bars.length] ?? bar
          asked.peek({ ...shape, time: bar.time })
          const foreseen = asked.peek(bar)
          expectSame(asked, plain)
          plain.next(bar)
          expect(differences(foreseen, plain.takeChanges(), `foreseen of bar ${index}`)).toEqual([])
          asked.next(bar)
          // What is still to be taken must not change what is foreseen.
          take(asked, taken[index % taken.length])
        }
        expectSame(asked, plain)
      }),
      runs(25),
    )
  })

  it('hands over the same changes as if it had not been asked', () => {
    fc.assert(
      fc.property(cases(SMALL), formings, takings, (market, shapes, taken) => {
        const { bars, options } = opened(market)
        const [plain, asked] = [create(options), create(options)]
        for (const [index, bar] of bars.entries()) {
          const shape = bars[(shapes[index % shapes.length] ?? 0) % bars.length] ?? bar
          asked.peek({ ...shape, time: bar.time })
          const what = taken[index % taken.length]
          plain.next(bar)
          asked.next(bar)
          expect(differences(take(asked, what), take(plain, what), `${what} after bar ${index}`)).toEqual([])
        }
        expect(differences(asked.takeChanges(), plain.takeChanges(), 'changes')).toEqual([])
      }),
      runs(15),
    )
  })

  it('refuses what it would refuse as the next bar, and goes on', () => {
    fc.assert(
      fc.property(cases({ maxSegments: 6, maxBars: 20 }), (market) => {
        const { bars, options } = opened(market)
        const [plain, asked] = [create(options), create(options)]
        for (const bar of bars) {
          plain.next(bar)
          asked.next(bar)
          const next = { ...bar, time: bar.time + lengthOf(market.plan.interval) }
          for (const wrong of [bar, { ...bar, time: bar.time + 1 }, { ...next, high: bar.low / 2 }]) {
            expect(() => asked.peek(wrong)).toThrow(CalculatorError)
          }
        }
        expectSame(asked, plain)
        expect(differences(asked.takeChanges(), plain.takeChanges(), 'changes')).toEqual([])
      }),
      runs(10),
    )
  })
})
