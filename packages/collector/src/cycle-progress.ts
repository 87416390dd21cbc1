import type { BarBatch } from '@openpredict/fetcher'
import type { BarSeries } from '@openpredict/market'

import type { StepReport } from './cycle-report.ts'
import type { Failure } from './failure.ts'
import type { FetchWindow } from './fetch-window.ts'
import type { OtherCollector } from './other-collector.ts'
import type { StepName } from './steps.ts'

/** What is known of the cycle that runs. */
export interface Progress {
  readonly id: string
  readonly startedAt: number
  readonly started: number
  readonly dryRun: boolean
  readonly steps: StepReport[]
  step: StepName
  cycle: number
  window: FetchWindow
  batch: BarBatch | undefined
  /** Older minutes that had been missing and were asked for again. */
  healing: BarBatch | undefined
  warmUp: BarSeries | undefined
  warmUpFailure: Failure | undefined
  healingFailure: Failure | undefined
  otherCollector: OtherCollector | undefined
  waitingMs: number
  requests: number
  minutesMissing: number
  minutesHealed: number
  barsNew: number
  barsCorrected: number
  barsHeldBack: number
  newestBar: number | undefined
}
