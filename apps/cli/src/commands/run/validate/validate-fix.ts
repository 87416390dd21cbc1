import { backfill, importBars } from '@openpredict/collector'
import { BarSeries, type Instrument } from '@openpredict/market'
import type { CheckId, QualityReport } from '@openpredict/monitor'
import type { Store } from '@openpredict/store'

import type { OpenedSource } from '../../../open-source.ts'
import type { Services } from '../../../services.ts'

/** Checks that a new calculation of the features mends. */
const OF_FEATURES: readonly CheckId[] = [
  'feature-freshness',
  'levels',
  'pivots',
  'values',
  'events',
  'fair-value-gaps',
  'recompute',
]

/** What mending did. */
export interface Fix {
  /** Stretches that the source was asked for. */
  readonly stretches: number
  /** Bars that came. */
  readonly inserted: number
  /** Those of them that were known to be missing. */
  readonly healed: number
  /** Open minutes that the source does not have either, which are recorded now. */
  readonly absent: number
  /** Whether the features were computed again. */
  readonly recomputed: boolean
  readonly rowsWritten: number
  /** The score before; absent when nothing could be judged. */
  readonly scoreBefore?: number
}

/** What to mend with. */
export interface FixOptions {
  readonly instrument: Instrument
  readonly store: Store
  readonly source: OpenedSource
  readonly services: Services
}

/**
 * Asks the source for minutes without an answer, and computes the features again where they are missing or wrong; then
 * judges `again`. Where nothing can be mended, the report stays what it was.
 */
export async function fixQuality(
  before: QualityReport,
  again: () => Promise<QualityReport>,
  { instrument, store, source: { source, clock }, services: { timer, signal } }: FixOptions,
): Promise<{ readonly report: QualityReport; readonly fix: Fix }> {
  const sum = { inserted: 0, healed: 0, absent: 0, rowsWritten: 0 }
  for (const { start: from, end: to } of before.unanswered) {
    const filled = await backfill({ instrument, source, store, clock, timer, from, to, signal })
    sum.inserted += filled.inserted
    sum.healed += filled.healed
    sum.absent += filled.missing
    sum.rowsWritten += filled.rowsWritten
  }
  const stretches = before.unanswered.length
  let report = stretches === 0 ? before : await again()
  const recomputed = report.checks.some(({ id, verdict }) => OF_FEATURES.includes(id) && verdict !== 'passed')
  if (recomputed) {
    const none = BarSeries.from([])
    const { rowsWritten } = await importBars({
      instrument,
      bars: none,
      store,
      clock,
      timer,
      source: source.name,
      signal,
    })
    sum.rowsWritten += rowsWritten
    report = await again()
  }
  const scoreBefore = before.score === undefined ? {} : { scoreBefore: before.score }
  return { report, fix: { stretches, ...sum, recomputed, ...scoreBefore } }
}
