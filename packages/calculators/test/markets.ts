import type { Bar, Interval } from '@openpredict/market'
import fc from 'fast-check'

import { DAY, HOUR, MINUTE, newYorkClock, newYorkInstant } from './reference/time.ts'

/**
 * Small markets for properties: a start, and segments of consecutive bars with a pause before each.
 *
 * A plan is plain data that fast-check can shrink segment by segment; `marketOf` turns it into bars. A few dozen bars
 * reach over days, weeks and months, because pauses lead to where something begins or ends.
 */
export interface MarketPlan {
  readonly interval: SmallInterval
  readonly contract: Contract
  /** `globex`: no bars in the daily halt and at weekends. `always`: bars at any time. */
  readonly hours: 'globex' | 'always'
  /** Epoch ms; the first bar opens there or at the next open. */
  readonly start: number
  /** Price of the first open, in steps. */
  readonly price: number
  /** How many steps one unit of movement is; 0 is a flat market. */
  readonly volatility: number
  readonly segments: readonly Segment[]
}

export interface Segment {
  readonly pause: Pause
  readonly moves: readonly Move[]
}

/** Where the first bar of a segment opens, seen from the close before it; `shift` counts minutes. */
export type Pause =
  | { readonly kind: 'none' }
  | { readonly kind: 'minutes'; readonly minutes: number }
  | { readonly kind: 'until'; readonly moment: Moment; readonly shift: number }
  | { readonly kind: 'days'; readonly days: number }

/** One bar in units of movement: gap to its open, body, and both wicks. */
export type Move = readonly [gap: number, body: number, above: number, below: number]

/** What is traded, and the step that its prices move in (not always the tick: what is fed need not be on it). */
export interface Contract {
  readonly symbol: string
  readonly step: number
}

export const NASDAQ: Contract = { symbol: 'NQ=F', step: 0.25 }

export const CONTRACTS: readonly Contract[] = [
  NASDAQ,
  { symbol: 'MNQ=F', step: 0.25 },
  // Half cents: prices between the decimals that rows are written with, and ties.
  { symbol: 'NQ=F', step: 0.005 },
  { symbol: 'YM=F', step: 0.5 },
  { symbol: 'RTY=F', step: 0.1 },
  { symbol: 'EURUSD=X', step: 0.000_05 },
  { symbol: 'BTC-USD', step: 0.000_000_5 },
]

export type SmallInterval = '30s' | '1m' | '5m' | '10m' | '15m' | '1h'

const LENGTHS: Readonly<Record<SmallInterval, number>> = {
  '30s': MINUTE / 2,
  '1m': MINUTE,
  '5m': 5 * MINUTE,
  // Fits in no candle of fifteen minutes.
  '10m': 10 * MINUTE,
  '15m': 15 * MINUTE,
  '1h': HOUR,
}

/** The length of a plan's bars in milliseconds. */
export function lengthOf(interval: SmallInterval): number {
  return LENGTHS[interval]
}

type Reading = (reading: number) => boolean

const timeOfDay = (reading: number): number => reading - Math.floor(reading / DAY) * DAY
const at =
  (time: number): Reading =>
  (reading) =>
    timeOfDay(reading) === time

interface MomentRule {
  readonly clock: 'new-york' | 'utc'
  readonly reads: Reading
}

const newYork = (reads: Reading): MomentRule => ({ clock: 'new-york', reads })
const utc = (reads: Reading): MomentRule => ({ clock: 'utc', reads })

type Moment =
  | 'globex open'
  | '22:00'
  | 'new york midnight'
  | '02:00'
  | 'london open'
  | '06:00'
  | 'new york open'
  | '10:00'
  | 'new york noon'
  | 'afternoon open'
  | 'globex close'
  | 'sunday open'
  | 'full hour'
  | 'utc midnight'
  | 'utc monday'
  | 'utc month'

/** The moments at which periods begin or end, as what New York's or UTC's clock reads then. */
const MOMENTS: Readonly<Record<Moment, MomentRule>> = {
  'globex open': newYork(at(18 * HOUR)),
  '22:00': newYork(at(22 * HOUR)),
  'new york midnight': newYork(at(0)),
  '02:00': newYork(at(2 * HOUR)),
  'london open': newYork(at(3 * HOUR)),
  '06:00': newYork(at(6 * HOUR)),
  'new york open': newYork(at(8.5 * HOUR)),
  '10:00': newYork(at(10 * HOUR)),
  'new york noon': newYork(at(12 * HOUR)),
  'afternoon open': newYork(at(13 * HOUR)),
  'globex close': newYork(at(17 * HOUR)),
  'sunday open': newYork((reading) => at(18 * HOUR)(reading) && new Date(reading).getUTCDay() === 0),
  'full hour': utc((reading) => reading % HOUR === 0),
  'utc midnight': utc(at(0)),
  'utc monday': utc((reading) => at(0)(reading) && new Date(reading).getUTCDay() === 1),
  'utc month': utc((reading) => at(0)(reading) && new Date(reading).getUTCDate() === 1),
}

/** The first half hour at or after `t` at which a moment's clock reads what it should. */
function nextMoment(t: number, moment: Moment): number {
  const { clock, reads } = MOMENTS[moment]
  let instant = Math.ceil(t / (30 * MINUTE)) * 30 * MINUTE
  while (!reads(clock === 'utc' ? instant : newYorkClock(instant))) {
    instant += 30 * MINUTE
    // 02:00 does not exist on the night of the spring change: then it is the next one, a day later.
    if (instant - t > 40 * DAY) throw new RangeError(`no ${moment} within 40 days of ${new Date(t).toISOString()}`)
  }
  return instant
}

const FRIDAY = 5
const SATURDAY = 6

/** `t`, or the next open of Globex when it is closed at `t`. */
function openAtOrAfter(t: number): number {
  const reading = newYorkClock(t)
  const date = reading - timeOfDay(reading)
  const weekday = new Date(reading).getUTCDay()
  const halted = timeOfDay(reading) >= 17 * HOUR && timeOfDay(reading) < 18 * HOUR
  if (weekday === SATURDAY) return newYorkInstant(date + DAY + 18 * HOUR)
  if (weekday === FRIDAY && timeOfDay(reading) >= 17 * HOUR) return newYorkInstant(date + 2 * DAY + 18 * HOUR)
  if (weekday === 0 && timeOfDay(reading) < 18 * HOUR) return newYorkInstant(date + 18 * HOUR)
  return halted ? newYorkInstant(date + 18 * HOUR) : t
}

function afterPause(t: number, pause: Pause): number {
  if (pause.kind === 'minutes') return t + pause.minutes * MINUTE
  if (pause.kind === 'until') return nextMoment(t, pause.moment) + pause.shift * MINUTE
  return pause.kind === 'days' ? t + pause.days * DAY : t
}

/** The bars of a plan: ascending, on the grid of their interval, with prices that enclose each other. */
export function marketOf(plan: MarketPlan): Bar[] {
  const { interval, contract, hours, volatility } = plan
  const length = LENGTHS[interval]
  const price = (steps: number): number => Number((steps * contract.step).toFixed(9))
  const onGrid = (t: number): number => {
    const grid = Math.ceil(t / length) * length
    return hours === 'globex' ? openAtOrAfter(grid) : grid
  }
  const bars: Bar[] = []
  let clock = onGrid(plan.start)
  let last = plan.price
  for (const { pause, moves } of plan.segments) {
    // A shift may point back behind the last close.
    clock = Math.max(clock, afterPause(clock, pause))
    for (const [gap, body, above, below] of moves) {
      const open = Math.max(1, last + gap * volatility)
      const close = Math.max(1, open + body * volatility)
      const time = onGrid(clock)
      bars.push({
        time,
        open: price(open),
        high: price(Math.max(open, close) + above * volatility),
        low: price(Math.max(1, Math.min(open, close) - below * volatility)),
        close: price(close),
        volume: Math.abs(body),
      })
      clock = time + length
      last = close
    }
  }
  return bars
}

/** Starts where calendars are hard: both clock changes, month and year ends, leap days, mid-week, weekends. */
export const STARTS: readonly number[] = [
  '2024-07-01T13:30:00Z',
  '2023-11-19T23:00:00Z',
  '2024-03-07T23:00:00Z',
  '2024-03-10T05:00:00Z',
  '2024-11-01T22:00:00Z',
  '2024-11-03T03:00:00Z',
  '2019-03-08T20:00:00Z',
  '2025-10-31T00:00:00Z',
  '2024-02-28T23:00:00Z',
  '2023-12-31T12:00:00Z',
  '2024-05-31T18:00:00Z',
  '2024-06-12T16:07:00Z',
  '2024-06-14T20:45:00Z',
  '2024-06-16T22:00:00Z',
].map((text) => Date.parse(text))

export const pauses: fc.Arbitrary<Pause> = fc.oneof(
  { weight: 2, arbitrary: fc.constant<Pause>({ kind: 'none' }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('minutes' as const), minutes: fc.integer({ min: 1, max: 400 }) }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('until' as const),
      moment: fc.constantFrom(...(Object.keys(MOMENTS) as Moment[])),
      shift: fc.oneof(
        fc.constant(0),
        fc.constantFrom(-15, -5, -1, 1, 5, 14, 15, 16, 20, 60),
        fc.integer({ min: -90, max: 90 }),
      ),
    }),
  },
  // Where being late decides.
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('until' as const),
      moment: fc.constantFrom<Moment>('utc midnight', 'new york midnight', 'new york open', 'new york open'),
      shift: fc.oneof(fc.constant(0), fc.constantFrom(14, 15, 16)),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('days' as const), days: fc.integer({ min: 1, max: 12 }) }) },
)

const wick = fc.integer({ min: 0, max: 12 })
const moves: fc.Arbitrary<Move> = fc.tuple(
  fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.integer({ min: -20, max: 20 }) }),
  fc.integer({ min: -10, max: 10 }),
  wick,
  wick,
)

/** Any small market. `maxSegments` bounds its size: a segment has one to four bars. */
export function marketPlans({ maxSegments = 28 }: { readonly maxSegments?: number } = {}): fc.Arbitrary<MarketPlan> {
  return fc.record({
    interval: fc.oneof(
      { weight: 8, arbitrary: fc.constant<SmallInterval>('1m') },
      { weight: 6, arbitrary: fc.constantFrom<SmallInterval>('5m', '15m', '1h') },
      { weight: 1, arbitrary: fc.constantFrom<SmallInterval>('30s', '10m') },
    ),
    contract: fc.oneof({ weight: 2, arbitrary: fc.constant(NASDAQ) }, fc.constantFrom(...CONTRACTS)),
    hours: fc.constantFrom<('globex' | 'always')[]>('globex', 'always'),
    start: fc.oneof(
      fc.constantFrom(...STARTS),
      fc
        .integer({ min: Date.UTC(2007, 3) / MINUTE, max: Date.UTC(2035, 11) / MINUTE })
        .map((minute) => minute * MINUTE),
    ),
    price: fc.oneof(fc.constant(60_000), fc.integer({ min: 1, max: 100 }), fc.integer({ min: 100, max: 100_000 })),
    volatility: fc.constantFrom(1, 1, 7, 300, 0),
    segments: fc.array(fc.record({ pause: pauses, moves: fc.array(moves, { minLength: 1, maxLength: 4 }) }), {
      minLength: 1,
      maxLength: maxSegments,
      size: 'max',
    }),
  })
}

/** What callers say about the history before a market's first bar: mostly nothing, sometimes that it was halted. */
export const vouchedTimes: fc.Arbitrary<number | undefined> = fc.oneof(
  { weight: 2, arbitrary: fc.constant(undefined) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 45 * 24 * 60 }).map((minutes) => minutes * MINUTE) },
)

/** The base intervals that markets have, for tests that go through all of them. */
export const SMALL_INTERVALS: readonly (SmallInterval & Interval)[] = Object.keys(LENGTHS) as SmallInterval[]
