import type { Calendar, Instrument } from '@openpredict/market'

import type { Progress } from './cycle-progress.ts'
import type { CycleReport } from './cycle-report.ts'
import type { Failure } from './failure.ts'
import { lagOf } from './lag.ts'
import { canHaveNewBar } from './schedule.ts'
import { DELIVER } from './steps.ts'

/** What a report says that is not in the progress of its cycle. */
export interface ReportFrame {
  readonly instrument: Instrument
  readonly calendar: Calendar
  /** Market time, epoch ms. */
  readonly finishedAt: number
  /** Real time, in milliseconds. */
  readonly durationMs: number
  /** What ended the cycle. */
  readonly failure: Failure | undefined
}

/** The report of a cycle that has got as far as `progress` says. */
export function assembleReport(progress: Progress, frame: ReportFrame): CycleReport {
  const { instrument, calendar, finishedAt, durationMs, failure } = frame
  const { batch, steps, newestBar } = progress
  const { delayMs } = batch ?? instrument
  const lagMs = lagOf({ now: finishedAt, newestBar, calendar, delayMs })
  const calculated = steps.filter(({ name }) => name !== DELIVER)
  const partial = calculated.find((step) => step.failure !== undefined)
  const marketOpen = canHaveNewBar(progress.startedAt, calendar, delayMs)
  const nothingNew = progress.barsNew === 0 && progress.barsCorrected === 0
  const status = failure ? 'failed' : partial ? 'partial' : !marketOpen && nothingNew ? 'idle' : 'success'
  const what = failure ?? partial?.failure
  const where = failure ? progress.step : partial?.name
  return {
    id: progress.id,
    cycle: progress.cycle,
    instrument,
    startedAt: progress.startedAt,
    finishedAt,
    durationMs,
    waitingMs: progress.waitingMs,
    status,
    ...(what === undefined ? {} : { failure: what }),
    ...(where === undefined ? {} : { failedStep: where }),
    window: progress.window,
    requests: progress.requests,
    barsFetched: batch?.bars.length ?? 0,
    barsNew: progress.barsNew,
    barsCorrected: progress.barsCorrected,
    barsHeldBack: progress.barsHeldBack,
    minutesMissing: progress.minutesMissing,
    minutesHealed: progress.minutesHealed,
    ...(progress.warmUpFailure === undefined ? {} : { warmUpFailure: progress.warmUpFailure }),
    ...(progress.healingFailure === undefined ? {} : { healingFailure: progress.healingFailure }),
    ...(progress.otherCollector === undefined ? {} : { otherCollector: progress.otherCollector }),
    rowsWritten: calculated.slice(2).reduce((sum, { rows }) => sum + rows, 0),
    dropped: batch?.dropped ?? {},
    steps,
    ...(batch === undefined ? {} : { watermark: batch.watermark }),
    ...(newestBar === undefined ? {} : { newestBar }),
    ...(lagMs === undefined ? {} : { lagMs }),
    delayMs,
    marketOpen,
    dryRun: progress.dryRun,
  }
}
