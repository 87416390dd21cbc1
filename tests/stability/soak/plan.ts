import { type Calendar, formatInstant } from '@openpredict/market'

import { type Random, randomOf } from '../random.ts'
import { BLIPS, type Incident, LONG_OUTAGES, SHORT_OUTAGES } from './incidents.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
/** The collector starts, and takes in a week, before anything goes wrong. */
const LEAD_MS = HOUR
/** Nothing goes wrong any more, and what was late or wrong has time to be put right. */
const DRAIN_MS = HOUR
/** How long a request may meet a blip: a tick and a half of the loop, or of its slow polling. */
const BLIP_MS = 1.5 * MINUTE
const IDLE_BLIP_MS = 16 * MINUTE
/** What a few seconds of real time can be at the fastest that a soak may run. */
const SLOW_MS = 35 * MINUTE

/** A stretch of market time, epoch ms, `to` not included. */
export interface Stretch {
  readonly from: number
  readonly to: number
}

/** A stretch in which cycles may fail, and why. */
export interface Outage extends Stretch {
  readonly of: 'source' | 'store' | 'machine'
  readonly why: string
}

/** When the collector is killed, and for how long it stays away. */
interface Kill {
  readonly at: number
  readonly awayMs: number
}

/** Everything that is going to happen in a soak: a function of what it was made from. Instants are market time. */
export interface SoakPlan extends Stretch {
  readonly seed: number
  /** When the market begins to run. */
  readonly start: number
  /** When the collector is stopped. */
  readonly end: number
  /** As `openpredict simulate --fault` takes them, in this order. */
  readonly faults: readonly string[]
  readonly outages: readonly Outage[]
  /** The store is away: the file is locked, or the remote store refuses connections. */
  readonly storeAway: readonly Stretch[]
  readonly kills: readonly Kill[]
}

/** What a plan is made from. */
export interface PlanOptions {
  readonly seed: number
  readonly from: number
  readonly hours: number
  readonly calendar: Calendar
  /** How late the source shows a trade. */
  readonly delayMs: number
  /** Whether rows go on to a remote store, so that it can be away without a cycle failing. */
  readonly remote: boolean
}

/**
 * Plans a soak: faults of requests one after the other, never two at once; faults of bars all the time; ten kills a day;
 * an outage of the source, and one of the store. Short soaks have short outages.
 */
export function createPlan(options: PlanOptions): SoakPlan {
  const { seed, from, hours, calendar, remote } = options
  const to = from + hours * HOUR
  const random = randomOf(seed)
  const isLong = hours >= 12
  const incidents = placed(options, random, isLong)
  const storeAway = [awayFor((isLong ? (remote ? 120 : 60) : 20) * MINUTE, { from, to, calendar, random })]
  return {
    seed,
    start: from - LEAD_MS,
    from,
    to,
    end: to + DRAIN_MS,
    faults: [...incidents.map(({ text }) => text), ...barFaults({ from, to }, hours)],
    outages: [
      ...incidents.flatMap(({ outage }) => outage ?? []),
      ...(remote ? [] : storeAway.map((away): Outage => ({ ...away, of: 'store', why: 'locked' }))),
    ].toSorted((a, b) => a.from - b.from),
    storeAway,
    kills: kills({ from, to }, hours, { random, storeAway }),
  }
}

interface Placed {
  readonly text: string
  readonly outage: Outage | undefined
}

/** Faults of requests, from the first to the last minute. */
function placed({ from, hours, calendar, delayMs }: PlanOptions, random: Random, isLong: boolean): readonly Placed[] {
  const to = from + hours * HOUR
  const result: Placed[] = []
  const longs = [random.pick(LONG_OUTAGES)]
  const shorts = [...random.shuffled(SHORT_OUTAGES)]
  let blips: Incident[] = []
  let at = from + random.between(1, 4) * MINUTE
  for (let turn = 0; ; turn++) {
    const isOpen = calendar.isOpen(at - delayMs)
    if (!isOpen) at = Math.min(calendar.nextOpen(at - delayMs) + delayMs, at + random.between(30, 90) * MINUTE)
    const long = turn === 3 || at > from + (to - from) / 2 ? longs.pop() : undefined
    const short = turn % 4 === 1 ? shorts.pop() : undefined
    if (blips.length === 0) blips = [...random.shuffled(BLIPS)]
    const incident = long ?? short ?? blips.pop()
    if (incident === undefined) return result
    const lasts = lengthOf(incident, { isLong: long !== undefined, minutes: isLong ? 40 : 10, isOpen, random })
    const end = at + lasts
    if (end > to) return result
    const until = `from=${formatInstant(at)},to=${formatInstant(end)}`
    const times = incident.times === undefined ? '' : `,times=${incident.times}`
    const text = `${incident.fault}${incident.fault.includes(':') ? ',' : ':'}${until}${times}`
    const isOutage = incident.effect === 'outage'
    result.push({ text, outage: isOutage ? { from: at, to: end, of: 'source', why: incident.fault } : undefined })
    at = end + random.between(6, 10) * MINUTE + (incident.slow === true ? SLOW_MS : 0)
  }
}

function lengthOf(
  { effect }: Incident,
  how: { readonly isLong: boolean; readonly minutes: number; readonly isOpen: boolean; readonly random: Random },
): number {
  const { isLong, minutes, isOpen, random } = how
  if (isLong) return minutes * MINUTE
  if (!isOpen) return IDLE_BLIP_MS
  return effect === 'outage' ? random.between(2, 4) * MINUTE : BLIP_MS
}

/** What is wrong with bars for a while, or for good; and a source that falls behind once every few hours. */
function barFaults({ from, to }: Stretch, hours: number): readonly string[] {
  // Few bars must meet every kind, too.
  const scale = Math.min(4, Math.max(1, 12 / hours))
  const span = `from=${formatInstant(from)},to=${formatInstant(to)}`
  const bars = (kind: string, rate: number): string => `${kind},rate=${(rate * scale).toFixed(5)},${span}`
  const rules = [
    bars('late-bars:minutes=4', 0.012),
    bars('late-bars:minutes=15', 0.006),
    bars('late-bars:minutes=always', 0.004),
    bars('revised-bars:minutes=3', 0.012),
    bars('revised-bars:minutes=12', 0.006),
    bars('revised-bars:minutes=always', 0.003),
    bars('bad-ticks:minutes=3', 0.006),
    bars('bad-ticks:minutes=12,percent=4', 0.004),
    bars('bad-ticks:minutes=always', 0.002),
  ]
  // Beyond the overlap of a cycle: such a bar is asked for again when it is twice as old, and later still.
  const early = to - 8 * HOUR
  if (early > from) {
    const before = `from=${formatInstant(from)},to=${formatInstant(early)}`
    rules.push(`late-bars:minutes=90,rate=0.004,${before}`)
  }
  const delays = Array.from({ length: Math.max(1, Math.floor(hours / 6)) }, (_, i) => from + (i * 6 + 1) * HOUR)
  return [
    ...rules,
    ...delays.map((at) => `growing-delay:most=6,from=${formatInstant(at)},to=${formatInstant(at + 25 * MINUTE)}`),
  ]
}

/** A stretch of that length while the market is open, if it opens at all. */
function awayFor(
  ms: number,
  { from, to, calendar, random }: Stretch & { readonly calendar: Calendar; readonly random: Random },
): Stretch {
  const wanted = random.between(from + (to - from) * 0.2, to - ms - (to - from) * 0.1)
  const open = calendar.nextOpen(wanted)
  const at = open + ms < to ? open : wanted
  return { from: Math.round(at), to: Math.round(at + ms) }
}

/** Ten kills a day, two at least; one of them while the store is away. */
function kills(
  { from, to }: Stretch,
  hours: number,
  { random, storeAway }: { readonly random: Random; readonly storeAway: readonly Stretch[] },
): readonly Kill[] {
  const count = Math.max(2, Math.round((hours * 10) / 24))
  const [away] = storeAway
  const instants = Array.from({ length: count }, (_, i) =>
    i === 0 && away !== undefined ? random.between(away.from, away.to) : random.between(from, to),
  )
  const ascending = instants.toSorted((a, b) => a - b)
  return ascending.map((at) => ({
    at: Math.round(at),
    awayMs: random.next() < 0.2 ? random.between(10, 45) * MINUTE : 0,
  }))
}
