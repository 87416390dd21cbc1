import { importBars } from '@openpredict/collector'
import { type BarSeries, createManualClock } from '@openpredict/market'
import { openStore, type Store, TABLE_NAMES, tableOf } from '@openpredict/store'

import { marketRows, type StoredTables } from '../e2e/stored.ts'
import { timer } from '../e2e/world.ts'
import { market } from './filled-store.ts'

const { instrument } = market
const FEATURES = TABLE_NAMES.filter((table) => tableOf(table).group === 'feature' && table !== 'feature_revisions')

/** The features of a store; how many corrections they have been through does not count. */
export async function featuresIn(store: Store): Promise<StoredTables> {
  const tables = await marketRows(store)
  const features = FEATURES.map((table) => {
    const rows = (tables[table] ?? []) as readonly object[]
    return [table, rows.map((row) => ({ ...row, history_version: 0 }))] as const
  })
  return Object.fromEntries(features)
}

/** The features of a store into which nothing but these bars was put, after the coarser ones that `like` has. */
export async function featuresOf(bars: BarSeries, like: Store): Promise<StoredTables> {
  const clock = createManualClock((bars.time.at(-1) ?? 0) + 60_000)
  await using store = await openStore('sqlite::memory:', { clock })
  await store.replicate({ rows: { ohlc_history: await like.readRows('ohlc_history') } })
  await importBars({ instrument, bars, store, clock, timer, source: 'Yahoo' })
  return await featuresIn(store)
}
