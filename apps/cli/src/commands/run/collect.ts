import { type Collector, createCollector, type CycleReport, runLoop } from '@openpredict/collector'
import type { Instrument } from '@openpredict/market'

import { type CollectingStore, finishDelivery, openCollectingStore } from '../../collecting-store.ts'
import { configuredInstruments, configuredInterval } from '../../configuration.ts'
import { EXIT, exitCodeOf, printFailure } from '../../exit.ts'
import { count, formatAge, formatDuration, formatMinute, formatTimeOfDay } from '../../format.ts'
import { type OpenedSource, openSource } from '../../open-source.ts'
import type { Services } from '../../services.ts'
import type { Terminal } from '../../terminal.ts'
import type { CollectFlags } from '../collect.ts'
import { cycleJson } from './cycle-json.ts'

/** How long a single cycle waits for the delivery of its rows. */
const ONCE_DELIVERY_MS = 60_000
/** How long the loop waits for it when it is stopped: what does not go then, goes at the next start. */
const LAST_DELIVERY_MS = 2_500

/** One cycle of every instrument. */
export async function collectOnce(flags: CollectFlags, services: Services): Promise<number> {
  const { terminal, signal } = services
  return await withCollectors(flags, services, async (collectors, { title }, opened) => {
    const { store } = opened
    const reports: CycleReport[] = []
    for (const collector of collectors) {
      const { symbol } = collector.instrument
      const work = (): Promise<CycleReport> => collector.runCycle({ signal, dryRun: flags.dryRun === true })
      const report = flags.json === true ? await work() : await terminal.spin(`${symbol} from ${title}`, work)
      reports.push(report)
      if (flags.json !== true) printCycle(report, title, store.location, terminal)
    }
    const delivery = await finishDelivery(opened, services, { ms: ONCE_DELIVERY_MS, signal })
    const waiting = delivery?.waiting ?? 0
    if (flags.json === true)
      terminal.out(JSON.stringify(reports.length === 1 ? cycleJson(reports[0] as CycleReport) : reports.map(cycleJson)))
    else if (delivery !== undefined) terminal.out(`  delivery    ${deliveryText(waiting)}`)
    return Math.max(worst(reports), waiting > 0 ? EXIT.store : EXIT.fine)
  })
}

/** Cycles on every minute until stopped. */
export async function collectLoop(flags: CollectFlags, services: Services): Promise<number> {
  const { terminal, signal, timer } = services
  const intervalMs = configuredInterval(flags, services.env) * 1_000
  return await withCollectors(flags, services, async (collectors, { clock, title }, opened) => {
    const { note, colour } = terminal
    const last = new Map<string, CycleReport>()
    if (flags.json !== true) {
      const symbols = collectors.map(({ instrument }) => instrument.symbol).join(', ')
      note(
        `${colour.bold(symbols)} from ${title} into ${opened.store.location}, every ${intervalMs / 1_000} s. Ctrl-C stops.`,
      )
    }
    const summary = await runLoop({
      collectors,
      clock,
      timer,
      signal,
      intervalMs,
      dryRun: flags.dryRun === true,
      ...(flags.cycles === undefined ? {} : { cycles: flags.cycles }),
      onCycle(report) {
        last.set(report.instrument.symbol, report)
        if (flags.json === true) terminal.out(JSON.stringify(cycleJson(report)))
        else terminal.out(cycleLine(report, terminal))
      },
      onWait({ at, idle }) {
        if (idle && flags.json !== true)
          note(colour.dim(`the market is closed; looking again at ${formatMinute(at)} UTC`))
      },
    })
    const { success, partial, failed, idle } = summary.cycles
    const delivery = await finishDelivery(opened, services, { ms: LAST_DELIVERY_MS })
    if (flags.json !== true) {
      if (delivery !== undefined) note(deliveryText(delivery.waiting))
      note(
        `${count(summary.rounds, 'round')}: ${success} succeeded, ${partial} partial, ${failed} failed, ${idle} idle.`,
      )
    }
    if (summary.stopped) return EXIT.fine
    return worst([...last.values()])
  })
}

/** Opens source and store, makes the collectors, and closes what was opened. */
async function withCollectors(
  flags: CollectFlags,
  services: Services,
  work: (collectors: readonly Collector[], source: OpenedSource, store: CollectingStore) => Promise<number>,
): Promise<number> {
  const instruments = configuredInstruments(flags, services.env)
  const opened = await openSource(flags.source, services)
  await using stored = await openCollectingStore(flags, services)
  const collectors = instruments.map((instrument: Instrument) =>
    createCollector({
      instrument,
      source: opened.source,
      store: stored.store,
      ...(stored.delivery === undefined ? {} : { delivery: stored.delivery }),
      clock: opened.clock,
      timer: services.timer,
      ...opened.window,
      host: services.host,
      version: services.version,
    }),
  )
  return await work(collectors, opened, stored)
}

function deliveryText(waiting: number): string {
  return waiting === 0 ? 'everything is delivered' : `${count(waiting, 'row')} wait here for the remote store`
}

/** The summary of one cycle for a person. */
function printCycle(report: CycleReport, title: string, location: string, terminal: Terminal): void {
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

function worst(reports: readonly CycleReport[]): number {
  const codes = reports.map(({ status, failure, failedStep }) => {
    if (status === 'failed' && failure !== undefined) return failedStep === 'fetch' ? EXIT.source : exitCodeOf(failure)
    return status === 'partial' ? EXIT.no : EXIT.fine
  })
  return Math.max(EXIT.fine, ...codes)
}
