import type { Replica, Row, Store, StoreTransaction } from '../src/index.ts'
import { barAt, cycleRow, ES, FEATURES, level, MINUTE, NQ, T0 } from '../src/testing/samples.ts'

/**
 * The `n`th transaction of a writer that is killed at any moment: the same content for the same number, over several
 * tables and instruments, every fifth with a correction.
 */
export async function writeNth(tx: StoreTransaction, n: number): Promise<void> {
  const origin = { source: 'test', ingestedAt: n }
  for (const instrument of [NQ, ES]) {
    await tx.putBars(instrument, [barAt(2 * n), barAt(2 * n + 1)], origin)
    const correction = n % 5 === 0
    const historyVersion = correction ? await tx.raiseHistoryVersion(instrument) : await tx.historyVersion(instrument)
    const order = { historyVersion, asOf: T0 + n * MINUTE }
    if (correction) {
      await tx.reviseBars(instrument, [barAt(2 * n, { volume: n })], origin)
      const kept = await tx.readRows('reference_levels', { instrument })
      await tx.replaceRows('reference_levels', instrument, kept.slice(n % 3), { ...order, replacedAt: n })
    }
    const levels = Array.from({ length: 20 }, (_, i) => level({ period_start: T0 + (n + i) * MINUTE, price: n }))
    await tx.putRows('reference_levels', instrument, levels, order)
    await tx.putRows('hourly_blocks', instrument, [{ ...FEATURES.hourly_blocks, volume: n }], order)
  }
  await tx.putCycle(nthCycle(n))
}

/** The same as rows of another store, for an instrument of its own. */
export function nthReplica(n: number): Replica {
  const place = { instrument: 'RTY=F', history_version: 0, as_of_version: 0, as_of: T0 + n * MINUTE }
  const bars = [barAt(n, { volume: n }), barAt(n + 1)]
  return {
    rows: {
      ohlc_data: bars.map(({ time: timestamp, ...prices }, i) => {
        const { instrument } = place
        return { instrument, timestamp, ...prices, source: 'test', ingested_at: n, revision: 1 - i }
      }),
      reference_levels: Array.from({ length: 20 }, (_, i) => ({
        ...level({ period_start: T0 + (n + i) * MINUTE, price: n }),
        ...place,
      })),
      fvg: [{ ...FEATURES.fvg, ...place, fill_fraction: 1 / (n + 1) }],
      collection_cycles: [nthCycle(n)],
    },
    removed: [
      {
        table: 'reference_levels',
        key: { instrument: place.instrument, level_type: 'WEEKLY_OPEN', period_start: T0 + (n - 1) * MINUTE },
        as_of_version: 0,
        as_of: place.as_of,
      },
    ],
  }
}

/** The `n`th step of a writer that writes in both ways. */
export async function writeStep(store: Store, n: number): Promise<void> {
  if (n % 3 === 0) await store.replicate(nthReplica(n))
  else await store.transaction((tx) => writeNth(tx, n))
}

function nthCycle(n: number): Row<'collection_cycles'> {
  return cycleRow({ id: `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`, cycle: n })
}
