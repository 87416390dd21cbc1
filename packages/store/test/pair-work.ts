import type { Bar } from '@openpredict/market'

import type { FeatureRow, StoreTransaction } from '../src/index.ts'
import { barAt, cycleRow, ES, level, MINUTE, T0 } from '../src/testing/samples.ts'

const ROUNDS = 40

/** The numbers of all rounds of both. */
export const PAIR_CYCLES: readonly number[] = Array.from({ length: 2 * ROUNDS }, (_, i) => i + 1)

/** How many minutes the rounds have together. */
export const PAIR_MINUTES: number = 2 * (ROUNDS - 1) + 5

/** The rounds of each of two programs: one goes forwards, the other backwards. */
export function pairRounds(writer: number): readonly number[] {
  return Array.from({ length: ROUNDS }, (_, i) => (writer === 0 ? i : ROUNDS - 1 - i))
}

/** Five minutes, each of which is in three rounds; the two writers do not agree on their volume. */
export function pairBars(writer: number, round: number): Bar[] {
  return Array.from({ length: 5 }, (_, i) => barAt(2 * round + i, { volume: 1_000 * (writer + 1) + round }))
}

/** The same twenty levels in every round. */
export function pairLevels(writer: number, round: number): FeatureRow<'reference_levels'>[] {
  return Array.from({ length: 20 }, (_, i) => level({ period_start: T0 + i * MINUTE, price: 2 * round + writer }))
}

/** The record of a round, under the next number: two writers that both had the same one before them were not apart. */
export async function putPairCycle(tx: StoreTransaction, writer: number, round: number): Promise<void> {
  const id = `1000000${writer}-0000-4000-8000-${String(round).padStart(12, '0')}`
  await tx.putCycle(cycleRow({ id, instrument: ES, cycle: (await tx.lastCycle(ES)) + 1 }))
}
