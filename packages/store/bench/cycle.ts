import type { Bar } from '@openpredict/market'

import type { FeatureRow, Replica, Row, Store } from '../src/index.ts'
import { bars, cycleRow, FEATURES, level, MINUTE, ORIGIN, T0 } from '../src/testing/samples.ts'

/** As many levels, one a minute. */
export function levels(count: number, price: number): FeatureRow<'reference_levels'>[] {
  return Array.from({ length: count }, (_, i) => level({ period_start: T0 + i * MINUTE, price }))
}

/** What a collector writes every minute: two bars, some thirty rows over the tables, its record. */
export async function cycle(store: Store, n: number): Promise<void> {
  await store.transaction(async (tx) => {
    const order = { historyVersion: 0, asOf: T0 + n }
    await tx.putBars('W', bars(2, n), ORIGIN)
    await tx.putRows('reference_levels', 'W', levels(20, n), order)
    await tx.putRows('hourly_blocks', 'W', [{ ...FEATURES.hourly_blocks, volume: n }], order)
    await tx.putRows(
      'fvg',
      'W',
      Array.from({ length: 8 }, (_, i) => ({ ...FEATURES.fvg, timestamp: T0 + i })),
      order,
    )
    await tx.putRows('liquidity_events', 'W', [{ ...FEATURES.liquidity_events, hold_minutes: n }], order)
    await tx.putCycle(cycleRow({ id: `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`, cycle: n }))
  })
}

/** Bars as rows of `ohlc_data`. */
export function barRows(instrument: string, list: readonly Bar[]): Row<'ohlc_data'>[] {
  const origin = { source: 'test', ingested_at: T0, revision: 0 }
  return list.map(({ time: timestamp, ...prices }) => ({ instrument, timestamp, ...prices, ...origin }))
}

/** The same as a deliverer sends it, each row as it stands in the local store. */
export function cycleReplica(n: number): Replica {
  const place = { instrument: 'D', history_version: 0, as_of_version: 0, as_of: T0 + n }
  return {
    rows: {
      ohlc_data: barRows('D', bars(2, n)),
      reference_levels: levels(20, n).map((row) => ({ ...row, ...place })),
      hourly_blocks: [{ ...FEATURES.hourly_blocks, ...place, volume: n }],
      fvg: Array.from({ length: 8 }, (_, i) => ({ ...FEATURES.fvg, ...place, timestamp: T0 + i })),
      liquidity_events: [{ ...FEATURES.liquidity_events, ...place, hold_minutes: n }],
      collection_cycles: [cycleRow({ id: `00000000-0000-4000-8001-${String(n).padStart(12, '0')}`, cycle: n })],
    },
  }
}
