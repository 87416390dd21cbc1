import { createEngine } from '@openpredict/calculators'
import type { BarSeries, Clock, Instrument } from '@openpredict/market'
import type { Store } from '@openpredict/store'

import { keepBars } from './bar-keeping.ts'
import type { Failure } from './failure.ts'
import { FeatureEngine } from './feature-engine.ts'

const MINUTE = 60_000

/** What to import and where to. */
export interface ImportOptions {
  readonly instrument: Instrument
  /** Closed 1-minute bars, ascending. */
  readonly bars: BarSeries
  readonly store: Store
  /** Market time: stamps what is stored. */
  readonly clock: Clock
  /** Real time: durations. */
  readonly timer: Clock
  /** The name of the source that is recorded with the bars. */
  readonly source: string
  /** Stores the bars and leaves the features to the next collection. @default false */
  readonly barsOnly?: boolean
  /** Aborts the import; nothing of it is kept. */
  readonly signal?: AbortSignal
}

/** What an import changed. */
export interface ImportResult {
  readonly inserted: number
  /** Stored bars that were replaced; the old ones are kept as revisions. */
  readonly corrected: number
  readonly unchanged: number
  /** Feature rows inserted, changed or removed. */
  readonly rowsWritten: number
  /** Calculators that failed; the others' rows are stored. */
  readonly failures: readonly Failure[]
}

/**
 * Puts bars into the store and makes the features those of all bars then stored, in one transaction.
 *
 * Bars between or before stored ones change history; features that have other values then are kept as revisions.
 */
export async function importBars(options: ImportOptions): Promise<ImportResult> {
  const { instrument, bars, store, clock, timer, source, barsOnly = false, signal } = options
  const { symbol } = instrument
  return await store.transaction(
    async (tx) => {
      const now = clock.now()
      const features = new FeatureEngine({ symbol, timer, createEngine: () => createEngine({ instrument }) })
      const known = await features.reached(tx)
      const newestBefore = (await tx.newestBar(symbol))?.time
      const kept = await keepBars(tx, instrument, bars, { source, ingestedAt: now, known })
      const result = { inserted: kept.inserted.length, corrected: kept.corrected, unchanged: kept.unchanged }
      const newest = await tx.newestBar(symbol)
      if (barsOnly || newest === undefined) return { ...result, rowsWritten: 0, failures: [] }
      const steps = await features.update(tx, {
        bars: kept.inserted,
        newestBefore,
        historyChanged: kept.historyChanged,
        asOf: Math.max(newest.time + MINUTE, known ?? 0),
        now,
      })
      const failures = steps.flatMap(({ failure }) => (failure === undefined ? [] : [failure]))
      return { ...result, rowsWritten: steps.reduce((sum, { rows }) => sum + rows, 0), failures }
    },
    signal === undefined ? {} : { signal },
  )
}
