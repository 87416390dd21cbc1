import type { CollectorOutage } from '../service-levels/collector-levels.ts'
import type { CycleFigures } from '../service-levels/cycle-figures.ts'
import type { ErrorGroup } from '../service-levels/error-groups.ts'
import type { MissingStretch } from '../service-levels/missing-stretches.ts'
import type { Restart } from '../service-levels/process-lives.ts'
import type { Resources } from '../service-levels/resources.ts'
import type { Stretch } from '../service-levels/stretches.ts'
import type { DataFigures } from './data-figures.ts'
import type { WithInstants } from './instants.ts'
import type { Timeline } from './timeline.ts'

/** The figures of cycles as a report has them: instants written out. */
export type ReportedFigures = Omit<CycleFigures, 'stretches'> & {
  readonly stretches: readonly WithInstants<Stretch, 'start' | 'end'>[]
}

/** One instrument of a report. */
export interface ReportedInstrument {
  readonly symbol: string
  readonly figures: ReportedFigures
  readonly data: Omit<DataFigures, 'missing' | 'newestBar'> & {
    readonly newestBar?: string | undefined
    readonly missing: readonly WithInstants<MissingStretch, 'start' | 'end'>[]
  }
}

/** A process that collected. */
export interface ReportedProcess {
  readonly host: string
  readonly processId: number
  readonly version: string
  /** When its first cycle of the window began, and its last one ended. */
  readonly start: string
  readonly end: string
  readonly cycles: number
}

/** What `monitor` saw with its own eyes while it watched. */
export interface ReportedWatch {
  readonly start: string
  readonly end: string
  /** How long it was to watch, ms. */
  readonly durationMs: number
  readonly samples: number
  /** Samples that the store did not answer. */
  readonly storeFailures: number
  /** Samples that the metrics endpoint did not answer well; absent where none was asked. */
  readonly metricsFailures?: number | undefined
}

/**
 * How a collector did over a window, a day as a rule: what `report` and `monitor` write as JSON. Instants are ISO 8601 in
 * UTC, but for the columns of `timeline`; durations are milliseconds, shares 0 to 1, sizes bytes. A figure that is not
 * known is absent.
 */
export interface DayReport {
  readonly kind: 'day'
  readonly format: 1
  readonly madeAt: string
  /** The version of the program that made it. */
  readonly version: string
  /** Where the rows are that it was made from, safe to print. */
  readonly store: string
  readonly from: string
  readonly to: string
  /** How often cycles were expected while the market was open. */
  readonly intervalMs: number
  readonly all: ReportedFigures
  readonly instruments: readonly ReportedInstrument[]
  readonly outages: readonly WithInstants<CollectorOutage, 'start' | 'end'>[]
  readonly processes: readonly ReportedProcess[]
  readonly restarts: readonly WithInstants<Restart, 'at'>[]
  readonly resources: Resources
  readonly errors: readonly WithInstants<ErrorGroup, 'first' | 'last'>[]
  readonly timeline: Timeline
  readonly watch?: ReportedWatch | undefined
}
