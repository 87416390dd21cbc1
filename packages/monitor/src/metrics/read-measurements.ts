import type { Row, Store } from '@openpredict/store'

import { levelCoverage } from './level-coverage.ts'
import type { Measurements } from './measurements.ts'

/** Codes of failures that mean damage to what is stored. */
const DAMAGE: readonly unknown[] = ['corrupt', 'not-a-database', 'foreign-database', 'changed-migration']

type Readable = Pick<Store, 'readRows' | 'newestBar' | 'oldestBar'>

/**
 * The cycles of an instrument that a store has since an instant (epoch ms), in the order in which they ended, and the last
 * one before: a collector that stopped long ago has stopped, and is not unknown.
 */
export async function readCycles(
  store: Pick<Store, 'readRows'>,
  instrument: string,
  since: number,
): Promise<readonly Row<'collection_cycles'>[]> {
  const before = await store.readRows('collection_cycles', { instrument, to: since, newestFirst: true, limit: 1 })
  const rows = await store.readRows('collection_cycles', { instrument, from: since })
  return [...before, ...rows].toSorted((a, b) => a.finished_at - b.finished_at)
}

/** Takes over how many levels are known, of every instrument; `now` is when. */
export async function measureCoverage(store: Readable, measurements: Measurements, now: number): Promise<void> {
  for (const symbol of measurements.symbols) {
    const coverage = await levelCoverage(store, symbol)
    if (coverage === undefined) continue
    measurements.setGauge('reference_levels_count', { at: now, value: coverage.known }, symbol)
    measurements.setGauge('expected_count', { at: now, value: coverage.expected }, symbol)
    measurements.setGauge('sessions_count', { at: now, value: coverage.sessions }, symbol)
  }
}

/** Takes over the damage that was recorded since an instant (epoch ms). */
export async function measureDamage(
  store: Pick<Store, 'readRows'>,
  measurements: Measurements,
  since: number,
): Promise<void> {
  for (const { timestamp, details } of await store.readRows('error_log', { from: since }))
    if (isDamage(details)) measurements.addEvent('data_corruption', timestamp)
}

/** Whether the code of a failure means that what is stored is damaged. */
export function isDamageCode(code: string): boolean {
  return DAMAGE.includes(code)
}

function isDamage(details: Row<'error_log'>['details']): boolean {
  if (typeof details !== 'object' || details === null) return false
  const { code } = details as Readonly<Record<string, unknown>>
  return typeof code === 'string' && isDamageCode(code)
}
