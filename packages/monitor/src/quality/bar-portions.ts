import { type Bar, BarSeries } from '@openpredict/market'
import type { Row, StoreReader, WaitOptions } from '@openpredict/store'

/** How much is read, and held in memory, at a time: some two megabytes of bars. */
const PORTION_MS = 30 * 86_400_000

/** Bars that open in `[from, to)`, ascending. */
export interface Portion {
  readonly from: number
  readonly to: number
  readonly bars: BarSeries
}

/** Reads the bars of a span. */
export type ReadBars = (from: number, to: number) => Promise<BarSeries>

/** The bars of a span portion by portion, so that a span of any length takes the same memory. */
export async function* portionsOf(read: ReadBars, from: number, to: number): AsyncGenerator<Portion> {
  for (let start = from; start < to; start += PORTION_MS) {
    const end = Math.min(to, start + PORTION_MS)
    yield { from: start, to: end, bars: await read(start, end) }
  }
}

/** The bars of an instrument as they are stored now. */
export function storedBars(store: StoreReader, instrument: string, wait: WaitOptions): ReadBars {
  return (from, to) => store.readBars({ instrument, from, to }, wait)
}

/**
 * The bars of an instrument as they were stored at `knownAt`: without those that came later, and with the prices that
 * they had before the source changed its mind.
 */
export function barsAsThen(store: StoreReader, instrument: string, knownAt: number, wait: WaitOptions): ReadBars {
  return async (from, to) => {
    const query = { instrument, from, to }
    const bars = new Map<number, Bar>()
    // In the order of their revisions: the last that had been stored by then is what was known.
    for (const row of await store.readRows('ohlc_revisions', query, wait))
      if (row.seen_at <= knownAt) bars.set(row.timestamp, barOf(row))
    for (const row of await store.readRows('ohlc_data', query, wait))
      if (row.ingested_at <= knownAt) bars.set(row.timestamp, barOf(row))
    return BarSeries.from([...bars.values()].toSorted((a, b) => a.time - b.time))
  }
}

function barOf({
  timestamp: time,
  open,
  high,
  low,
  close,
  volume,
}: Pick<Row<'ohlc_data'>, 'timestamp' | 'open' | 'high' | 'low' | 'close' | 'volume'>): Bar {
  return { time, open, high, low, close, volume }
}
