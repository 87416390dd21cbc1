import type { CycleReport } from '@openpredict/collector'
import { formatInstant } from '@openpredict/market'
import type { AlertNotification } from '@openpredict/monitor'

import type { CollectEvent, CollectObserver } from '../../../collect-event.ts'
import { describeDelivery } from '../../../collecting-store.ts'
import { printFailure } from '../../../exit.ts'
import { count, fitted, formatAge, formatDuration, formatMinute, formatTimeOfDay } from '../../../format.ts'
import { otherCollectorText, statisticsText } from '../../../log/log-lines.ts'
import type { Terminal } from '../../../terminal.ts'

/** Tells a person what the loop does: a line a cycle on standard output, everything else on standard error. */
export function loopObserver(terminal: Terminal): CollectObserver {
  const { colour, stdout } = terminal
  const [out, note] = [terminal.out, terminal.note].map(
    (print) => (line: string) => print(fitted(line, stdout, 2)),
  ) as [Terminal['out'], Terminal['note']]
  return (event) => {
    switch (event.kind) {
      case 'start': {
        const symbols = event.instruments.map(({ symbol }) => symbol).join(', ')
        const every = `every ${(event.intervalMs ?? 0) / 1_000} s`
        note(`${colour.bold(symbols)} from ${event.title} into ${event.location}, ${every}. Ctrl-C stops.`)
        break
      }
      case 'serving':
        note(`metrics at ${event.url}/metrics, health at ${event.url}/healthz`)
        break
      case 'cycle':
        out(cycleLine(event.report, terminal))
        break
      case 'wait':
        if (event.tick.idle)
          note(colour.dim(`the market is closed; looking again at ${formatMinute(event.tick.at)} UTC`))
        break
      case 'hold':
        note(
          `${colour.yellow('!')} asking no more until ${formatTimeOfDay(event.hold.until)} UTC: ${event.hold.failure.message}`,
        )
        break
      case 'release':
        note(`${colour.green('✔')} the source answers again`)
        break
      case 'other-collector':
        note(`${colour.yellow('!')} ${otherCollectorText(event.instrument, event.other)}`)
        break
      case 'disk':
        note(
          event.failure === undefined
            ? `${colour.green('✔')} there is room on the disk again`
            : `${colour.yellow('!')} ${event.failure.message}. ${colour.dim(event.failure.hint)}`,
        )
        break
      case 'clock-jump': {
        const { byMs, at } = event.jump
        const where = byMs < 0 ? 'back' : 'ahead'
        note(`${colour.yellow('!')} the clock moved ${formatAge(Math.abs(byMs))} ${where}, to ${formatInstant(at)}`)
        break
      }
      case 'alert':
        for (const line of alertTexts(event.notification, terminal)) note(line)
        break
      case 'notification':
        if (event.result.failure !== undefined)
          note(`${colour.red('✖')} ${event.result.channel} could not be told: ${event.result.failure}`)
        break
      case 'alerts-failed':
        note(`${colour.yellow('!')} ${event.message}`)
        break
      case 'stopping':
        note(colour.dim(`${event.reason}: finishing, a few seconds at the most; once more ends at once`))
        break
      case 'stop':
        tellEnd(event, terminal)
        break
      default:
        // Told elsewhere, or of interest to machines only.
        break
    }
  }
}

/** A line for each alert of a notification. */
function alertTexts({ kind, alerts }: AlertNotification, { colour }: Terminal): readonly string[] {
  const mark = kind === 'resolved' ? colour.green('✔') : colour.red('✖')
  return alerts.map(
    ({ rule, instrument }) =>
      `${mark} alert ${rule.name}${instrument === undefined ? '' : ` on ${instrument}`}: ${kind} (${rule.condition.text})`,
  )
}

/** Tells of deliveries on standard error. */
export function deliveryObserver(terminal: Terminal): CollectObserver {
  return (event) => {
    if (event.kind === 'delivery') terminal.note(describeDelivery(event.event, { terminal }))
  }
}

function tellEnd(
  { statistics, waiting, summary }: Extract<CollectEvent, { kind: 'stop' }>,
  { note, stdout }: Terminal,
): void {
  for (const its of statistics.instruments) note(fitted(statisticsText(its), stdout, 2))
  if (waiting !== undefined) note(deliveryText(waiting))
  if (summary === undefined) return
  const { success, partial, failed, idle } = summary.cycles
  note(`${count(summary.rounds, 'round')}: ${success} succeeded, ${partial} partial, ${failed} failed, ${idle} idle.`)
}

/** How much has not been delivered. */
export function deliveryText(waiting: number): string {
  return waiting === 0 ? 'everything is delivered' : `${count(waiting, 'row')} wait here for the remote store`
}

/** The summary of one cycle for a person. */
export function printCycle(report: CycleReport, title: string, location: string, terminal: Terminal): void {
  const { out, colour } = terminal
  const { instrument, window, barsFetched, barsNew, barsCorrected, rowsWritten, newestBar, watermark } = report
  if (report.failure !== undefined && report.status === 'failed') {
    printFailure(report.failure, terminal)
    return
  }
  const start = window.cold ? 'cold start' : 'overlap'
  out(`${colour.bold(instrument.symbol)}  ${instrument.name}  ${colour.dim(`from ${title}`)}`)
  out(`  asked for   ${formatMinute(window.from)} – ${formatMinute(window.to)} UTC (${start})`)
  out(
    `  bars        ${count(barsFetched, 'closed bar')}, ${barsNew.toLocaleString('en-US')} new${barsCorrected > 0 ? `, ${barsCorrected} corrected` : ''}${droppedText(report)}`,
  )
  out(`  features    ${count(rowsWritten, 'row')} written`)
  if (newestBar !== undefined) {
    const lag =
      report.lagMs === undefined || report.lagMs === 0 ? 'nothing newer to be had' : `${formatAge(report.lagMs)} behind`
    out(`  newest bar  ${formatMinute(newestBar)} UTC, ${lag}${report.marketOpen ? '' : ', market closed'}`)
  }
  if (watermark !== undefined) out(`  watermark   ${formatMinute(watermark)} UTC`)
  out(
    `  took        ${formatDuration(report.durationMs)}, of it ${formatDuration(report.waitingMs)} waiting for the source`,
  )
  out(`  store       ${location}${report.dryRun ? ' (dry run: nothing was kept)' : ''}`)
  for (const { name, failure } of report.steps) {
    if (failure !== undefined && name !== 'deliver') out(`  ${colour.yellow('!')} ${name} failed: ${failure.message}`)
  }
}

/** One line of the loop's running account. */
function cycleLine(report: CycleReport, { colour }: Terminal): string {
  const mark = {
    success: colour.green('✔'),
    partial: colour.yellow('◐'),
    failed: colour.red('✖'),
    idle: colour.dim('·'),
  }[report.status]
  const head = `${formatTimeOfDay(report.startedAt)} ${mark} ${report.instrument.symbol.padEnd(6)} #${report.cycle}`
  if (report.status === 'failed')
    return `${head}  ${report.failure?.message ?? 'failed'} ${colour.dim(report.failure?.hint ?? '')}`
  const newest = report.newestBar === undefined ? '–' : formatTimeOfDay(report.newestBar)
  const corrected = report.barsCorrected > 0 ? `, ${report.barsCorrected} corrected` : ''
  return `${head}  ${count(report.barsNew, 'new bar')}${corrected} to ${newest}, ${count(report.rowsWritten, 'row')}, ${formatDuration(report.durationMs)}`
}

function droppedText({ dropped }: CycleReport): string {
  const parts = Object.entries(dropped).filter(([, n]) => n > 0)
  return parts.length === 0 ? '' : `; set aside: ${parts.map(([reason, n]) => `${n} ${reason}`).join(', ')}`
}
