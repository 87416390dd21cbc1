import { createEngine } from '@openpredict/calculators'
import { type BarSeries, type Calendar, calendarOf, type Clock, type Instrument } from '@openpredict/market'
import type { Store } from '@openpredict/store'

import { keepBars } from './bar-keeping.ts'
import type { Failure } from './failure.ts'
import { FeatureEngine } from './feature-engine.ts'
import { recordMissing } from './missing-minutes.ts'

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
  /**
   * The stretch (epoch ms, `to` not included) of which these are all bars that the source has closed: open minutes in it
   * without one are recorded as missing. @default nothing is said about missing minutes
   */
  readonly covered?: { readonly from: number; readonly to: number }
  /** When the instrument trades, for `covered`. @default the instrument's own calendar */
  readonly calendar?: Calendar
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
  /** Minutes that had been missing and have come. */
  readonly healed: number
  /** Open minutes without a bar that were not known to be missing before. */
  readonly missing: number
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
  const { instrument, bars, store, clock, timer, source, covered, barsOnly = false, signal } = options
  const { calendar = calendarOf(instrument) } = options
  const { symbol } = instrument
  return await store.transaction(
    async (tx) => {
      const now = clock.now()
      const features = new FeatureEngine({ symbol, timer, createEngine: () => createEngine({ instrument }) })
      const known = await features.reached(tx)
      const newestBefore = (await tx.newestBar(symbol))?.time
      const kept = await keepBars(tx, instrument, bars, { source, ingestedAt: now, known })
      const missing =
        covered === undefined ? 0 : await recordMissing(tx, { symbol, calendar, ...covered, askedAt: now })
      const { corrected, unchanged, healed } = kept
      const result = { inserted: kept.inserted.length, corrected, unchanged, healed, missing }
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
