import type { CycleReport, FailureCategory, StepName } from '@openpredict/collector'
import type { Instrument } from '@openpredict/market'
import { isDamageCode, type QualityReport } from '@openpredict/monitor'
import type { Store } from '@openpredict/store'
import type { DeliveryState } from '@openpredict/store/delivery'
import { Counter, Gauge, Histogram, Registry } from 'prom-client'

import type { CollectEvent } from '../collect-event.ts'
import { addDeliveryMetrics } from './delivery-metrics.ts'
import { type Liveness, livenessOf } from './liveness.ts'
import { addProcessMetrics } from './process-metrics.ts'
import { addStandingMetrics, RATED, type Standing } from './standing-metrics.ts'
import { addStoreMetrics } from './store-metrics.ts'

const CYCLE_SECONDS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 4, 6, 8, 15, 60, 300]
const STEP_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8]

const STATUSES: readonly CycleReport['status'][] = ['success', 'partial', 'failed', 'idle']
const CATEGORIES: readonly FailureCategory[] = ['network', 'database', 'data', 'calculation', 'system']

/** The steps of the calculators, by the table that each fills and the metric that counts its rows. */
const CALCULATORS = {
  calc_ref_levels: { calculator: 'reference_levels', metric: 'agent1_reference_levels_count_total' },
  calc_pivots: { calculator: 'fibonacci_pivots', metric: 'agent1_pivots_count_total' },
  detect_liquidity: { calculator: 'liquidity_events', metric: 'agent1_liquidity_events_count_total' },
  detect_fvg: { calculator: 'fvg', metric: 'agent1_fvg_count_total' },
  segment_blocks: { calculator: 'hourly_blocks', metric: 'agent1_hourly_blocks_count_total' },
  detect_structure: { calculator: 'market_structure', metric: 'agent1_market_structure_count_total' },
} as const satisfies Partial<Record<StepName, { readonly calculator: string; readonly metric: string }>>

/** What the metrics are about. */
export interface CollectorMetricsOptions {
  readonly instruments: readonly Instrument[]
  readonly intervalMs: number
  /** Market time, epoch ms. */
  readonly now: () => number
  readonly version: string
}

/**
 * Counts and measures what happens while collecting, for Prometheus. Labels have few values: instruments that are
 * collected, steps, statuses, categories, reasons.
 */
export class CollectorMetrics {
  readonly registry: Registry = new Registry()
  readonly #options: CollectorMetricsOptions
  readonly #standings: ReadonlyMap<string, Standing>
  readonly #cycles: Counter<'instrument' | 'status'>
  readonly #successes: Counter<'instrument'>
  readonly #errorCycles: Counter<'instrument'>
  readonly #errors: Counter<'category'>
  readonly #execution: Histogram<'instrument'>
  readonly #waiting: Histogram<'instrument'>
  readonly #steps: Histogram<'step'>
  readonly #fetch: Histogram
  readonly #calculators: Histogram<'calculator'>
  readonly #upsert: Histogram
  readonly #retries: Counter<'instrument'>
  readonly #fetched: Counter<'instrument'>
  readonly #new: Counter<'instrument'>
  readonly #corrected: Counter<'instrument'>
  readonly #heldBack: Counter<'instrument'>
  readonly #dropped: Counter<'reason'>
  readonly #missing: Counter<'instrument'>
  readonly #healed: Counter<'instrument'>
  readonly #rows: ReadonlyMap<string, Counter<'instrument'>>
  readonly #held: Gauge
  readonly #jumps: Counter
  readonly #damages: Counter
  readonly #quality: Gauge<'instrument'>
  readonly #completeness: Gauge<'instrument'>
  readonly #requests: Counter<'instrument'>
  readonly #untold: Counter
  #isDelivering = false

  constructor(options: CollectorMetricsOptions) {
    this.#options = options
    const since = options.now()
    this.#standings = new Map(
      options.instruments.map((instrument) => [
        instrument.symbol,
        { instrument, since, recent: [], lastSuccess: undefined, newestBar: undefined },
      ]),
    )
    const perInstrument = (name: string, help: string): Counter<'instrument'> => {
      const counter = new Counter({ name, help, labelNames: ['instrument'] as const, registers: [this.registry] })
      for (const instrument of this.#standings.keys()) counter.inc({ instrument }, 0)
      return counter
    }
    const registers = [this.registry]
    this.#cycles = new Counter({
      name: 'agent1_cycle_count_total',
      help: 'Cycles by how they ended: success, partial (a calculator failed), failed, idle (market closed)',
      labelNames: ['instrument', 'status'] as const,
      registers,
    })
    this.#successes = perInstrument('agent1_cycle_success_count_total', 'Cycles that succeeded, idle ones included')
    this.#errorCycles = perInstrument('agent1_cycle_error_count_total', 'Cycles that failed, or whose calculators did')
    this.#errors = new Counter({
      name: 'agent1_errors_total',
      help: 'Failures of cycles and of their steps, by category',
      labelNames: ['category'] as const,
      registers,
    })
    this.#execution = new Histogram({
      name: 'agent1_execution_time_seconds',
      help: 'Duration of a cycle, waiting included',
      labelNames: ['instrument'] as const,
      buckets: CYCLE_SECONDS,
      registers,
    })
    this.#waiting = new Histogram({
      name: 'agent1_waiting_time_seconds',
      help: 'The part of a cycle spent waiting for the source',
      labelNames: ['instrument'] as const,
      buckets: CYCLE_SECONDS,
      registers,
    })
    this.#steps = new Histogram({
      name: 'agent1_step_time_seconds',
      help: 'Duration of a step of a cycle',
      labelNames: ['step'] as const,
      buckets: STEP_SECONDS,
      registers,
    })
    this.#fetch = new Histogram({
      name: 'agent1_yfinance_fetch_time_seconds',
      help: 'Duration of fetching, retries and pauses included',
      buckets: CYCLE_SECONDS,
      registers,
    })
    this.#calculators = new Histogram({
      name: 'agent1_calculator_duration_seconds',
      help: 'Duration of a calculator and of writing its rows',
      labelNames: ['calculator'] as const,
      buckets: STEP_SECONDS,
      registers,
    })
    this.#upsert = new Histogram({
      name: 'agent1_supabase_upsert_time_seconds',
      help: 'Duration of delivering the rows of a cycle to the remote store, or of storing its bars where there is none',
      buckets: STEP_SECONDS,
      registers,
    })
    this.#retries = perInstrument('agent1_yfinance_retry_count_total', 'Fetches made again after a failure')
    this.#requests = perInstrument(
      'agent1_yfinance_request_count_total',
      'Requests sent to the source, failed ones included',
    )
    this.#fetched = perInstrument('agent1_ohlc_bars_fetched_total', 'Closed bars in answers of the source')
    this.#new = perInstrument('agent1_ohlc_bars_new_total', 'Bars stored for the first time')
    this.#corrected = perInstrument('agent1_ohlc_bars_corrected_total', 'Stored bars that the source changed')
    this.#heldBack = perInstrument('agent1_ohlc_bars_held_back_total', 'Bars held back as suspects')
    this.#dropped = new Counter({
      name: 'agent1_ohlc_rows_dropped_total',
      help: 'Rows of answers that are no closed bars, by reason',
      labelNames: ['reason'] as const,
      registers,
    })
    this.#missing = perInstrument('agent1_ohlc_minutes_missing_total', 'Open minutes found to have no bar')
    this.#healed = perInstrument('agent1_ohlc_minutes_healed_total', 'Missing minutes whose bars came later')
    this.#rows = new Map(
      Object.entries(CALCULATORS).map(([step, { calculator, metric }]) => [
        step,
        perInstrument(metric, `Rows of ${calculator} written or changed`),
      ]),
    )
    this.#held = new Gauge({
      name: 'agent1_source_held_until_timestamp_seconds',
      help: 'Until when the source is left in peace; 0 when it is not',
      registers,
    })
    this.#jumps = new Counter({
      name: 'agent1_clock_jumps_total',
      help: 'Times that the clock was set or this machine slept',
      registers,
    })
    this.#untold = new Counter({
      name: 'agent1_alert_notification_failures_total',
      help: 'Notifications of alerts that a channel did not take',
      registers,
    })
    this.#quality = new Gauge({
      name: 'data_quality_score',
      help: 'Quality of what was stored in the last interval of --validate-every, 0 to 100',
      labelNames: ['instrument'] as const,
      registers,
    })
    this.#completeness = new Gauge({
      name: 'data_completeness_ratio',
      help: 'Bars stored in that interval, of the open minutes that the source could have given',
      labelNames: ['instrument'] as const,
      registers,
    })
    this.#damages = new Counter({
      name: 'agent1_data_corruption_total',
      help: 'Times that stored data was found damaged',
      registers,
    })
    for (const instrument of this.#standings.keys())
      for (const status of STATUSES) this.#cycles.inc({ instrument, status }, 0)
    for (const category of CATEGORIES) this.#errors.inc({ category }, 0)
    addStandingMetrics(this.registry, this.#standings, options.now)
    addProcessMetrics(this.registry, options.version)
  }

  /** Takes in what has happened. */
  readonly observe = (event: CollectEvent): void => {
    switch (event.kind) {
      case 'cycle':
        this.#observeCycle(event.report)
        break
      case 'retry':
        this.#retries.inc({ instrument: event.retry.request.instrument.symbol })
        break
      case 'hold':
        this.#held.set(event.hold.until / 1_000)
        break
      case 'release':
        this.#held.set(0)
        break
      case 'clock-jump':
        this.#jumps.inc()
        break
      case 'notification':
        if (event.result.failure !== undefined && event.result.isMissing !== true) this.#untold.inc()
        break
      case 'validation':
        this.#observeQuality(event.report)
        break
      case 'delivery':
        if (event.event.kind === 'away' || event.event.kind === 'refused') this.#errors.inc({ category: 'database' })
        if (event.event.kind === 'damaged') this.#damages.inc()
        break
      default:
        // Nothing to count.
        break
    }
  }

  /** Tells also how delivery to a remote store stands, whose instants are those of `now`: the time of day. */
  addDelivery(status: () => Promise<DeliveryState>, now: () => number): void {
    this.#isDelivering = true
    addDeliveryMetrics(this.registry, status, now)
  }

  /** Tells also of the store: `file` is the local one. */
  addStore(store: Store, file: string | undefined, now: () => number): void {
    addStoreMetrics(this.registry, { store, file, symbols: [...this.#standings.keys()], now })
  }

  /** Whether collecting is well now. */
  liveness(): Liveness {
    return livenessOf([...this.#standings.values()], this.#options.now(), this.#options.intervalMs)
  }

  /** What cannot be said now is said no more: a closed market has no completeness. */
  #observeQuality({ instrument, score, minutes: { ratio } }: QualityReport): void {
    if (score === undefined) this.#quality.remove({ instrument })
    else this.#quality.set({ instrument }, score)
    if (ratio === undefined) this.#completeness.remove({ instrument })
    else this.#completeness.set({ instrument }, ratio)
  }

  #observeCycle(report: CycleReport): void {
    const instrument = report.instrument.symbol
    const { status, steps, failure, failedStep } = report
    this.#cycles.inc({ instrument, status })
    if (status === 'success' || status === 'idle') this.#successes.inc({ instrument })
    else this.#errorCycles.inc({ instrument })
    const failures = steps.flatMap((step) =>
      step.failure === undefined || step.name === 'deliver' ? [] : [step.failure],
    )
    if (failure !== undefined && steps.every((step) => step.name !== failedStep || step.failure === undefined))
      failures.push(failure)
    for (const { category, code } of failures) {
      this.#errors.inc({ category })
      if (isDamageCode(code)) this.#damages.inc()
    }
    this.#execution.observe({ instrument }, report.durationMs / 1_000)
    this.#waiting.observe({ instrument }, report.waitingMs / 1_000)
    this.#observeSteps(report)
    this.#requests.inc({ instrument }, report.requests)
    this.#fetched.inc({ instrument }, report.barsFetched)
    this.#new.inc({ instrument }, report.barsNew)
    this.#corrected.inc({ instrument }, report.barsCorrected)
    this.#heldBack.inc({ instrument }, report.barsHeldBack)
    this.#missing.inc({ instrument }, report.minutesMissing)
    this.#healed.inc({ instrument }, report.minutesHealed)
    for (const [reason, rows] of Object.entries(report.dropped)) this.#dropped.inc({ reason }, rows)
    this.#remember(report)
  }

  #observeSteps({ steps, instrument: { symbol: instrument } }: CycleReport): void {
    const storing = this.#isDelivering ? 'deliver' : 'store_ohlc'
    for (const { name, durationMs, rows } of steps) {
      const seconds = durationMs / 1_000
      this.#steps.observe({ step: name }, seconds)
      if (name === 'fetch') this.#fetch.observe(seconds)
      if (name === storing) this.#upsert.observe(seconds)
      this.#rows.get(name)?.inc({ instrument }, rows)
      if (name in CALCULATORS) {
        const { calculator } = CALCULATORS[name as keyof typeof CALCULATORS]
        this.#calculators.observe({ calculator }, seconds)
      }
    }
  }

  #remember({ instrument, status, finishedAt, newestBar }: CycleReport): void {
    const standing = this.#standings.get(instrument.symbol)
    if (standing === undefined) return
    standing.recent.push(status === 'success' || status === 'idle')
    if (standing.recent.length > RATED) standing.recent.shift()
    if (status !== 'failed') standing.lastSuccess = finishedAt
    standing.newestBar = newestBar ?? standing.newestBar
  }
}
