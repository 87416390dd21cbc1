import { lagOf } from '@openpredict/collector'
import { calendarOf, type Instrument } from '@openpredict/market'
import type { StoreReader } from '@openpredict/store'

import { formatAge, formatMinute } from '../../../format.ts'
import type { Warning } from './checklist.ts'

/** A lag beyond this is a problem while the market is open. */
export const STALE_AFTER: number = 5 * 60_000

/**
 * How the newest stored bar stands to what the source can have at `now`, epoch ms. An empty store is fine, as is a closed
 * market; an old bar is a warning: this installation can collect, and does not.
 */
export async function checkFreshness(
  store: StoreReader,
  instrument: Instrument,
  { now, signal }: { readonly now: number; readonly signal: AbortSignal },
): Promise<string | Warning> {
  const { symbol, delayMs } = instrument
  const newest = await store.newestBar(symbol, { signal })
  if (newest === undefined) return `no bar of ${symbol} yet`
  const lag = lagOf({ now, newestBar: newest.time, calendar: calendarOf(instrument), delayMs }) ?? 0
  const bar = `newest bar of ${symbol} ${formatMinute(newest.time)} UTC`
  if (lag === 0) return `${bar}, nothing newer to be had`
  const message = `${bar}, ${formatAge(lag)} of open market behind the source`
  if (lag <= STALE_AFTER) return message
  return { message, hint: 'Start the collector, or see what it does: openpredict status.', code: 'stale' }
}
