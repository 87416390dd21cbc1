import fc from 'fast-check'

import {
  CONTRACTS,
  lengthOf,
  type MarketPlan,
  type Move,
  NASDAQ,
  pauses,
  type Segment,
  type SmallInterval,
  STARTS,
} from './markets.ts'
import { HOUR, MINUTE } from './reference/time.ts'

/**
 * Small markets that go back and forth between the same few prices, so that in a hundred bars highs repeat, stops are
 * taken, missed and reclaimed, thrusts leave gaps that are filled later, and structure breaks in every timeframe.
 *
 * Plans of the same kind as those of `marketPlans`: legs become moves, and a spacing becomes pauses.
 */

/** One swing from where price is to a level. */
interface Leg {
  /** Distance of the level from where the market began, in units of movement. */
  readonly to: number
  /** How many bars it takes: few make a thrust. */
  readonly bars: number
  /** How far the last bar reaches beyond the level before it closes there. */
  readonly spike: number
  /** Whether another bar after the last reaches exactly as far: a flat top, which is no swing. */
  readonly rests: boolean
  /** Whether price jumps from bar to bar, which are without a body then, and reaches out on both sides at the end. */
  readonly jumps: boolean
  /** How much shorter or longer than an even step each bar is. */
  readonly unevenness: readonly number[]
  readonly wicks: readonly (readonly [above: number, below: number])[]
  readonly pause: Segment['pause']
}

/** In quarter points: NQ's 20 points of a retreat are 80 of them. */
const levels = fc
  .tuple(
    fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom(0, 0, 60, 100, 160, 160) },
      { weight: 1, arbitrary: fc.integer({ min: 0, max: 170 }) },
    ),
    // Highs that nearly repeat: within the distance of equal ones, of an approach, or neither.
    fc.oneof({ weight: 4, arbitrary: fc.integer({ min: -3, max: 3 }) }, fc.constantFrom(-21, -20, -12, 12, 20, 30)),
  )
  .map(([level, offset]) => level + offset)

const spikes = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 0, max: 3 }) },
  { weight: 1, arbitrary: fc.integer({ min: 18, max: 45 }) },
)

const seldom = fc.oneof({ weight: 7, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) })

const legs: fc.Arbitrary<Leg> = fc.record({
  to: levels,
  bars: fc.oneof(
    { weight: 5, arbitrary: fc.integer({ min: 1, max: 4 }) },
    { weight: 1, arbitrary: fc.integer({ min: 4, max: 9 }) },
  ),
  spike: spikes,
  rests: seldom,
  jumps: seldom,
  unevenness: fc.array(fc.integer({ min: -6, max: 6 }), { minLength: 3, maxLength: 3 }),
  wicks: fc.array(fc.tuple(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 5 })), {
    minLength: 2,
    maxLength: 2,
  }),
  pause: fc.oneof({ weight: 12, arbitrary: fc.constant<Segment['pause']>({ kind: 'none' }) }, pauses),
})

/** From one open to the next at the least; a candle of a longer timeframe is then a bar or two. */
const SPACINGS = [0, 0, 5 * MINUTE, 15 * MINUTE, 15 * MINUTE, HOUR, 4 * HOUR]

/** On the days on which clocks change, so that candles of four hours are cut short where that day ends. */
const WEEKENDS = ['2024-03-09T03:00:00Z', '2024-11-02T06:00:00Z'].map((text) => Date.parse(text))

/** Any small market that swings, of at most `maxBars` bars. */
export function swingingPlans({ maxBars = 110 }: { readonly maxBars?: number } = {}): fc.Arbitrary<MarketPlan> {
  return fc
    .record({
      interval: fc.oneof(
        { weight: 5, arbitrary: fc.constantFrom<SmallInterval>('5m', '15m') },
        { weight: 4, arbitrary: fc.constantFrom<SmallInterval>('1m', '1h') },
        { weight: 1, arbitrary: fc.constantFrom<SmallInterval>('30s', '10m') },
      ),
      contract: fc.oneof({ weight: 3, arbitrary: fc.constant(NASDAQ) }, fc.constantFrom(...CONTRACTS)),
      hours: fc.constantFrom<('globex' | 'always')[]>('globex', 'always'),
      start: fc.constantFrom(...STARTS, ...WEEKENDS),
      volatility: fc.constantFrom(1, 1, 1, 2, 5),
      spacing: fc.constantFrom(...SPACINGS),
      legs: fc.array(legs, { minLength: 1, maxLength: 60, size: 'max' }),
    })
    .map(({ spacing, legs: way, ...plan }) => ({
      ...plan,
      price: 60_000,
      segments: segmentsOf(way, Math.max(0, spacing - lengthOf(plan.interval)), maxBars),
    }))
}

/** The bars of all legs, each a segment of its own when there is time between them. */
function segmentsOf(way: readonly Leg[], between: number, maxBars: number): Segment[] {
  let position = 0
  const segments: Segment[] = []
  for (const leg of way) {
    const moves = movesOf(leg, position)
    position = leg.to
    if (between === 0) segments.push({ pause: leg.pause, moves })
    else {
      const pause = { kind: 'minutes', minutes: between / MINUTE } as const
      segments.push(
        ...moves.map((move, index) => ({
          pause: index === 0 && leg.pause.kind !== 'none' ? leg.pause : pause,
          moves: [move],
        })),
      )
    }
  }
  return shortened(segments, maxBars)
}

function movesOf({ to, bars, spike, rests, jumps, unevenness, wicks }: Leg, from: number): Move[] {
  const moves: Move[] = []
  let position = from
  for (let bar = 1; bar <= bars; bar++) {
    const even = from + Math.round(((to - from) * bar) / bars)
    const close = bar === bars ? to : even + (unevenness[bar % unevenness.length] ?? 0)
    const [above, below] = wicks[bar % wicks.length] ?? [0, 0]
    moves.push(jumps ? [close - position, 0, above, below] : [0, close - position, above, below])
    position = close
  }
  const [gap, body, above, below] = moves.pop() ?? [0, 0, 0, 0]
  const [up, down] = [to >= from || jumps ? spike : above, to < from || jumps ? spike : below]
  moves.push([gap, body, up, down])
  if (rests) moves.push([0, 0, up, down])
  return moves
}

function shortened(segments: readonly Segment[], maxBars: number): Segment[] {
  let left = maxBars
  return segments.flatMap(({ pause, moves }) => {
    const kept = moves.slice(0, left)
    left -= kept.length
    return kept.length === 0 ? [] : [{ pause, moves: kept }]
  })
}
