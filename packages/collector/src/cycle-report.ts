import type { DropReason } from '@openpredict/fetcher'
import type { Instrument } from '@openpredict/market'

import type { Failure } from './failure.ts'
import type { FetchWindow } from './fetch-window.ts'
import type { OtherCollector } from './other-collector.ts'
import type { StepName } from './steps.ts'

/** How one step of a cycle went. */
export interface StepReport {
  readonly name: StepName
  readonly durationMs: number
  /** Bars fetched, bars stored, or feature rows written. */
  readonly rows: number
  readonly failure?: Failure
}

/** What one cycle did. Instants in epoch ms, durations in real milliseconds. */
export interface CycleReport {
  readonly id: string
  /** Runs on from cycle to cycle of an instrument, also over restarts. */
  readonly cycle: number
  readonly instrument: Instrument
  readonly startedAt: number
  readonly finishedAt: number
  readonly durationMs: number
  /** The part of the duration spent waiting for the source. */
  readonly waitingMs: number
  /** `partial`: a calculator failed, the others' rows are stored. `idle`: the market is closed and nothing was new. */
  readonly status: 'success' | 'partial' | 'failed' | 'idle'
  /** What ended the cycle (`failed`) or the first calculator's failure (`partial`). */
  readonly failure?: Failure
  readonly failedStep?: StepName
  readonly window: FetchWindow
  /** HTTP requests sent, failed attempts and those for missing minutes included. */
  readonly requests: number
  readonly barsFetched: number
  readonly barsNew: number
  /** Stored bars that the source changed. */
  readonly barsCorrected: number
  /** Bars of the answer that are too far from the market to be believed yet. */
  readonly barsHeldBack: number
  /** Open minutes without a bar that were not known to be missing before. */
  readonly minutesMissing: number
  /** Minutes that had been missing and have come. */
  readonly minutesHealed: number
  /** Why no coarser bars could be had; the next cycle asks again. */
  readonly warmUpFailure?: Failure
  /** Why missing minutes could not be asked for again. */
  readonly healingFailure?: Failure
  /** Somebody else has collected the same instrument into this store since the last cycle. */
  readonly otherCollector?: OtherCollector
  /** Feature rows inserted or really changed. */
  readonly rowsWritten: number
  readonly dropped: Readonly<Partial<Record<DropReason, number>>>
  readonly steps: readonly StepReport[]
  readonly watermark?: number
  /** Open time of the newest stored bar. */
  readonly newestBar?: number
  /** How many milliseconds the newest bar lies behind the newest that the source can have. */
  readonly lagMs?: number
  /** How late the source is taken to show a trade, in milliseconds. */
  readonly delayMs: number
  readonly marketOpen: boolean
  readonly dryRun: boolean
}
