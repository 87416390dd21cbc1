import { type LevelCoverage, levelCoverage } from '@openpredict/monitor'
import type { Store } from '@openpredict/store'
import { Gauge, type Registry } from 'prom-client'

import { freeSpaceOf } from '../free-space.ts'

/** Levels come and go with sessions: this often is often enough, and costs nothing. */
const COVERAGE_EVERY_MS = 5 * 60_000

/** Where rows are kept, and by what clock. */
export interface StoreMetricsOptions {
  readonly store: Store
  /** Its local file; absent for one in memory. */
  readonly file: string | undefined
  readonly symbols: readonly string[]
  /** Real time. */
  readonly now: () => number
}

/** Adds what is to be known of the store: room on its disk, and how many types of reference levels it knows. */
export function addStoreMetrics(registry: Registry, { store, file, symbols, now }: StoreMetricsOptions): void {
  if (file !== undefined) {
    const disk = new Gauge({
      name: 'agent1_disk_free_bytes',
      help: 'Room on the disk under the store',
      registers: [registry],
      collect() {
        try {
          disk.set(freeSpaceOf(file).freeBytes)
        } catch {
          // A folder that is gone is the store's failure to tell.
          disk.set(Number.NaN)
        }
      },
    })
  }
  let lookedAt = Number.NEGATIVE_INFINITY
  let looked: Promise<ReadonlyMap<string, LevelCoverage>> | undefined
  const look = (): Promise<ReadonlyMap<string, LevelCoverage>> => {
    if (looked === undefined || now() - lookedAt >= COVERAGE_EVERY_MS) {
      lookedAt = now()
      looked = coverageOf(store, symbols)
    }
    return looked
  }
  const levels = (name: string, help: string, value: (coverage: LevelCoverage) => number): void => {
    const metric = new Gauge({
      name,
      help,
      labelNames: ['instrument'] as const,
      registers: [],
      async collect() {
        const known = await look()
        this.reset()
        for (const [instrument, coverage] of known) this.set({ instrument }, value(coverage))
      },
    })
    registry.registerMetric(metric)
  }
  levels('agent1_reference_levels_known', 'Types of reference levels that are known now', (its) => its.known)
  levels(
    'agent1_reference_levels_expected',
    'Types of reference levels to expect from the bars that are stored',
    (its) => its.expected,
  )
}

/** The coverage of those instruments that have bars. */
async function coverageOf(store: Store, symbols: readonly string[]): Promise<ReadonlyMap<string, LevelCoverage>> {
  const found = new Map<string, LevelCoverage>()
  for (const symbol of symbols) {
    const coverage = await levelCoverage(store, symbol).catch(() => undefined)
    if (coverage !== undefined) found.set(symbol, coverage)
  }
  return found
}
