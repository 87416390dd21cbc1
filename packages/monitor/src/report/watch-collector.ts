import { calendarOf, type Clock, type Instrument } from '@openpredict/market'
import type { Row, Store } from '@openpredict/store'

import { byStart, type CycleRow } from '../service-levels/cycle-row.ts'
import { expectedCycles } from '../service-levels/expected-cycles.ts'
import { collectedIn } from './make-day-report.ts'

/** After so many expected cycles without one, the process is taken to be down. */
const DOWN_CYCLES = 2
/** The longest that a cycle runs before it is recorded. */
const LONGEST_CYCLE_MS = 10 * 60_000

/** What one look at a collector found. */
export interface WatchSample {
  /** When, epoch ms. */
  readonly at: number
  /** Cycles that were recorded since the last look, in the order in which they began. */
  readonly cycles: readonly CycleRow[]
  /** What went into the error log since then. */
  readonly errors: readonly Row<'error_log'>[]
  /** Why the process is taken to be down; absent while it is not. */
  readonly down?: 'no-cycles' | 'metrics' | undefined
  /** Since the end of the last cycle that is known, of any instrument, ms. */
  readonly silentMs: number
  /** Why the store did not answer; what is above is then what was known before. */
  readonly storeError?: unknown
  /** Why the metrics endpoint did not answer well. */
  readonly metricsError?: unknown
}

/** Is told of every look; a watch waits for it. */
export type WatchObserver = (sample: WatchSample) => void | Promise<void>

/** What to watch, and for how long. */
export interface WatchOptions {
  readonly store: Store
  /** @default all that have cycles, as they come */
  readonly instruments?: readonly Instrument[]
  /** Those that should be collected, for as long as none has a cycle. @default none: silence is then no sign of anything */
  readonly configured?: readonly Instrument[]
  /** The time that the collector goes by. */
  readonly clock: Clock
  readonly durationMs: number
  /** Between two looks. @default 60_000 */
  readonly everyMs?: number
  /** Between cycles of an open market, as the collector was told. @default 60_000 */
  readonly intervalMs?: number
  /** Asks the collector's metrics endpoint; rejects when that does not answer well. @default nobody is asked */
  readonly askMetrics?: () => Promise<void>
  readonly observers: readonly WatchObserver[]
  /** Ends the watch early. */
  readonly signal: AbortSignal
}

/** A watch that has ended. Instants in epoch ms: `to` is that of the last look. */
export interface WatchSummary {
  readonly from: number
  readonly to: number
  readonly samples: number
  readonly cycles: number
  readonly storeFailures: number
  readonly metricsFailures: number
  /** It was ended before its time. */
  readonly stopped: boolean
}

/**
 * Watches a collector from outside: looks into its store again and again, and tells the observers what is new, until the
 * time is over or the signal aborts. A store that does not answer is told and asked again at the next look.
 *
 * The process is taken to be down when more than two cycles should have begun since the last one ended, or when its metrics
 * endpoint does not answer well. Rejects only with what an observer threw.
 */
export async function watchCollector(options: WatchOptions): Promise<WatchSummary> {
  const { clock, durationMs, everyMs = 60_000, observers, signal, askMetrics } = options
  const from = clock.now()
  const watch = new Watch(options, from)
  const end = from + durationMs
  let [samples, cycles, storeFailures, metricsFailures] = [0, 0, 0, 0]
  let to = from
  for (let due = from; !signal.aborted && clock.now() < end;) {
    // Looks that a slow store has made us miss are skipped.
    while (due <= clock.now()) due += everyMs
    await clock.sleep(Math.min(due, end) - clock.now(), signal).catch((error: unknown) => {
      if (!signal.aborted) throw error
    })
    const sample = await watch.look(askMetrics)
    samples++
    to = sample.at
    cycles += sample.cycles.length
    if (sample.storeError !== undefined) storeFailures++
    if (sample.metricsError !== undefined) metricsFailures++
    for (const observe of observers) await observe(sample)
  }
  return { from, to, samples, cycles, storeFailures, metricsFailures, stopped: to < end }
}

class Watch {
  readonly #options: WatchOptions
  readonly #from: number
  #seen = new Set<string>()
  #seenErrors = new Set<string>()
  /** The end of the last cycle. */
  #lastEnd: number | undefined
  #instruments: readonly Instrument[]
  /** When instruments were looked for. */
  #searchedAt = Number.NEGATIVE_INFINITY
  #found: readonly Instrument[] = []

  constructor(options: WatchOptions, from: number) {
    this.#options = options
    this.#from = from
    this.#instruments = options.instruments ?? options.configured ?? []
  }

  async look(askMetrics: WatchOptions['askMetrics']): Promise<WatchSample> {
    const at = this.#options.clock.now()
    let news: Pick<WatchSample, 'cycles' | 'errors'> = { cycles: [], errors: [] }
    const troubles: { storeError?: unknown; metricsError?: unknown } = {}
    try {
      news = await this.#news(at)
    } catch (error) {
      troubles.storeError = error
    }
    try {
      await askMetrics?.()
    } catch (error) {
      troubles.metricsError = error
    }
    const since = this.#lastEnd ?? this.#from
    // Nothing is known of a collector whose store does not answer.
    const isSilent = troubles.storeError === undefined && this.#expected(since, at) > DOWN_CYCLES
    const down = isSilent ? 'no-cycles' : troubles.metricsError === undefined ? undefined : 'metrics'
    return { at, ...news, down, silentMs: Math.max(0, at - since), ...troubles }
  }

  async #news(at: number): Promise<Pick<WatchSample, 'cycles' | 'errors'>> {
    const { store, instruments } = this.#options
    // A cycle is recorded when it ends, under the time at which it began.
    const window = { from: Math.max(this.#from, at - LONGEST_CYCLE_MS), to: at + 1 }
    if (instruments === undefined) await this.#search(window, at)
    const recorded: CycleRow[] = []
    for (const { symbol } of this.#instruments) {
      recorded.push(...(await store.readRows('collection_cycles', { instrument: symbol, ...window })))
      if (this.#lastEnd === undefined) {
        const before = { instrument: symbol, to: this.#from, newestFirst: true, limit: 1 }
        const [row] = await store.readRows('collection_cycles', before)
        if (row !== undefined) recorded.push(row)
      }
    }
    const cycles = byStart(recorded)
    for (const { finished_at: end } of cycles) this.#lastEnd = Math.max(this.#lastEnd ?? 0, end)
    const errors = await store.readRows('error_log', window)
    const news = {
      cycles: cycles.filter(({ id, started_at: start }) => start >= this.#from && !this.#seen.has(id)),
      errors: errors.filter(({ id }) => !this.#seenErrors.has(id)).toSorted((a, b) => a.timestamp - b.timestamp),
    }
    this.#seen = new Set(cycles.map(({ id }) => id))
    this.#seenErrors = new Set(errors.map(({ id }) => id))
    return news
  }

  /** Looks for instruments with cycles: not at every look, for that reads all cycles that there are. */
  async #search(window: { readonly from: number; readonly to: number }, at: number): Promise<void> {
    const { store, configured = [] } = this.#options
    // Cycles of an instrument that comes in the meantime lie in the next window, too.
    if (this.#found.length > 0 && at - this.#searchedAt < LONGEST_CYCLE_MS) return
    const all = [...this.#found, ...(await collectedIn(store, window))]
    this.#searchedAt = at
    this.#found = [...new Map(all.map((instrument) => [instrument.symbol, instrument])).values()]
    this.#instruments = this.#found.length > 0 ? this.#found : configured
  }

  #expected(from: number, to: number): number {
    const { intervalMs = 60_000 } = this.#options
    const paces = this.#instruments.map((instrument) =>
      expectedCycles({ calendar: calendarOf(instrument), delayMs: instrument.delayMs, intervalMs }, from, to),
    )
    return Math.max(0, ...paces)
  }
}
