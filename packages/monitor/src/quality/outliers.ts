import type { BarSeries } from '@openpredict/market'
import type { Row } from '@openpredict/store'

import type { QualityCheck } from './quality-report.ts'
import { checkOf, counted, Tally } from './tally.ts'

/** The rule by which bars are held back: a price farther from the close before than both of these. */
const PART_OF_CLOSE = 0.03
const TRUE_RANGES = 20
const MEDIAN_OF = 60

interface Doubt {
  readonly at: number
  readonly high: number
  readonly low: number
  readonly close: number
  readonly trueRange: number
  readonly distance: number
  readonly previous: number
  readonly allowed: number
}

/**
 * Finds stored bars that should have been held back: of which a price lies farther from the close before than
 * `max(3 %, 20 × the median true range of the last 60 bars)`, which the next bar does not bear out by opening within its
 * range, and which no repetition has admitted.
 *
 * Such a bar does not become what others are measured by.
 */
export class Outliers {
  readonly #tally: Tally
  readonly #from: number
  /** The last true ranges, the oldest overwritten first. */
  readonly #ranges = new Float64Array(MEDIAN_OF)
  #count = 0
  #close = Number.NaN
  #doubt: Doubt | undefined

  /** Bars before `from` only tell what is usual. */
  constructor(from: number, keep: number) {
    this.#from = from
    this.#tally = new Tally(keep)
  }

  /** How many bars lie too far from the market. */
  get wrong(): number {
    return this.#tally.found
  }

  /** Takes the next bars; `admitted`: the times of those that were held back and then believed. */
  take({ time, open, high, low, close }: BarSeries, admitted: ReadonlySet<number> = new Set()): void {
    for (let i = 0; i < time.length; i++) {
      const at = time[i] as number
      if (this.#doubt !== undefined) this.#settle(open[i] as number)
      const [h, l, c, previous] = [high[i] as number, low[i] as number, close[i] as number, this.#close]
      if (!Number.isFinite(h + l + c)) continue
      const isFirst = Number.isNaN(previous)
      // The range of a bar, stretched to the close before it (Wilder 1978).
      const trueRange = isFirst ? h - l : Math.max(h, previous) - Math.min(l, previous)
      const distance = isFirst ? 0 : Math.max(Math.abs(h - previous), Math.abs(l - previous))
      if (distance > PART_OF_CLOSE * previous && !admitted.has(at)) {
        const allowed = Math.max(PART_OF_CLOSE * previous, TRUE_RANGES * this.#median())
        if (distance > allowed) {
          this.#doubt = { at, high: h, low: l, close: c, trueRange, distance, previous, allowed }
          continue
        }
      }
      this.#believe(c, trueRange)
    }
  }

  check(): QualityCheck {
    // Nothing bears out the last bar of all.
    this.#settle(Number.NaN)
    const tally = this.#tally
    const summary = tally.found > 0 ? `${counted(tally.found, 'bar')} too far from the close before` : 'none'
    return checkOf('outliers', tally.found > 0 ? 'failed' : 'passed', summary, { counts: { bars: tally.found }, tally })
  }

  #settle(nextOpen: number): void {
    const doubt = this.#doubt
    if (doubt === undefined) return
    this.#doubt = undefined
    const { at, high, low, close, trueRange, distance, previous, allowed } = doubt
    if (nextOpen >= low && nextOpen <= high) this.#believe(close, trueRange)
    else if (at >= this.#from)
      this.#tally.add(
        at,
        () => `a price lies ${short(distance)} from the close before, ${previous}: ${short(allowed)} is allowed`,
      )
  }

  #believe(close: number, trueRange: number): void {
    this.#ranges[this.#count++ % MEDIAN_OF] = trueRange
    this.#close = close
  }

  #median(): number {
    const ranges = this.#ranges.slice(0, Math.min(this.#count, MEDIAN_OF)).toSorted()
    const middle = ranges.length >>> 1
    const upper = ranges[middle] ?? 0
    return ranges.length % 2 === 1 ? upper : ((ranges[middle - 1] ?? 0) + upper) / 2
  }
}

/** Says which bars are still held back. */
export function suspectsCheck(suspects: readonly Row<'ohlc_suspects'>[], keep: number): QualityCheck {
  const tally = new Tally(keep)
  for (const { timestamp, admitted_at: admittedAt, reason, times_seen: seen } of suspects)
    if (admittedAt === null) tally.add(timestamp, () => `held back, seen ${counted(seen, 'time')}: ${reason}`)
  const summary = tally.found > 0 ? `${counted(tally.found, 'bar')} held back` : 'none waits'
  return checkOf('suspects', tally.found > 0 ? 'warning' : 'passed', summary, { counts: { bars: tally.found }, tally })
}

function short(distance: number): number {
  return Number(distance.toFixed(4))
}
