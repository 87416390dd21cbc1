import { createEngine, type Engine } from '@openpredict/calculators'
import { type BarBatch, type BarSource, FetchError } from '@openpredict/fetcher'
import { type Calendar, calendarOf, type Clock, formatInstant, type Instrument } from '@openpredict/market'
import type { Store, StoreTransaction } from '@openpredict/store'

import { assembleReport } from './assemble-report.ts'
import { CycleFetch } from './cycle-fetch.ts'
import { keepBatch, keepWarmUp, noteMissing } from './cycle-keep.ts'
import type { Progress } from './cycle-progress.ts'
import { cycleRow, errorRow } from './cycle-record.ts'
import type { CycleReport } from './cycle-report.ts'
import { withDeadline } from './deadline.ts'
import { deliver, type Delivery } from './delivering.ts'
import { describeFailure, type Failure } from './failure.ts'
import { FeatureEngine } from './feature-engine.ts'
import { type FetchWindow, fetchWindow, type FetchWindowOptions } from './fetch-window.ts'
import { OtherWatch } from './other-collector.ts'
import { Overlap } from './overlap.ts'
import { DELIVER } from './steps.ts'

const MINUTE = 60_000
const DAY = 1_440 * MINUTE

/** What a collector is made of. */
export interface CollectorOptions extends FetchWindowOptions {
  readonly instrument: Instrument
  readonly source: BarSource
  readonly store: Store
  /** Market time. */
  readonly clock: Clock
  /** Real time: durations and deadlines. */
  readonly timer: Clock
  /** The machine's name, recorded with every cycle. */
  readonly host: string
  /** The program's version, recorded with every cycle. */
  readonly version: string
  /** When the instrument trades. @default the instrument's own calendar */
  readonly calendar?: Calendar
  /** Makes the calculators, at the start and after every correction. @default all six with their defaults */
  readonly createEngine?: () => Engine
  /** Delivers the store's rows to a remote one, as the last step of every cycle. @default nothing is delivered */
  readonly delivery?: Delivery
  /** Real time that a cycle waits for its delivery; afterwards that goes on beside it. @default 2_000 */
  readonly deliveryMs?: number
  /**
   * Takes secrets out of what is recorded in `error_log`: a `Redactor`'s `text`. What has the form of a secret is never
   * in a failure; this is for those that can only be known. @default nothing further is taken out
   */
  readonly redact?: (text: string) => string
  /**
   * What else is measured at the end of a cycle, such as the memory of the process: numbers by name, recorded with it.
   * @default nothing
   */
  readonly measure?: () => Readonly<Record<string, number>>
  /** Makes the ids of cycles and errors. @default crypto.randomUUID */
  readonly createId?: () => string
  /** Days of coarser bars that a cold start asks for, so that levels of long periods are known; 0 for none. @default 60 */
  readonly warmUpDays?: number
  /** Real time that a cycle may take when bars are stored already, in milliseconds. @default 8_000 */
  readonly deadlineMs?: number
  /** Real time that a cold start, or a cycle over more than a day, may take, in milliseconds. @default 300_000 */
  readonly coldDeadlineMs?: number
}

/** Options of one cycle. */
export interface CycleOptions {
  /** Aborts the cycle; nothing half-written stays. */
  readonly signal?: AbortSignal
  /** Does everything but keep it: the transaction is rolled back. @default false */
  readonly dryRun?: boolean
}

/** Collects one instrument, one cycle at a time. */
export interface Collector {
  readonly instrument: Instrument
  /**
   * Fetches, cleans, stores and calculates once. Failures of the source, the store or a calculator are in the report;
   * it rejects only with the reason of an aborted `signal`.
   */
  runCycle(options?: CycleOptions): Promise<CycleReport>
}

/**
 * Makes a collector of one instrument. Nothing is read or written before its first cycle.
 *
 * @example
 * ```ts
 * import { createManualClock, instrumentOf } from '@openpredict/market'
 * import { createYahooSource } from '@openpredict/fetcher'
 * import { openStore } from '@openpredict/store'
 * import { createMarket, startYahooServer } from '@openpredict/simulator'
 *
 * const clock = createManualClock(Date.UTC(2024, 5, 5, 14, 30, 30))
 * const server = await startYahooServer({ markets: [createMarket()], clock })
 * const store = await openStore('sqlite::memory:', { clock })
 * const collector = createCollector({
 *   instrument: instrumentOf('NQ=F'),
 *   source: createYahooSource({ clock, timer: clock, baseUrl: server.url }),
 *   store, clock, timer: clock, host: 'example', version: '1',
 * })
 * const { status, window } = await collector.runCycle()
 * status // => 'success'
 * window.cold // => true
 * await store.close()
 * await server.close()
 * ```
 */
export function createCollector(options: CollectorOptions): Collector {
  return new InstrumentCollector(options)
}

/** The store holds bars that the clock of the source has not come to. */
class StoreAheadError extends Error {
  override readonly name = 'StoreAheadError'
  readonly category = 'system'
  readonly code = 'store-ahead'
  readonly hint =
    "Check the machine's clock. A simulator, a file and Yahoo need stores of their own: give another --store."

  constructor(newestBar: number, now: number) {
    super(`the store holds a bar of ${formatInstant(newestBar)}, but for this source it is only ${formatInstant(now)}`)
  }
}

/** Thrown inside a transaction to roll it back after a dry run. */
class DryRunEnd extends Error {}

class InstrumentCollector implements Collector {
  readonly instrument: Instrument
  readonly #options: CollectorOptions
  readonly #calendar: Calendar
  readonly #createId: () => string
  readonly #fetch: CycleFetch
  readonly #features: FeatureEngine
  readonly #overlap: Overlap
  readonly #others = new OtherWatch()
  /** Whether the last delivery failed: an outage is recorded once. */
  #isAway = false

  constructor(options: CollectorOptions) {
    const { instrument, calendar = calendarOf(instrument), createId = () => globalThis.crypto.randomUUID() } = options
    this.instrument = instrument
    this.#options = options
    this.#calendar = calendar
    this.#createId = createId
    this.#fetch = new CycleFetch(options)
    this.#overlap = new Overlap(options.overlapMinutes ?? 30)
    this.#features = new FeatureEngine({
      symbol: instrument.symbol,
      timer: options.timer,
      createEngine: options.createEngine ?? (() => createEngine({ instrument })),
    })
  }

  async runCycle({ signal, dryRun = false }: CycleOptions = {}): Promise<CycleReport> {
    signal?.throwIfAborted()
    const progress = this.#begin(dryRun)
    try {
      await this.#prepare(progress, signal)
      const { deadlineMs = 8_000, coldDeadlineMs = 300_000, timer } = this.#options
      const { from, to, cold } = progress.window
      const ms = cold || to - from > DAY ? coldDeadlineMs : deadlineMs
      await withDeadline({ timer, ms, signal }, (inner) => this.#collect(progress, inner))
      if (!dryRun) await this.#deliver(progress, signal)
      return this.#report(progress)
    } catch (error) {
      this.#features.reset()
      signal?.throwIfAborted()
      const report = this.#report(progress, describeFailure(error))
      if (!dryRun) await this.#recordFailure(report)
      return report
    }
  }

  #begin(dryRun: boolean): Progress {
    const { clock, timer } = this.#options
    const startedAt = clock.now()
    return {
      id: this.#createId(),
      startedAt,
      started: timer.now(),
      dryRun,
      steps: [],
      step: 'fetch',
      cycle: 0,
      window: this.#windowAt(startedAt, undefined),
      batch: undefined,
      healing: undefined,
      warmUp: undefined,
      warmUpFailure: undefined,
      healingFailure: undefined,
      otherCollector: undefined,
      waitingMs: 0,
      requests: 0,
      minutesMissing: 0,
      minutesHealed: 0,
      barsNew: 0,
      barsCorrected: 0,
      barsHeldBack: 0,
      newestBar: undefined,
    }
  }

  /** Finds out where the last cycle ended. */
  async #prepare(progress: Progress, signal: AbortSignal | undefined): Promise<void> {
    const { store } = this.#options
    const options = signal === undefined ? {} : { signal }
    progress.step = 'store_ohlc'
    progress.newestBar = (await store.newestBar(this.instrument.symbol, options))?.time
    progress.cycle = (await store.lastCycle(this.instrument.symbol, options)) + 1
    progress.window = this.#windowAt(progress.startedAt, progress.newestBar)
    const { newestBar, startedAt } = progress
    if (newestBar !== undefined && newestBar > startedAt) throw new StoreAheadError(newestBar, startedAt)
    progress.otherCollector = await this.#others.find(store, this.instrument.symbol, signal)
  }

  #windowAt(now: number, newestBar: number | undefined): FetchWindow {
    return fetchWindow(now, newestBar, { ...this.#options, overlapMinutes: this.#overlap.minutes })
  }

  async #collect(progress: Progress, signal: AbortSignal): Promise<void> {
    const { store, timer } = this.#options
    progress.step = 'fetch'
    const started = timer.now()
    let batch: BarBatch
    try {
      batch = await this.#fetch.fetch(progress, signal)
    } catch (error) {
      if (error instanceof FetchError) progress.requests = error.effort.requests
      throw error
    } finally {
      progress.waitingMs = timer.now() - started
      if (!progress.window.cold) this.#overlap.note(progress.waitingMs)
    }
    progress.waitingMs = batch.waitingMs + (progress.healing?.waitingMs ?? 0)
    progress.requests = batch.requests + (progress.healing?.requests ?? 0)
    progress.steps.push({ name: 'fetch', durationMs: timer.now() - started, rows: batch.bars.length })
    progress.step = 'store_ohlc'
    try {
      await store.transaction((tx) => this.#keep(progress, tx, batch), { signal })
    } catch (error) {
      if (!(error instanceof DryRunEnd)) throw error
      this.#features.reset()
    }
  }

  /** Rows are safe here by now: whatever happens to their delivery, the cycle has succeeded. */
  async #deliver(progress: Progress, signal: AbortSignal | undefined): Promise<void> {
    const { delivery, deliveryMs: ms = 2_000, store, timer } = this.#options
    if (delivery === undefined) return
    const step = await deliver(delivery, { timer, ms, signal })
    progress.steps.push(step)
    const isNews = step.failure !== undefined && !this.#isAway
    this.#isAway = step.failure !== undefined
    const report = this.#report(progress)
    await store.transaction(async (tx) => {
      await this.#recordCycle(tx, report)
      if (isNews) await tx.putError(errorRow(report, DELIVER, step.failure, this.#recording()))
    })
  }

  async #keep(progress: Progress, tx: StoreTransaction, batch: BarBatch): Promise<void> {
    const { clock, timer, source } = this.#options
    const { symbol } = this.instrument
    const started = timer.now()
    const now = clock.now()
    const known = await this.#features.reached(tx)
    const newestBefore = (await tx.newestBar(symbol))?.time
    const keeping = { tx, instrument: this.instrument, calendar: this.#calendar, source: source.name, now, known }
    const warmedUp = await keepWarmUp(progress.warmUp, keeping)
    const healed = progress.healing && (await keepBatch(progress, progress.healing, keeping))
    const kept = await keepBatch(progress, batch, keeping)
    progress.minutesMissing = await noteMissing(progress, batch, { ...keeping, newestBefore })
    if (progress.minutesMissing > 0) this.#fetch.noteMissing(now)
    const rows = progress.barsNew + progress.barsCorrected
    progress.steps.push({ name: 'store_ohlc', durationMs: timer.now() - started, rows })

    const newest = await tx.newestBar(symbol)
    if (newest !== undefined) {
      progress.newestBar = newest.time
      const asOf = Math.max(batch.watermark, known ?? 0, newest.time + MINUTE)
      const longer = warmedUp && known !== undefined
      const historyChanged = kept.historyChanged || healed?.historyChanged === true || longer
      const update = { bars: kept.inserted, newestBefore, historyChanged, asOf, now }
      progress.steps.push(...(await this.#features.update(tx, update)))
    }
    if (progress.dryRun) throw new DryRunEnd()
    await this.#record(tx, this.#report(progress))
  }

  /** A failed cycle leaves its record when the store can take it; when it cannot, the report alone tells. */
  async #recordFailure(report: CycleReport): Promise<void> {
    try {
      await this.#options.store.transaction((tx) => this.#record(tx, report))
    } catch {
      // The failure that is being reported comes first: usually it is this very store that is away.
    }
  }

  /** What an error is recorded with. */
  #recording(): { readonly id: string; readonly redact: ((text: string) => string) | undefined } {
    return { id: this.#createId(), redact: this.#options.redact }
  }

  async #record(tx: StoreTransaction, report: CycleReport): Promise<void> {
    await this.#recordCycle(tx, report)
    const failed = report.steps.filter(({ failure }) => failure !== undefined)
    for (const { name, failure } of failed) {
      if (failure) await tx.putError(errorRow(report, name, failure, this.#recording()))
    }
    if (report.status === 'failed' && report.failure && report.failedStep) {
      await tx.putError(errorRow(report, report.failedStep, report.failure, this.#recording()))
    }
  }

  async #recordCycle(tx: StoreTransaction, report: CycleReport): Promise<void> {
    const row = cycleRow(report, this.#options)
    this.#others.note(row)
    await tx.putCycle(row)
  }

  #report(progress: Progress, failure?: Failure): CycleReport {
    const { clock, timer } = this.#options
    return assembleReport(progress, {
      instrument: this.instrument,
      calendar: this.#calendar,
      finishedAt: clock.now(),
      durationMs: timer.now() - progress.started,
      failure,
    })
  }
}
