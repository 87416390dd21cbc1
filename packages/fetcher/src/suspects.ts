import { type Bar, BarSeries } from '@openpredict/market'

/** The farthest that a price may lie from the close before it, as a part of that close. */
const PART_OF_CLOSE = 0.03
/** … or as a multiple of the median true range, when that is more. */
const TRUE_RANGES = 20
const MEDIAN_OF = 60

/** Bars that may be used, and bars to hold back until something speaks for them. */
export interface SplitBars {
  readonly admitted: BarSeries
  readonly suspects: readonly Suspect[]
}

/** A bar that is too far from the market to be believed at once. */
export interface Suspect {
  readonly bar: Bar
  /** What made it suspect, in one sentence. */
  readonly reason: string
}

/**
 * Holds back the bars of which any price lies farther from the previous close than
 * `max(3 %, 20 × the median true range of the last 60 bars)`.
 *
 * `bars` follow `context`, the stored bars before them; both ascending. Previous close and median come from admitted
 * bars only. With fewer than 60 of them the median is that of those there are; the very first bar of all has no close
 * before it and is admitted. A bar is also admitted when the next of `bars` opens within its range: a market that has
 * really moved goes on from there.
 *
 * @example
 * ```ts
 * const calm = (time, price) => ({ time, open: price, high: price + 1, low: price - 1, close: price, volume: 1 })
 * const context = BarSeries.from([calm(0, 100), calm(60_000, 100)])
 * const { suspects } = splitSuspects(BarSeries.from([calm(120_000, 100), calm(180_000, 140)]), context)
 * suspects.map(({ bar }) => bar.time) // => [180_000]
 * ```
 */
export function splitSuspects(bars: BarSeries, context: BarSeries = BarSeries.from([])): SplitBars {
  const recent = context.slice(Math.max(0, context.length - MEDIAN_OF - 1)).toArray()
  const admitted: Bar[] = []
  const suspects: Suspect[] = []
  for (let i = 0; i < bars.length; i++) {
    const bar = bars.at(i) as Bar
    const reason = suspicion(bar, recent)
    if (reason === undefined || opensWithin(bars.at(i + 1), bar)) {
      admitted.push(bar)
      recent.push(bar)
      if (recent.length > MEDIAN_OF + 1) recent.shift()
    } else {
      suspects.push({ bar, reason })
    }
  }
  return { admitted: suspects.length === 0 ? bars : BarSeries.from(admitted), suspects }
}

function suspicion(bar: Bar, recent: readonly Bar[]): string | undefined {
  const previous = recent.at(-1)
  if (previous === undefined) return undefined
  // Open and close lie between the two.
  const distance = Math.max(Math.abs(bar.high - previous.close), Math.abs(bar.low - previous.close))
  const part = PART_OF_CLOSE * previous.close
  // The median costs the most and is hardly ever needed: first the part that is cheap.
  if (distance <= part) return undefined
  const allowed = Math.max(part, TRUE_RANGES * medianTrueRange(recent))
  if (distance <= allowed) return undefined
  return `a price lies ${distance} from the previous close ${previous.close}, more than the ${allowed} allowed`
}

/** Of up to 60 bars; the first of more than one only gives the close before the second. */
function medianTrueRange(bars: readonly Bar[]): number {
  const first = bars.length > MEDIAN_OF ? 1 : 0
  const ranges = bars.slice(first).map((bar, i) => trueRange(bar, bars[first + i - 1]?.close))
  ranges.sort((a, b) => a - b)
  const middle = ranges.length >>> 1
  const upper = ranges[middle] as number
  return ranges.length % 2 === 1 ? upper : ((ranges[middle - 1] as number) + upper) / 2
}

/** The range of a bar, stretched to the close before it (Wilder 1978). */
function trueRange({ high, low }: Bar, previousClose: number | undefined): number {
  if (previousClose === undefined) return high - low
  return Math.max(high, previousClose) - Math.min(low, previousClose)
}

function opensWithin(next: Bar | undefined, { high, low }: Bar): boolean {
  return next !== undefined && next.open >= low && next.open <= high
}
