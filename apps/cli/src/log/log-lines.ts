import { type CycleReport, type Failure, type OtherCollector, STEPS, type StepReport } from '@openpredict/collector'
import { formatInstant, type Instrument } from '@openpredict/market'
import type { DeliveryEvent } from '@openpredict/store/delivery'

import type { CollectEvent } from '../collect-event.ts'
import type { InstrumentStatistics } from '../collect-statistics.ts'
import { count, formatAge, formatTimeOfDay } from '../format.ts'
import { alertLines, notificationLines } from './alert-lines.ts'
import type { LogEntry } from './log.ts'
import type { LogLevel } from './log-level.ts'

/** From here on a cycle is slow: its deadline is 8 s. */
const SLOW_MS = 6_000

/** The lines of the log for what happens while collecting. */
export function linesOf(event: CollectEvent): readonly LogEntry[] {
  switch (event.kind) {
    case 'start': {
      const { instruments, title, location, intervalMs, version } = event
      const symbols = instruments.map(({ symbol }) => symbol)
      const every = intervalMs === undefined ? 'once' : `every ${intervalMs / 1_000} s`
      const message = `Collecting ${symbols.join(', ')} from ${title} into ${location}, ${every}`
      return [
        { level: 'INFO', operation: 'start', status: 'started', message, more: { version, instruments: symbols } },
      ]
    }
    case 'serving':
      return [
        {
          level: 'INFO',
          operation: 'metrics',
          status: 'serving',
          message: `Metrics at ${event.url}/metrics`,
          more: { url: event.url },
        },
      ]
    case 'cycle':
      return cycleLines(event.report)
    case 'wait':
      return event.tick.idle ? [waitLine(event.tick.at)] : []
    case 'retry': {
      const { attempt, pauseMs, request } = event.retry
      const more = { instrument: request.instrument.symbol, ...failureFields(event.failure) }
      const message = `${event.failure.message}; attempt ${attempt} in ${Math.round(pauseMs)} ms`
      return [{ level: 'WARNING', operation: 'fetch', status: 'retrying', message, more }]
    }
    case 'hold': {
      const { until, failure, symbol } = event.hold
      const message = `Asking no more until ${formatInstant(until)}: ${failure.message}`
      const more = { instrument: symbol, ...failureFields(failure), until: formatInstant(until) }
      return [{ level: 'WARNING', operation: 'hold', status: 'held', message, more }]
    }
    case 'release':
      return [{ level: 'INFO', operation: 'hold', status: 'released', message: 'The source answers again' }]
    case 'clock-jump': {
      const { byMs } = event.jump
      const message = `The clock moved ${formatAge(Math.abs(byMs))} ${byMs < 0 ? 'back' : 'ahead'}: it was set, or this machine slept`
      return [{ level: 'WARNING', operation: 'clock_jump', status: 'jumped', message, more: { by_ms: byMs } }]
    }
    case 'delivery':
      return [deliveryLine(event.event)]
    case 'alert':
      return alertLines(event.notification)
    case 'notification':
      return notificationLines(event.result)
    case 'alerts-failed':
      return [{ level: 'ERROR', operation: 'alert', status: 'error', message: event.message }]
    case 'validation':
      return [validationLine(event)]
    case 'validation-failed': {
      const { instrument, failure } = event
      const more = { instrument: instrument.symbol, ...failureFields(failure) }
      const message = `${instrument.symbol} could not be validated: ${failure.message}`
      return [{ level: 'WARNING', operation: 'validate', status: 'error', message, more }]
    }
    case 'other-collector': {
      const { instrument, other } = event
      const message = otherCollectorText(instrument, other)
      const more = { instrument: instrument.symbol, other_host: other.host, other_process: other.processId ?? null }
      return [{ level: 'WARNING', operation: 'other_collector', status: 'found', message, more }]
    }
    case 'disk': {
      const { failure } = event
      if (failure === undefined)
        return [{ level: 'INFO', operation: 'disk', status: 'free', message: 'There is room on the disk again' }]
      const { message } = failure
      return [{ level: 'WARNING', operation: 'disk', status: 'low', message, more: failureFields(failure) }]
    }
    case 'crash':
    case 'fault': {
      const { failure } = event
      return [
        {
          level: 'CRITICAL',
          operation: event.kind === 'crash' ? 'crash' : 'start',
          status: 'failed',
          message: failure.message,
          more: failureFields(failure),
        },
      ]
    }
    case 'stopping':
      return [{ level: 'INFO', operation: 'stop', status: 'stopping', message: `Stopping: ${event.reason}` }]
    case 'reopened':
      return [{ level: 'INFO', operation: 'log', status: 'reopened', message: 'The log file was opened again' }]
    case 'stop':
      return [...event.statistics.instruments.map(statisticsLine), stopLine(event)]
  }
  return event satisfies never
}

/** Who else collects, in words. */
export function otherCollectorText({ symbol }: Instrument, { host, processId }: OtherCollector): string {
  const who = processId === undefined ? host : `process ${processId} on ${host}`
  return `${who} collects ${symbol} into this store, too: rows stay the same, the source is asked twice`
}

/** One line a step that ran, and one for the cycle. */
function cycleLines(report: CycleReport): readonly LogEntry[] {
  const lines = report.steps.map((step) => stepLine(step, report))
  const { failure, failedStep, status } = report
  const isTold = report.steps.some((step) => step.name === failedStep && step.failure !== undefined)
  if (status === 'failed' && failure !== undefined && !isTold) {
    lines.push({
      level: 'ERROR',
      operation: failedStep ?? 'cycle',
      cycle: report.cycle,
      status: 'failed',
      message: failure.message,
      more: { instrument: report.instrument.symbol, ...failureFields(failure) },
    })
  }
  for (const [operation, what, its] of [
    ['warm_up', 'No coarser bars could be had', report.warmUpFailure],
    ['heal', 'Missing minutes could not be asked for again', report.healingFailure],
  ] as const) {
    if (its === undefined) continue
    lines.push({
      level: 'WARNING',
      operation,
      cycle: report.cycle,
      status: 'failed',
      message: `${what}: ${its.message}`,
      more: { instrument: report.instrument.symbol, ...failureFields(its) },
    })
  }
  return [...lines, cycleLine(report)]
}

function stepLine({ name, durationMs, rows, failure }: StepReport, report: CycleReport): LogEntry {
  const common = { operation: name, cycle: report.cycle, durationMs }
  const instrument = report.instrument.symbol
  if (failure !== undefined) {
    const more = { instrument, ...failureFields(failure) }
    return { ...common, level: 'WARNING', status: 'failed', message: failure.message, more }
  }
  return {
    ...common,
    level: 'INFO',
    status: 'success',
    barsFetched: name === 'fetch' ? rows : undefined,
    message: stepMessage(name, rows, report),
    more: { instrument },
  }
}

function stepMessage(name: StepReport['name'], rows: number, report: CycleReport): string {
  if (name === 'fetch') return `Fetched ${count(rows, 'closed bar')} of ${report.instrument.symbol}`
  if (name === 'store_ohlc') {
    const { barsNew, barsCorrected, barsHeldBack } = report
    const held = barsHeldBack > 0 ? `, held back ${barsHeldBack}` : ''
    return `Stored ${count(barsNew, 'new bar')}, ${barsCorrected} corrected${held}`
  }
  return name === 'deliver' ? `Delivered ${count(rows, 'row')}` : `Wrote ${count(rows, 'row')}`
}

/** `Completed in` and the seconds end the message: what is grepped for. */
function cycleLine(report: CycleReport): LogEntry {
  const { status, cycle, durationMs, barsFetched, barsNew, rowsWritten, newestBar, failure, instrument } = report
  const isSlow = durationMs > SLOW_MS && !report.window.cold
  const level: LogLevel =
    status === 'failed' ? 'ERROR' : status === 'partial' || isSlow || !isDelivered(report) ? 'WARNING' : 'INFO'
  const to = newestBar === undefined ? '' : ` to ${formatTimeOfDay(newestBar)} UTC`
  const told =
    status === 'failed'
      ? 'failed'
      : `${count(barsNew, 'new bar')}${to}, ${count(rowsWritten, 'row')}${status === 'idle' ? ', market closed' : ''}${status === 'partial' ? ', not all calculated' : ''}`
  return {
    level,
    operation: 'cycle',
    cycle,
    durationMs,
    status,
    barsFetched,
    message: `Cycle #${cycle} of ${instrument.symbol}: ${told}. Completed in ${(durationMs / 1_000).toFixed(2)}s`,
    more: {
      instrument: instrument.symbol,
      bars_new: barsNew,
      bars_corrected: report.barsCorrected,
      rows_written: rowsWritten,
      waiting_ms: Math.round(report.waitingMs * 10) / 10,
      lag_ms: report.lagMs ?? null,
      ...(failure === undefined ? {} : failureFields(failure)),
    },
  }
}

function isDelivered({ steps }: CycleReport): boolean {
  return steps.every(({ name, failure }) => failure === undefined || (STEPS as readonly string[]).includes(name))
}

function waitLine(at: number): LogEntry {
  const message = `The market is closed; looking again at ${formatInstant(at)}`
  return { level: 'INFO', operation: 'wait', status: 'idle', message, more: { until: formatInstant(at) } }
}

function validationLine({ report, durationMs }: Extract<CollectEvent, { readonly kind: 'validation' }>): LogEntry {
  const { instrument, verdict, score, minutes, checks } = report
  const failed = checks.flatMap((check) => (check.verdict === 'failed' ? [check.id] : []))
  const warned = checks.flatMap((check) => (check.verdict === 'warning' ? [check.id] : []))
  const told = [
    ...(failed.length > 0 ? [`failed ${failed.join(', ')}`] : []),
    ...(warned.length > 0 ? [`warned of ${warned.join(', ')}`] : []),
  ]
  const rounded = score === undefined ? null : Math.floor(score * 10) / 10
  return {
    level: verdict === 'failed' ? 'ERROR' : verdict === 'warning' ? 'WARNING' : 'INFO',
    operation: 'validate',
    durationMs,
    status: verdict,
    message: `Data of ${instrument}: score ${rounded ?? 'none'}, ${told.length > 0 ? told.join(', ') : 'all checks passed'}`,
    more: {
      instrument,
      score: rounded,
      completeness: minutes.ratio ?? null,
      failed_checks: failed,
      warned_checks: warned,
    },
  }
}

function deliveryLine(event: DeliveryEvent): LogEntry {
  const operation = 'delivery'
  switch (event.kind) {
    case 'away': {
      const message = `${event.message}; ${count(event.waiting, 'row')} wait here and will be delivered`
      const more = { category: 'database', code: event.code, hint: event.hint, waiting: event.waiting }
      return { level: 'ERROR', operation, status: 'away', message, more }
    }
    case 'back':
      return {
        level: 'INFO',
        operation,
        status: 'back',
        message: `The remote store takes rows again, after ${formatAge(event.afterMs)}`,
      }
    case 'refused': {
      const message = `The remote store refuses a row of ${event.table} (${event.key}), which is set aside: ${event.message}`
      const more = { category: 'database', code: 'constraint', hint: 'The row stays here. See openpredict db status.' }
      return { level: 'ERROR', operation, status: 'refused', message, more }
    }
    case 'damaged': {
      const aside = event.aside === undefined ? '' : `, put aside as ${event.aside}`
      const more = {
        category: 'database',
        code: 'corrupt',
        hint: 'It is made anew; what is missing comes from the source.',
      }
      return { level: 'ERROR', operation, status: 'damaged', message: `${event.message}${aside}`, more }
    }
    case 'filled':
      return {
        level: 'INFO',
        operation,
        status: 'filled',
        durationMs: event.durationMs,
        message: `Took ${count(event.rows, 'row')} from the remote store`,
      }
  }
  return event satisfies never
}

function statisticsLine(its: InstrumentStatistics): LogEntry {
  const { symbol, cycles, failures, barsNew, barsCorrected, rowsWritten, medianMs, p95Ms, newestBar } = its
  return {
    level: 'INFO',
    operation: 'statistics',
    status: 'final',
    message: statisticsText(its),
    more: {
      instrument: symbol,
      cycles,
      failures,
      bars_new: barsNew,
      bars_corrected: barsCorrected,
      rows_written: rowsWritten,
      median_ms: medianMs ?? null,
      p95_ms: p95Ms ?? null,
      newest_bar: newestBar === undefined ? null : formatInstant(newestBar),
    },
  }
}

/** `NQ=F: 31 succeeded, 0 partial, 0 failed, 0 idle; 7,010 new bars, …`. */
export function statisticsText({
  symbol,
  cycles,
  barsNew,
  barsCorrected,
  rowsWritten,
  medianMs,
  p95Ms,
}: InstrumentStatistics): string {
  const { success, partial, failed, idle } = cycles
  const corrected = barsCorrected > 0 ? `, ${barsCorrected} corrected` : ''
  const times =
    medianMs === undefined || p95Ms === undefined
      ? ''
      : `; cycles of ${Math.round(medianMs)} ms (median), ${Math.round(p95Ms)} ms (p95)`
  return `${symbol}: ${success} succeeded, ${partial} partial, ${failed} failed, ${idle} idle; ${count(barsNew, 'new bar')}${corrected}, ${count(rowsWritten, 'row')}${times}`
}

function stopLine({ statistics, waiting }: Extract<CollectEvent, { readonly kind: 'stop' }>): LogEntry {
  const wait = waiting === undefined || waiting === 0 ? '' : `; ${count(waiting, 'row')} wait here for the remote store`
  const message = `Stopped after ${count(statistics.cycles, 'cycle')}${wait}`
  const more = waiting === undefined ? {} : { waiting }
  return { level: 'INFO', operation: 'stop', status: 'stopped', message, more }
}

function failureFields({ category, code, hint }: Failure): Readonly<Record<string, unknown>> {
  return { category, code, hint }
}
