import type { Row } from '@openpredict/store'

import type { CycleReport } from './cycle-report.ts'
import type { Failure } from './failure.ts'
import type { StepName } from './steps.ts'

/** Which part of the system an error is recorded under. */
const COMPONENT = 'collector'

/** The row of `collection_cycles` for a cycle. */
export function cycleRow(
  report: CycleReport,
  {
    host,
    version,
    measure = () => ({}),
  }: {
    readonly host: string
    readonly version: string
    readonly measure?: (() => Readonly<Record<string, number>>) | undefined
  },
): Row<'collection_cycles'> {
  return {
    id: report.id,
    instrument: report.instrument.symbol,
    cycle: report.cycle,
    started_at: report.startedAt,
    finished_at: report.finishedAt,
    duration_ms: report.durationMs,
    waiting_ms: report.waitingMs,
    status: report.status,
    failed_step: report.failedStep ?? null,
    error_category: report.failure?.category ?? null,
    bars_fetched: report.barsFetched,
    bars_new: report.barsNew,
    rows_written: report.rowsWritten,
    step_ms: Object.fromEntries(report.steps.map(({ name, durationMs }) => [name, durationMs])),
    host,
    version,
    measures: { ...measuresOf(report), ...measure() },
  }
}

/** What is measured of every cycle, durations in milliseconds. */
function measuresOf(report: CycleReport): Readonly<Record<string, number>> {
  const { lagMs, delayMs, requests, barsCorrected, barsHeldBack, minutesMissing, minutesHealed } = report
  return {
    ...(lagMs === undefined ? {} : { lag_ms: lagMs }),
    delay_ms: delayMs,
    requests,
    bars_corrected: barsCorrected,
    bars_held_back: barsHeldBack,
    minutes_missing: minutesMissing,
    minutes_healed: minutesHealed,
  }
}

/** The row of `error_log` for a failure of a cycle; `redact` takes secrets out of its texts. */
export function errorRow(
  report: CycleReport,
  operation: StepName,
  failure: Failure,
  { id, redact = (text) => text }: { readonly id: string; readonly redact?: ((text: string) => string) | undefined },
): Row<'error_log'> {
  return {
    id,
    timestamp: report.finishedAt,
    component: COMPONENT,
    operation,
    error_message: redact(failure.message),
    severity: report.status === 'failed' ? 'error' : 'warning',
    error_category: failure.category,
    instrument: report.instrument.symbol,
    cycle: report.cycle,
    details: { code: failure.code, hint: redact(failure.hint) },
  }
}
