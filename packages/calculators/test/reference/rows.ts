import { instrumentOf, type Bar, type Interval } from '@openpredict/market'

import { HOUR, MINUTE, type Period } from './time.ts'

/** What the naive calculators need to know; the same words as the options of the real ones. */
export interface ReferenceOptions {
  /** @default 'NQ=F' */
  readonly instrument?: string
  /** @default '1m' */
  readonly interval?: Interval
  readonly historyStart?: number
  /** In minutes. @default 15 */
  readonly openTolerance?: number
  /** Bars that open before `until` are of another interval. */
  readonly warmUp?: { readonly until: number; readonly interval: Interval }
  /** An instant at or after the close of the last bar. @default that close */
  readonly asOf?: number
}

const INTERVALS: Partial<Record<Interval, number>> = {
  '30s': MINUTE / 2,
  '1m': MINUTE,
  '5m': 5 * MINUTE,
  '10m': 10 * MINUTE,
  '15m': 15 * MINUTE,
  '30m': 30 * MINUTE,
  '1h': HOUR,
}

/** The length of an interval in milliseconds. */
function lengthOf(interval: Interval = '1m'): number {
  const length = INTERVALS[interval]
  if (length === undefined) throw new RangeError(`the reference does not know the interval ${interval}`)
  return length
}

/** How long a bar is. */
export function lengthOfBar(bar: Bar, { interval, warmUp }: ReferenceOptions): number {
  return lengthOf(warmUp !== undefined && bar.time < warmUp.until ? warmUp.interval : interval)
}

/** The instant at which a bar closes. */
export function closeOf(bar: Bar, options: ReferenceOptions): number {
  return bar.time + lengthOfBar(bar, options)
}

/** "Now", as far as the clock goes. */
export function asOfOf(bars: readonly Bar[], options: ReferenceOptions): number {
  const last = bars.at(-1)
  return Math.max(last === undefined ? -Infinity : closeOf(last, options), options.asOf ?? -Infinity)
}

/** From which instant on no bar is missing. */
export function historyBegins(bars: readonly Bar[], { historyStart }: ReferenceOptions): number {
  return historyStart ?? bars[0]?.time ?? Infinity
}

/** A period with the bars that open in it, in order: never empty. */
export interface Group extends Period {
  readonly bars: readonly Bar[]
  readonly first: Bar
  readonly last: Bar
  readonly high: number
  readonly low: number
}

/** The periods that have bars, in order. */
export function groupByPeriod(bars: readonly Bar[], periodOf: (t: number) => Period | undefined): Group[] {
  const found = new Map<number, { readonly period: Period; readonly bars: Bar[] }>()
  for (const bar of bars) {
    const period = periodOf(bar.time)
    if (period === undefined) continue
    const group = found.get(period.start)
    if (group === undefined) found.set(period.start, { period, bars: [bar] })
    else group.bars.push(bar)
  }
  return [...found.values()].flatMap((group) => {
    const [first, last] = [group.bars[0], group.bars.at(-1)]
    if (first === undefined || last === undefined) return []
    return [{ ...group.period, bars: group.bars, first, last, high: highest(group.bars), low: lowest(group.bars) }]
  })
}

export function highest(bars: readonly Bar[]): number {
  return bars.reduce((high, bar) => Math.max(high, bar.high), -Infinity)
}

export function lowest(bars: readonly Bar[]): number {
  return bars.reduce((low, bar) => Math.min(low, bar.low), Infinity)
}

/** The last group that has a bar at or before `t`; found by halving, because there can be thousands. */
export function latestGroup(groups: readonly Group[], t: number): Group | undefined {
  let [known, later] = [0, groups.length]
  while (known < later) {
    const middle = Math.floor((known + later) / 2)
    if ((groups[middle] as Group).first.time <= t) known = middle + 1
    else later = middle
  }
  return groups[known - 1]
}

/** The index of the first bar that opens at or after `t`; found by halving, because it is asked for thousands of pools. */
export function indexAt(bars: readonly Bar[], t: number): number {
  let [before, from] = [0, bars.length]
  while (before < from) {
    const middle = Math.floor((before + from) / 2)
    if ((bars[middle] as Bar).time < t) before = middle + 1
    else from = middle
  }
  return from
}

/**
 * A bar upside down. What the page says of highs holds for lows with every sign mirrored: so the references look at highs
 * only, a second time with mirrored bars. Changing a sign is exact, and rounding is the same on both sides of zero.
 */
export function mirrored({ time, open, high, low, close, volume }: Bar): Bar {
  return { time, open: -open, high: -low, low: -high, close: -close, volume }
}

/** A price or a difference in the instrument's decimals. */
export function rounded(price: number, { instrument = 'NQ=F' }: ReferenceOptions): number {
  return roundedTo(price, instrumentOf(instrument).decimals)
}

/** Any other fraction: to 6 decimals. */
export function roundedFraction(value: number): number {
  return roundedTo(value, 6)
}

/** Half away from zero, a value within 1e-9 of a tie counting as the tie. */
function roundedTo(value: number, decimals: number): number {
  const steps = 10 ** decimals
  const size = Math.abs(value)
  const below = Math.floor(size * steps)
  const tie = (below + 0.5) / steps
  const result = (size >= tie - 1e-9 ? below + 1 : below) / steps
  return value < 0 && result > 0 ? -result : result
}
