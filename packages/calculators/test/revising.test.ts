import type { Bar } from '@openpredict/market'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { CalculatorError, createEngine, FEATURE_TABLES } from '../src/index.ts'
import { type Case, cases, opened, openedWarm, warmCases } from './cases.ts'
import { differences } from './laws.ts'
import { lengthOf } from './markets.ts'
import { merged, RevisedEngine, type Taking } from './revised-engine.ts'
import { allowTime, parts, runs } from './runs.ts'

allowTime()

interface Replacement {
  readonly back: number
  readonly shape: number
}

/** Which bars get other prices: counted from the last, most often where corrections are; and whose prices they get. */
const replacements = fc.array(fc.record({ back: fc.oneof(fc.nat(4), fc.nat(200)), shape: fc.nat(200) }), {
  maxLength: 3,
})

/** A correction: after how much of the market it comes, of what, and what goes on around it. */
interface Step {
  readonly at: number
  readonly replaced: readonly Replacement[]
  /** How many of the bars that did not come in time arrive. */
  readonly late: number
  readonly before: Taking
  readonly after: Taking
  /** How far the clock has run towards the next close. */
  readonly waits: number
  readonly restarts: boolean
}

/** One to three corrections around which this is taken. */
function corrections(...takings: readonly Taking[]): fc.Arbitrary<Step[]> {
  const taking = fc.constantFrom(...takings)
  const step = fc.record({
    at: parts,
    replaced: replacements,
    late: fc.nat(2),
    before: taking,
    after: taking,
    waits: fc.oneof(fc.constant(0), parts),
    restarts: fc.boolean(),
  })
  return fc.array(step, { minLength: 1, maxLength: 3 }).map((steps) => steps.toSorted((a, b) => a.at - b.at))
}

/** Which bars do not come in time. */
const missing = fc.array(fc.nat(200), { maxLength: 6 })

/** How many bars an engine keeps: mostly all that there are. */
const keeping = fc.oneof(
  { weight: 3, arbitrary: fc.constant({}) },
  { weight: 1, arbitrary: fc.record({ revisable: fc.integer({ min: 0, max: 40 }) }) },
)

/** The bars that are replaced, with the prices of others. */
function changed(known: readonly Bar[], shapes: readonly Bar[], replaced: readonly Replacement[]): Bar[] {
  return replaced.flatMap(({ back, shape }) => {
    const [bar, prices] = [known.at(-1 - (back % known.length)), shapes[shape % shapes.length]]
    return bar === undefined || prices === undefined ? [] : [{ ...prices, time: bar.time }]
  })
}

/** Feeds a market of which bars are missing at first, corrects it in steps, and says what is not as if it had been right. */
function wrongAfter(market: Case, holes: readonly number[], steps: readonly Step[], kept: object): string[] {
  const { bars, options, naive } = opened(market)
  const length = lengthOf(market.plan.interval)
  const absent = new Set(holes.map((hole) => hole % bars.length))
  const stream = bars.filter((_, index) => !absent.has(index))
  let late = bars.filter((_, index) => absent.has(index))
  let fed = 0
  const wrong: string[] = []
  const engine = new RevisedEngine({ ...options, ...kept })
  for (const step of steps) {
    const end = Math.round(step.at * stream.length)
    engine.feed(stream.slice(fed, end))
    fed = end
    if (engine.asOf === undefined) continue
    engine.take(step.before)
    // The clock may run until just before the next bar closes.
    const latest = (stream[end]?.time ?? engine.asOf) + length - 1
    const asOf = Math.max(engine.asOf, Math.floor(engine.asOf + step.waits * (latest - engine.asOf)))
    engine.advanceTo(asOf)
    if (step.restarts) engine.restart()
    const arrived = late.filter(({ time }) => time + length <= asOf).slice(0, step.late)
    const isDone = engine.revise(merged(changed(engine.known, bars, step.replaced), arrived))
    if (isDone) late = late.filter((bar) => !arrived.includes(bar))
    if (engine.asOf !== asOf) wrong.push(`the clock was moved from ${asOf} to ${engine.asOf}`)
    engine.take(step.after)
    // Only with all changes is what was written down the history.
    if (step.after === 'changes') wrong.push(...engine.wrong(naive))
  }
  engine.feed(stream.slice(fed))
  engine.take('changes')
  return [...wrong, ...engine.wrong(naive)]
}

describe('a revised engine', () => {
  const markets = cases({ maxSegments: 14, maxBars: 60 })

  it('has always been so: its rows are those of the corrected bars', () => {
    fc.assert(
      fc.property(markets, missing, corrections('changes', 'nothing'), keeping, (market, holes, steps, kept) => {
        expect(wrongAfter(market, holes, steps, kept)).toEqual([])
      }),
      runs(250),
    )
  })

  it('has always been so, when rows were handed over as finished too', () => {
    fc.assert(
      fc.property(markets, missing, corrections('changes', 'finished', 'nothing'), (market, holes, steps) => {
        expect(wrongAfter(market, holes, steps, {})).toEqual([])
      }),
      runs(100),
    )
  })

  it('counts bars of another length, taken before, by their own length', () => {
    fc.assert(
      fc.property(warmCases(), corrections('changes', 'nothing'), (market, steps) => {
        const { coarse, interval, fine, options, naive } = openedWarm(market)
        const engine = new RevisedEngine(options)
        engine.warmUp(coarse, interval)
        let fed = 0
        for (const step of steps) {
          const end = Math.round(step.at * fine.length)
          engine.feed(fine.slice(fed, end))
          fed = end
          engine.take(step.before)
          if (step.restarts) engine.restart()
          engine.revise(merged(changed(engine.known, [...coarse, ...fine], step.replaced)))
          engine.take('changes')
          expect(engine.wrong(naive)).toEqual([])
        }
      }),
      runs(60),
    )
  })

  it('changes nothing when a correction repeats what is known', () => {
    fc.assert(
      fc.property(cases({ maxSegments: 10, maxBars: 40 }), fc.nat(200), fc.boolean(), (market, place, takes) => {
        const { bars, options } = opened(market)
        const [plain, revised] = [createEngine(options), createEngine(options)]
        for (const engine of [plain, revised]) {
          engine.feed(bars)
          if (takes) engine.takeChanges()
        }
        const { gone, come } = revised.revise(bars[place % bars.length] as Bar)
        const [changes, expected] = [revised.takeChanges(), plain.takeChanges()]
        for (const table of FEATURE_TABLES) {
          expect([gone[table], come[table]]).toEqual([[], []])
          expect(differences(changes[table], expected[table], table)).toEqual([])
        }
      }),
      runs(30),
    )
  })

  it('refuses bars that cannot be in its history, and goes on', () => {
    fc.assert(
      fc.property(cases({ maxSegments: 10, maxBars: 40 }), fc.nat(200), (market, place) => {
        const { bars, options, naive } = opened(market)
        const length = lengthOf(market.plan.interval)
        const engine = new RevisedEngine(options)
        const [bar, last] = [bars[place % bars.length] as Bar, bars.at(-1) as Bar]
        expect(() => engine.revise([bar])).toThrow(CalculatorError)
        engine.feed(bars)
        const wrong = [
          { ...last, time: last.time + length },
          { ...bar, time: bar.time + 1 },
          { ...bar, time: bar.time + length / 2 },
          { ...bar, high: bar.low / 2 },
        ]
        for (const one of wrong) {
          expect(() => engine.revise([one])).toThrow(CalculatorError)
          // A good one beside it is not taken either.
          const good = { ...(bars[0] as Bar), time: bar.time }
          expect(() => engine.revise(merged([good], [one]))).toThrow(CalculatorError)
        }
        engine.take('changes')
        expect(engine.wrong(naive)).toEqual([])
      }),
      runs(40),
    )
  })
})
