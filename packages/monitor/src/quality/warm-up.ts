import { BarSeries, intervalMs } from '@openpredict/market'
import type { StoreReader, WaitOptions } from '@openpredict/store'

import { WARM_UP_INTERVAL } from './expected-levels.ts'

/** The coarser bars from `from` on that end before the first minute, which levels are warmed up with. */
export async function storedWarmUp(
  store: StoreReader,
  { instrument, from, firstBar }: { readonly instrument: string; readonly from?: number; readonly firstBar: number },
  wait: WaitOptions,
): Promise<BarSeries> {
  const query = { instrument, to: firstBar, ...(from === undefined ? {} : { from }) }
  const rows = await store.readRows('ohlc_history', query, wait)
  const length = intervalMs(WARM_UP_INTERVAL)
  return BarSeries.from(
    rows
      .filter(({ interval, timestamp }) => interval === WARM_UP_INTERVAL && timestamp + length <= firstBar)
      .map(({ timestamp: time, open, high, low, close, volume }) => ({ time, open, high, low, close, volume })),
  )
}
