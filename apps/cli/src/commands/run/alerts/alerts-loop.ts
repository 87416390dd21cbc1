import type { CycleReport } from '@openpredict/collector'
import type { Instrument } from '@openpredict/market'
import {
  createHeartbeat,
  type CycleSample,
  isDamageCode,
  measureCoverage,
  Measurements,
  readCycles,
} from '@openpredict/monitor'
import type { Store } from '@openpredict/store'
import type { DeliveryState } from '@openpredict/store/delivery'

import type { CollectEvent, CollectObserver } from '../../../collect-event.ts'
import { configured } from '../../../configuration.ts'
import { freeSpaceOf } from '../../../free-space.ts'
import { processMeasures } from '../../../metrics/process-measures.ts'
import { SETTINGS } from '../../../settings.ts'
import type { CollectFlags } from '../../collect.ts'
import { alertRedactor, alertsFile, isConfigured, readAlerts } from './alerts-config.ts'
import { statePath } from './alerts-state.ts'
import { AlertsWatch } from './alerts-watch.ts'
import type { CollectWatch } from '../collect/collect-watch.ts'

const MINUTE = 60_000
/** Repetitions and escalations come due while no cycle ends. */
const TICK_MS = 30_000
/** What was before the start is of interest for the longest window of a rule. */
const REMEMBERED_MS = 6 * 60 * MINUTE
const COVERAGE_EVERY_MS = 5 * MINUTE

/** Alerts of a loop about itself. */
export interface LoopAlerts extends AsyncDisposable {
  readonly observe: CollectObserver
  /** Lets alerts know what the store has: the cycles before, and the levels from now on. */
  readonly addStore: (store: Store, file: string | undefined) => Promise<void>
  readonly addDelivery: (status: () => Promise<DeliveryState>) => void
}

/**
 * Judges the rules of `--alerts` or ALERTS_FILE, or else the usual ones where a channel is configured, after every cycle and
 * twice a minute; and keeps HEARTBEAT_URL told of good cycles. `undefined` where nothing of that is wanted.
 */
export function openLoopAlerts(
  flags: CollectFlags,
  { services, redactor, emit }: CollectWatch,
  {
    instruments,
    intervalMs,
    now,
  }: { readonly instruments: readonly Instrument[]; readonly intervalMs: number; readonly now: () => number },
): LoopAlerts | undefined {
  const { env, timer } = services
  const file = alertsFile(flags.alerts, env)
  const config = readAlerts(file)
  const url = configured(SETTINGS.heartbeatUrl, env)
  const isWanted = file !== undefined || config.channels.some((spec) => isConfigured(spec, env))
  if (!isWanted && url === undefined) return undefined

  const measurements = new Measurements({ instruments, intervalMs, isOwnProcess: true })
  const facts = new LoopFacts(measurements, now, () => services.clock.now())
  const watch = isWanted
    ? new AlertsWatch({
        config,
        measurements,
        services,
        redactor: alertRedactor(redactor, config, env),
        now,
        state: statePath(flags, env, 'loop'),
        refresh: () => facts.refresh(),
        onNotification: (notification) => emit({ kind: 'alert', notification }),
        onResult: (result) => emit({ kind: 'notification', result }),
        onTrouble: (message) => emit({ kind: 'alerts-failed', message }),
      })
    : undefined
  const heartbeat = url === undefined ? undefined : createHeartbeat({ url }, { fetch, timer, random: Math.random })
  const beat = async (): Promise<void> => {
    const failure = await heartbeat?.beat(timer.now())
    if (failure !== undefined)
      emit({ kind: 'alerts-failed', message: `The heartbeat was not told: ${redactor.text(failure)}` })
  }
  const stop = new AbortController()
  if (watch !== undefined) void tick(watch, (signal) => timer.sleep(TICK_MS, signal), stop.signal)
  return {
    observe(event) {
      facts.observe(event)
      if (event.kind !== 'cycle') return
      watch?.judge()
      if (event.report.status === 'success' || event.report.status === 'idle') void beat()
    },
    addStore: (store, path) => facts.addStore(store, path),
    addDelivery: (status) => facts.addDelivery(status),
    async [Symbol.asyncDispose]() {
      stop.abort()
      await watch?.[Symbol.asyncDispose]()
    },
  }
}

async function tick(
  watch: AlertsWatch,
  sleep: (signal: AbortSignal) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  try {
    for (;;) {
      await sleep(signal)
      watch.judge()
    }
  } catch {
    // The loop ends.
  }
}

/** Gathers what rules are judged by from what happens in a loop. */
class LoopFacts {
  readonly #measurements: Measurements
  /** Market time. */
  readonly #now: () => number
  /** The time of day, by which deliveries go. */
  readonly #timeOfDay: () => number
  readonly #retries = new Map<string, number>()
  #store: Store | undefined
  #file: string | undefined
  #status: (() => Promise<DeliveryState>) | undefined
  #coveredAt = Number.NEGATIVE_INFINITY

  constructor(measurements: Measurements, now: () => number, timeOfDay: () => number) {
    this.#measurements = measurements
    this.#now = now
    this.#timeOfDay = timeOfDay
  }

  observe(event: CollectEvent): void {
    if (event.kind === 'retry') {
      const { symbol } = event.retry.request.instrument
      this.#retries.set(symbol, (this.#retries.get(symbol) ?? 0) + 1)
    }
    if (event.kind === 'delivery' && event.event.kind === 'damaged')
      this.#measurements.addEvent('data_corruption', this.#now())
    if (event.kind === 'validation') {
      const { instrument, score, minutes } = event.report
      const at = this.#now()
      if (score !== undefined) this.#measurements.setGauge('data_quality_score', { at, value: score }, instrument)
      if (minutes.ratio !== undefined)
        this.#measurements.setGauge('data_completeness', { at, value: minutes.ratio }, instrument)
    }
    if (event.kind !== 'cycle') return
    const { report } = event
    const { symbol } = report.instrument
    this.#measurements.addCycle(sampleOf(report, this.#retries.get(symbol) ?? 0))
    this.#retries.delete(symbol)
    if (report.failure !== undefined && isDamageCode(report.failure.code))
      this.#measurements.addEvent('data_corruption', report.finishedAt)
  }

  async addStore(store: Store, file: string | undefined): Promise<void> {
    this.#store = store
    this.#file = file
    const since = this.#now() - REMEMBERED_MS
    for (const symbol of this.#measurements.symbols)
      for (const row of await readCycles(store, symbol, since)) this.#measurements.addCycle(row)
  }

  addDelivery(status: () => Promise<DeliveryState>): void {
    this.#status = status
  }

  /** Asks for what is not told by itself. */
  async refresh(): Promise<void> {
    const at = this.#now()
    const status = (await this.#status?.()) ?? NOTHING_WAITS
    measureDelivery(this.#measurements, status, at, this.#timeOfDay())
    if (this.#file !== undefined) measureDisk(this.#measurements, this.#file, at)
    if (this.#store === undefined || Math.abs(at - this.#coveredAt) < COVERAGE_EVERY_MS) return
    this.#coveredAt = at
    await measureCoverage(this.#store, this.#measurements, at)
  }
}

/** How delivery stands where there is no remote store. */
export const NOTHING_WAITS: Waiting = { waiting: 0, refused: 0, oldestMarkedAt: undefined }

type Waiting = Pick<DeliveryState, 'waiting' | 'refused' | 'oldestMarkedAt'>

/** Takes over how delivery stands at `at`; its own instants go by the time of day. */
export function measureDelivery(
  measurements: Measurements,
  { waiting, refused, oldestMarkedAt }: Waiting,
  at: number,
  timeOfDay: number,
): void {
  const age = oldestMarkedAt === undefined ? 0 : Math.max(0, timeOfDay - oldestMarkedAt)
  measurements.setGauge('delivery_waiting_rows', { at, value: waiting })
  measurements.setGauge('delivery_refused_rows', { at, value: refused })
  measurements.setGauge('delivery_oldest_age_ms', { at, value: age })
}

/** Takes over the room on the disk of a file. */
export function measureDisk(measurements: Measurements, file: string, at: number): void {
  measurements.setGauge('disk_free_bytes', { at, value: freeSpaceOf(file).freeBytes })
}

/** A cycle as its row will have it. */
function sampleOf(report: CycleReport, retries: number): CycleSample {
  const { instrument, startedAt, finishedAt, durationMs, status, failure, barsFetched, steps, lagMs } = report
  return {
    instrument: instrument.symbol,
    started_at: startedAt,
    finished_at: finishedAt,
    duration_ms: durationMs,
    status,
    error_category: failure?.category ?? null,
    bars_fetched: barsFetched,
    step_ms: Object.fromEntries(steps.map((step) => [step.name, step.durationMs])),
    step_rows: Object.fromEntries(steps.map((step) => [step.name, step.rows])),
    measures: {
      ...(lagMs === undefined ? {} : { lag_ms: lagMs }),
      delay_ms: report.delayMs,
      requests: report.requests,
      retries,
      bars_held_back: report.barsHeldBack,
      minutes_missing: report.minutesMissing,
      ...processMeasures(),
    },
  }
}
