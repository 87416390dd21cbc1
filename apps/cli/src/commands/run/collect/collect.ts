import { type Collector, createCollector, type CycleReport, describeFailure, runLoop } from '@openpredict/collector'
import type { Instrument } from '@openpredict/market'

import { type CollectingStore, finishDelivery, openCollectingStore } from '../../../collecting-store.ts'
import { configuredInstruments, configuredInterval, configuredWarmUp } from '../../../configuration.ts'
import { EXIT, exitCodeOf, failureOf } from '../../../exit.ts'
import { processMeasures } from '../../../metrics/process-measures.ts'
import { type OpenedSource, openSource } from '../../../open-source.ts'
import type { Services } from '../../../services.ts'
import { StoppedBySignal } from '../../../stopped.ts'
import type { CollectFlags } from '../../collect.ts'
import { deliveryObserver, deliveryText, loopObserver, printCycle } from './collect-terminal.ts'
import { type CollectWatch, openWatch } from './collect-watch.ts'
import { cycleJson } from './cycle-json.ts'
import { DiskWatch } from './disk-watch.ts'
import { openLoopWatch } from './loop-watch.ts'
import type { LoopValidation } from '../validate/validate-loop.ts'

/** How long a single cycle waits for the delivery of its rows. */
const ONCE_DELIVERY_MS = 60_000
/** The real time in which a stopped loop ends, and the part of it that a delivery gets at least. */
const STOP_MS = 4_800
const LEAST_DELIVERY_MS = 300
/** How long it waits at the most: what does not go then, goes at the next start. */
const LAST_DELIVERY_MS = 2_500

/** What is collected with. */
interface Collecting {
  readonly collectors: readonly Collector[]
  readonly opened: OpenedSource
  readonly stored: CollectingStore
}

/** One cycle of every instrument. */
export async function collectOnce(flags: CollectFlags, outside: Services): Promise<number> {
  await using watch = await openWatch(flags, outside, false)
  const { services, emit, format, statistics } = watch
  const { terminal, signal } = services
  return await withCollectors(flags, watch, {}, async ({ collectors, opened: { title }, stored }) => {
    const { location } = stored.store
    const reports: CycleReport[] = []
    try {
      for (const collector of collectors) {
        const { symbol } = collector.instrument
        const work = (): Promise<CycleReport> => collector.runCycle({ signal, dryRun: flags.dryRun === true })
        const report = format === 'pretty' ? await terminal.spin(`${symbol} from ${title}`, work) : await work()
        reports.push(report)
        emit({ kind: 'cycle', report })
        if (format === 'pretty') printCycle(report, title, location, terminal)
      }
      const delivery = await finishDelivery(stored, services, { ms: ONCE_DELIVERY_MS, signal })
      const waiting = delivery?.waiting ?? 0
      if (flags.json === true)
        terminal.out(
          JSON.stringify(reports.length === 1 ? cycleJson(reports[0] as CycleReport) : reports.map(cycleJson)),
        )
      else if (format === 'pretty' && delivery !== undefined) terminal.out(`  delivery    ${deliveryText(waiting)}`)
      return Math.max(worst(reports), waiting > 0 ? EXIT.store : EXIT.fine)
    } finally {
      emit({ kind: 'stop', statistics: statistics.statistics() })
    }
  })
}

/** Cycles on every minute until stopped. */
export async function collectLoop(flags: CollectFlags, outside: Services): Promise<number> {
  const intervalMs = configuredInterval(flags, outside.env) * 1_000
  await using watch = await openWatch(flags, outside, true)
  const { services, emit, format, statistics } = watch
  const { terminal, signal, timer } = services
  if (format === 'pretty') watch.add(loopObserver(terminal))
  return await withCollectors(flags, watch, { intervalMs }, async ({ collectors, opened, stored }) => {
    const last = new Map<string, CycleReport>()
    /** Other collectors of the same rows that were told of. */
    const known = new Set<string>()
    const validation = await loopValidation(flags, watch, { opened, stored })
    let stoppedAt: number | undefined
    const noteStop = (): void => {
      stoppedAt = timer.now()
    }
    if (signal.aborted) noteStop()
    else signal.addEventListener('abort', noteStop, { once: true })
    const summary = await runLoop({
      collectors,
      clock: opened.clock,
      timer,
      signal,
      speed: opened.speed,
      intervalMs,
      dryRun: flags.dryRun === true,
      ...(flags.cycles === undefined ? {} : { cycles: flags.cycles }),
      onCycle(report) {
        const { instrument, otherCollector: other } = report
        if (other !== undefined) {
          const who = `${instrument.symbol} ${other.host} ${other.processId}`
          if (!known.has(who)) emit({ kind: 'other-collector', instrument, other })
          known.add(who)
        }
        last.set(instrument.symbol, report)
        if (flags.json === true) terminal.out(JSON.stringify(cycleJson(report)))
        emit({ kind: 'cycle', report })
      },
      onWait: (tick) => emit({ kind: 'wait', tick }),
      onHold: (hold) => emit({ kind: 'hold', hold }),
      onRelease: () => emit({ kind: 'release' }),
      onClockJump: (jump) => emit({ kind: 'clock-jump', jump }),
    })
    await validation?.end()
    signal.removeEventListener('abort', noteStop)
    const left = stoppedAt === undefined ? LAST_DELIVERY_MS : stoppedAt + STOP_MS - timer.now()
    const ms = Math.max(LEAST_DELIVERY_MS, Math.min(LAST_DELIVERY_MS, left))
    const delivery = await finishDelivery(stored, services, { ms })
    emit({ kind: 'stop', statistics: statistics.statistics(), summary, ...delivery })
    if (!summary.stopped) return worst([...last.values()])
    const reason: unknown = signal.reason
    return summary.rounds === 0 && reason instanceof StoppedBySignal ? reason.exitCode : EXIT.fine
  })
}

/** Judges what is stored beside the cycles, where that is wanted. */
async function loopValidation(
  { validateEvery: everyMs }: CollectFlags,
  { services: { timer, signal }, emit, add }: CollectWatch,
  { opened: { clock }, stored: { store } }: Pick<Collecting, 'opened' | 'stored'>,
): Promise<LoopValidation | undefined> {
  if (everyMs === undefined) return undefined
  const { LoopValidation } = await import('../validate/validate-loop.ts')
  const validation = new LoopValidation({ store, clock, timer, everyMs, emit, signal })
  add(validation.observe)
  return validation
}

/** Opens source and store, makes the collectors, and closes what was opened. */
async function withCollectors(
  flags: CollectFlags,
  watch: CollectWatch,
  loop: { readonly intervalMs?: number },
  work: (collecting: Collecting) => Promise<number>,
): Promise<number> {
  const { services, emit, redactor } = watch
  const { env, version, host, timer, signal } = services
  const { intervalMs } = loop
  try {
    const instruments = configuredInstruments(flags, env)
    const warmUpDays = configuredWarmUp(env)
    const opened = await openSource(flags.source, services, (retry) =>
      emit({ kind: 'retry', retry, failure: describeFailure(retry.error) }),
    )
    await using watched =
      intervalMs === undefined ? undefined : await openLoopWatch(flags, watch, { instruments, opened, intervalMs })
    if (watch.format !== 'json') watch.add(deliveryObserver(services.terminal))
    await using stored = await openCollectingStore(flags, services, (event) => emit({ kind: 'delivery', event }))
    const { store, delivery } = stored
    if (delivery !== undefined) watched?.addDelivery(() => delivery.status())
    await watched?.addStore(store, stored.file)
    const disk = new DiskWatch(stored.file, emit)
    const collectors = instruments.map((instrument: Instrument) =>
      createCollector({
        instrument,
        source: opened.source,
        store,
        ...(delivery === undefined ? {} : { delivery }),
        clock: opened.clock,
        timer,
        ...opened.window,
        warmUpDays,
        redact: redactor.text,
        measure: () => ({
          retries: watch.statistics.retriesOf(instrument.symbol),
          ...processMeasures(),
          ...disk.measure(),
        }),
        host,
        version,
      }),
    )
    const { title } = opened
    emit({ kind: 'start', instruments, title, location: store.location, version, ...loop })
    return await work({ collectors, opened, stored })
  } catch (error) {
    if (!signal.aborted) emit({ kind: 'fault', failure: failureOf(error) })
    else if (intervalMs !== undefined) emit({ kind: 'stop', statistics: watch.statistics.statistics() })
    throw error
  }
}

function worst(reports: readonly CycleReport[]): number {
  const codes = reports.map(({ status, failure, failedStep }) => {
    if (status === 'failed' && failure !== undefined) return failedStep === 'fetch' ? EXIT.source : exitCodeOf(failure)
    return status === 'partial' ? EXIT.no : EXIT.fine
  })
  return Math.max(EXIT.fine, ...codes)
}
