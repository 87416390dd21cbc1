import type { FeatureTable } from '@openpredict/calculators'
import { type BarSource, FetchError } from '@openpredict/fetcher'
import { BarSeries, type Instrument, intervalMs } from '@openpredict/market'
import type { StoreTransaction } from '@openpredict/store'

const DAY = 86_400_000

/** The length of the bars that levels are warmed up with. */
export const WARM_UP_INTERVAL = '5m'

/** Tables whose periods begin and end on the grid of those bars: their rows are as good as of 1-minute bars. */
const EXACT: readonly FeatureTable[] = ['reference_levels', 'fibonacci_pivots']

/**
 * Coarser bars from before `before` (epoch ms), as far back as `days` or the source go; `undefined` from a source that
 * has none. Rejects as the source does when it cannot be asked.
 */
export async function fetchWarmUp(
  source: BarSource,
  {
    instrument,
    before,
    days,
    signal,
  }: {
    readonly instrument: Instrument
    readonly before: number
    readonly days: number
    readonly signal: AbortSignal
  },
): Promise<BarSeries | undefined> {
  const step = intervalMs(WARM_UP_INTERVAL)
  const to = Math.floor(before / step) * step
  try {
    const request = { instrument, interval: WARM_UP_INTERVAL, from: to - days * DAY, to, signal } as const
    return (await source.fetch(request)).bars
  } catch (error) {
    if (error instanceof FetchError && NONE.includes(error.failure.kind)) return undefined
    throw error
  }
}

/** What a source says that has no such bars. */
const NONE: readonly FetchError['failure']['kind'][] = ['unsupported-interval', 'out-of-reach']

/** The stored bars to warm up with: those that end before the first 1-minute bar. */
export async function storedWarmUp(tx: StoreTransaction, symbol: string, firstBar: number): Promise<BarSeries> {
  const rows = await tx.readRows('ohlc_history', { instrument: symbol, to: firstBar })
  const length = intervalMs(WARM_UP_INTERVAL)
  return BarSeries.from(
    rows
      .filter(({ interval, timestamp }) => interval === WARM_UP_INTERVAL && timestamp + length <= firstBar)
      .map(({ timestamp: time, open, high, low, close, volume }) => ({ time, open, high, low, close, volume })),
  )
}

/**
 * Whether a row is kept where history was warmed up until `firstBar`. Of what can be told only minute by minute, nothing
 * is kept that was known before there were minutes.
 */
export function isKept(
  table: FeatureTable,
  { confirmed_at: confirmedAt }: { readonly confirmed_at: number | null },
  firstBar: number,
): boolean {
  return EXACT.includes(table) || confirmedAt === null || confirmedAt > firstBar
}
