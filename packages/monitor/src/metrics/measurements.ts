import type { Instrument } from '@openpredict/market'

import type { CycleSample } from './cycle-sample.ts'

/** Longer windows see no more than this, ms. */
const MOST_MS = 6 * 3_600_000
/** A cycle every second for a good hour; at one a minute more than a day. */
const MOST_CYCLES = 4_000
const MOST_EVENTS = 1_000

/** What is known beside the cycles: the newest value of each, with the instant it was taken at. */
export type GaugeName =
  | 'reference_levels_count'
  | 'expected_count'
  | 'sessions_count'
  | 'data_completeness'
  | 'data_quality_score'
  | 'delivery_waiting_rows'
  | 'delivery_oldest_age_ms'
  | 'delivery_refused_rows'
  | 'disk_free_bytes'
  | 'memory_limit_bytes'

/** What is counted beside the cycles. */
export type EventName = 'notification_failure' | 'data_corruption'

/** The newest value of something, and when it was taken, epoch ms. */
export interface Taken {
  readonly at: number
  readonly value: number
}

/** What is measured of. */
export interface MeasurementsOptions {
  readonly instruments: readonly Instrument[]
  /** How often a cycle is due, ms. @default 60_000 */
  readonly intervalMs?: number
  /**
   * Whether this is the collecting process itself, which runs as long as it can say so. @default false: whether it runs is
   * judged by its last cycle
   */
  readonly isOwnProcess?: boolean
}

/**
 * The recent past that metrics are computed from: cycles by instrument, the newest values of what else is known, and
 * events. Bounded: six hours, and 4,000 cycles of an instrument.
 *
 * @example
 * ```ts
 * const measurements = new Measurements({ instruments: [instrumentOf('NQ=F')] })
 * measurements.symbols // => ['NQ=F']
 * measurements.cycles('NQ=F', 0) // => []
 * ```
 */
export class Measurements {
  readonly intervalMs: number
  readonly isOwnProcess: boolean
  readonly #instruments: ReadonlyMap<string, Instrument>
  readonly #cycles = new Map<string, CycleSample[]>()
  readonly #gauges = new Map<string, Taken>()
  readonly #events = new Map<EventName, number[]>()

  constructor({ instruments, intervalMs = 60_000, isOwnProcess = false }: MeasurementsOptions) {
    this.intervalMs = intervalMs
    this.isOwnProcess = isOwnProcess
    this.#instruments = new Map(instruments.map((instrument) => [instrument.symbol, instrument]))
  }

  /** The symbols of the instruments. */
  get symbols(): readonly string[] {
    return [...this.#instruments.keys()]
  }

  /** An instrument by its symbol. */
  instrument(symbol: string): Instrument | undefined {
    return this.#instruments.get(symbol)
  }

  /** Adds a cycle that has ended. Those of an instrument come in order; one of another instrument is ignored. */
  addCycle(sample: CycleSample): void {
    if (!this.#instruments.has(sample.instrument)) return
    const cycles = this.#cycles.get(sample.instrument) ?? []
    this.#cycles.set(sample.instrument, cycles)
    cycles.push(sample)
    // Cut seldom, and many at once: an array is moved as a whole.
    if (cycles.length % 64 !== 0 && cycles.length <= MOST_CYCLES) return
    const first = cycles.findIndex(({ finished_at }) => finished_at > sample.finished_at - MOST_MS)
    const surplus = Math.max(first, cycles.length - MOST_CYCLES, 0)
    if (surplus > 0) cycles.splice(0, surplus)
  }

  /** Takes the newest value of something, of an instrument or of the process. */
  setGauge(name: GaugeName, taken: Taken, symbol?: string): void {
    this.#gauges.set(keyOf(name, symbol), taken)
  }

  /** Counts something that happened at an instant, epoch ms. */
  addEvent(name: EventName, at: number): void {
    const events = this.#events.get(name) ?? []
    this.#events.set(name, events)
    events.push(at)
    if (events.length > MOST_EVENTS) events.shift()
  }

  /** The cycles that ended after `since`, in order; of all instruments when none is named. */
  cycles(symbol: string | undefined, since: number): readonly CycleSample[] {
    if (symbol === undefined) return this.symbols.flatMap((each) => this.cycles(each, since))
    const cycles = this.#cycles.get(symbol) ?? []
    let first = cycles.length
    while (first > 0 && (cycles[first - 1] as CycleSample).finished_at > since) first--
    return cycles.slice(first)
  }

  /** The cycle that ended last, of an instrument or of all. */
  lastCycle(symbol?: string): CycleSample | undefined {
    if (symbol !== undefined) return this.#cycles.get(symbol)?.at(-1)
    let last: CycleSample | undefined
    for (const cycles of this.#cycles.values()) {
      const its = cycles.at(-1)
      if (its !== undefined && (last === undefined || its.finished_at > last.finished_at)) last = its
    }
    return last
  }

  /** The newest value of something. */
  gauge(name: GaugeName, symbol?: string): Taken | undefined {
    return this.#gauges.get(keyOf(name, symbol))
  }

  /** How often something happened after `since`. */
  events(name: EventName, since: number): number {
    return (this.#events.get(name) ?? []).filter((at) => at > since).length
  }
}

function keyOf(name: GaugeName, symbol: string | undefined): string {
  return `${name} ${symbol ?? ''}`
}
