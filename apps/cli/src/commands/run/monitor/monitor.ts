import { formatInstant } from '@openpredict/market'
import {
  collectedIn,
  judgeDeploy,
  makeDayReport,
  watchCollector,
  type WatchObserver,
  type WatchSample,
} from '@openpredict/monitor'

import { configuredInstruments, configuredInterval, configuredStore } from '../../../configuration.ts'
import { EXIT } from '../../../exit.ts'
import { openNamedStore } from '../../../named-store.ts'
import { discreet, redactorFor } from '../../../secrets.ts'
import type { Services } from '../../../services.ts'
import { StoppedBySignal } from '../../../stopped.ts'
import type { Terminal } from '../../../terminal.ts'
import type { MonitorFlags } from '../../monitor.ts'
import type { MonitorAlerts, openMonitorAlerts } from '../alerts/alerts-monitor.ts'
import { askMetrics } from './monitor-metrics.ts'
import { sampleJson, sampleLines } from './monitor-lines.ts'
import { namedInstruments, printReport, timeOf, watchedInstruments } from '../report/report.ts'
import { openReportFiles } from '../report/report-files.ts'

/** Up to so long, a watch is the check after a deploy. */
const DEPLOY_MS = 3_600_000

/** Watches a collector from outside, then reports on the time in which it did. */
export async function monitor(flags: MonitorFlags, outside: Services): Promise<number> {
  const redactor = redactorFor(outside.env, [flags.store, flags.metrics])
  const services = { ...outside, terminal: discreet(outside.terminal, redactor) }
  const { terminal, signal, env, version, timer } = services
  const files = await openReportFiles(flags.output)
  const ask = flags.metrics === undefined ? undefined : askMetrics(flags.metrics, timer)
  const clock = await timeOf(flags.source, services)
  const intervalMs = configuredInterval(flags, env) * 1_000
  await using store = await openNamedStore(configuredStore(flags, env), services, { readOnly: true })
  const named = namedInstruments(flags)

  // Each is told of every look, in turn; what judges alerts is one more.
  const observers: WatchObserver[] = [printer(terminal, flags.json === true)]
  await using alerts = await monitorAlerts(flags, services, { redactor, store, clock, intervalMs })
  if (alerts !== undefined) observers.push(alerts.judge)
  const seen = await watchCollector({
    store,
    ...(named === undefined ? { configured: configuredInstruments(flags, env) } : { instruments: named }),
    clock,
    durationMs: flags.duration,
    everyMs: intervalMs,
    intervalMs,
    ...(ask === undefined ? {} : { askMetrics: ask }),
    observers,
    signal,
  })
  const reason: unknown = signal.reason
  if (seen.stopped && seen.cycles === 0 && reason instanceof StoppedBySignal) return reason.exitCode

  const { from, to } = seen
  const found = named ?? (await collectedIn(store, { from, to }))
  const report = await makeDayReport({
    store,
    instruments: found.length > 0 ? found : configuredInstruments(flags, env),
    from,
    to,
    madeAt: to,
    version,
    intervalMs,
    watch: {
      start: formatInstant(from),
      end: formatInstant(to),
      durationMs: flags.duration,
      samples: seen.samples,
      storeFailures: seen.storeFailures,
      ...(ask === undefined ? {} : { metricsFailures: seen.metricsFailures }),
    },
  })
  await files.write(report, redactor.text)
  const isGood = printReport(report, services, flags.json === true)
  if (flags.duration > DEPLOY_MS) return isGood ? EXIT.fine : EXIT.no
  const checks = judgeDeploy(report)
  if (flags.json !== true) printChecks(checks, terminal)
  return isGood && checks.every(({ ok }) => ok) ? EXIT.fine : EXIT.no
}

/** Judges the alert rules at every look, where that is wanted. */
async function monitorAlerts(
  flags: MonitorFlags,
  services: Services,
  watched: Omit<Parameters<typeof openMonitorAlerts>[2], 'instruments'>,
): Promise<MonitorAlerts | undefined> {
  if (flags.alerting !== true && flags.alerts === undefined) return undefined
  const { openMonitorAlerts: open } = await import('../alerts/alerts-monitor.ts')
  const { store, clock } = watched
  const instruments = await watchedInstruments(flags, services, { store, now: clock.now() })
  return open(flags, services, { ...watched, instruments })
}

function printer(terminal: Terminal, json: boolean): WatchObserver {
  let before: WatchSample | undefined
  return (sample) => {
    if (json) terminal.out(JSON.stringify(sampleJson(sample)))
    else for (const line of sampleLines(sample, before, terminal)) terminal.out(line)
    before = sample
  }
}

function printChecks(checks: ReturnType<typeof judgeDeploy>, { out, colour }: Terminal): void {
  out('')
  out(colour.bold('After a deploy'))
  for (const { name, ok, message } of checks) out(`  ${ok ? colour.green('✔') : colour.red('✖')} ${name}: ${message}`)
}
