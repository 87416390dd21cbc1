import type { StoreTransaction } from '../src/index.ts'
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
  await tx.putCycle(cycleRow({ id: `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`, cycle: n }))
}
