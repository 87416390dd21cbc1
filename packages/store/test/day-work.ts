import type { Store, StoreTransaction } from '../src/index.ts'
import { barAt, cycleRow, FEATURES, level, MINUTE, T0 } from '../src/testing/samples.ts'

/** The minutes in which a future trades in a day. */
export const DAY = 1_380

/**
 * What a collector writes in the `n`th minute, some forty rows: a bar, rows that are new and rows that change every
 * minute, over the tables, and its record.
 */
export async function dayMinute(tx: StoreTransaction, instrument: string, n: number): Promise<void> {
  const order = { historyVersion: 0, asOf: T0 + n * MINUTE }
  const at = order.asOf
  await tx.putBars(instrument, [barAt(n)], { source: 'test', ingestedAt: at })
  const fresh = Array.from({ length: 8 }, (_, i) =>
    level({ level_type: '1H_OPEN', period_start: at + i, price: n + 1 }),
  )
  const living = Array.from({ length: 12 }, (_, i) => level({ period_start: T0 + i, price: n + 1 }))
  await tx.putRows('reference_levels', instrument, [...fresh, ...living], order)
  const gaps = Array.from({ length: 8 }, (_, i) => ({ ...FEATURES.fvg, timestamp: T0 + i, fill_fraction: n / DAY / 2 }))
  await tx.putRows('fvg', instrument, [...gaps, { ...FEATURES.fvg, timestamp: at + 100 }], order)
  const block = { ...FEATURES.hourly_blocks, hour_start: T0 + Math.floor(n / 60) * 60 * MINUTE, volume: n }
  await tx.putRows('hourly_blocks', instrument, [{ ...block, block_number: 1 + (n % 7) }], order)
  const events = Array.from({ length: 4 }, (_, i) => ({
    ...FEATURES.liquidity_events,
    period_start: T0 + i,
    hold_minutes: n,
  }))
  await tx.putRows('liquidity_events', instrument, events, order)
  const breaks = [{ ...FEATURES.market_structure, timestamp: at }]
  await tx.putRows('market_structure', instrument, breaks, order)
  const id = `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`
  await tx.putCycle(cycleRow({ id, instrument, cycle: n, started_at: at, finished_at: at + 1 }))
}

/** Minutes behind each other, each a transaction. */
export async function liveThrough(store: Store, instrument: string, from: number, to: number): Promise<void> {
  for (let n = from; n < to; n++) await store.transaction((tx) => dayMinute(tx, instrument, n))
}
