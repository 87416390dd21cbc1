import { type Calendar, calendarOf, type Clock, type Instrument } from '@openpredict/market'

import type { Hold } from './breaker.ts'
import { type ClockJump, ClockWatch } from './clock-watch.ts'
import type { Collector } from './collector.ts'
import type { CycleReport } from './cycle-report.ts'
import { withGrace } from './grace.ts'
import { type CycleCount, type InstrumentSummary, InstrumentTally } from './instrument-tally.ts'
import { Naps } from './naps.ts'
import { type ScheduleOptions, tickAfter, type Tick } from './schedule.ts'
import { Turns } from './turns.ts'

/** How the loop runs. Times in milliseconds. */
export interface LoopOptions {
  /** One for each instrument; all of them ask the same source. */
  readonly collectors: readonly Collector[]
  /** Market time: decides when to wake. */
  readonly clock: Clock
  /** Real time that only moves on: bounds how long a stop may take, and shows when the clock jumps. */
  readonly timer: Clock
  /** Stops the loop: no new cycle starts, those that run are given `graceMs` and then aborted. */
  readonly signal: AbortSignal
  /** How many times as fast as `timer` the clock runs. @default 1 */
  readonly speed?: number
  /** @default 60_000 */
  readonly intervalMs?: number
  /** How long after the full minute, so that the source has it. @default 2_000 */
  readonly offsetMs?: number
  /** How often to look while the market is closed. @default 900_000 */
  readonly idleIntervalMs?: number
  /** How many instruments are collected at once; those that hang do not count for long. @default 4 */
  readonly concurrency?: number
  /** End after so many cycles of every instrument. @default Infinity */
  readonly cycles?: number
  /** Real time that a running cycle gets to finish once the loop is stopped. @default 4_000 */
  readonly graceMs?: number
  /** The longest real time that a cycle that hangs takes; not enforced here. @default 8_000 */
  readonly deadlineMs?: number
  /** Keeps nothing of any cycle. @default false */
  readonly dryRun?: boolean
  /** When an instrument trades. @default its own calendar */
  readonly calendar?: (instrument: Instrument) => Calendar
  /** Told of every cycle that ended. */
  readonly onCycle?: (report: CycleReport) => void
  /** Told whenever all instruments wait for a tick: of the earliest one. `idle`: all markets are closed. */
  readonly onWait?: (tick: Tick) => void
  /** Told when the source is left in peace, and when that is prolonged. */
  readonly onHold?: (hold: Hold) => void
  /** Told when a source that was left in peace has answered again. */
  readonly onRelease?: () => void
  /** Told when the clock was set, or the machine was suspended. */
  readonly onClockJump?: (jump: ClockJump) => void
}

/** What a loop did, when it ended. */
export interface LoopSummary {
  /** The cycles of the instrument that had most. */
  readonly rounds: number
  readonly cycles: CycleCount
  /** In the order of the collectors. */
  readonly instruments: readonly InstrumentSummary[]
  readonly stopped: boolean
}

/**
 * Collects every instrument on its own ticks until it is stopped or has made its cycles.
 *
 * - The first cycle of each runs at once. Two cycles of an instrument never overlap; ticks missed by a long cycle, or
 *   while the machine was suspended, are skipped and not made up for.
 * - Instruments start one after the other, at most two in a second, and `concurrency` at once. One that hangs keeps none
 *   of the others waiting for long: three quarters of an interval suffice for all, however many hang.
 * - A failed cycle is reported and the loop goes on. When the source says that it is asked too often, or when to come
 *   back, nobody asks until then; one instrument tries first.
 *
 * Rejects only with what a callback threw, or with a fault of a collector that is in none of its reports; the others are
 * stopped before that.
 */
export async function runLoop(options: LoopOptions): Promise<LoopSummary> {
  const { collectors, signal } = options
  const loop = new Loop(options)
  const end = (): void => loop.end(signal.reason)
  if (signal.aborted) end()
  else signal.addEventListener('abort', end, { once: true })
  try {
    const ends = await Promise.allSettled(collectors.map((collector) => loop.collect(collector)))
    for (const lane of ends) if (lane.status === 'rejected') throw lane.reason
  } finally {
    signal.removeEventListener('abort', end)
    await loop.close()
  }
  return { ...loop.summary(), stopped: signal.aborted }
}

class Loop {
  readonly #options: LoopOptions
  readonly #tallies: readonly InstrumentTally[]
  readonly #turns: Turns
  readonly #naps: Naps
  readonly #over = new AbortController()
  readonly #watch: Promise<void>
  #fault: { readonly error: unknown } | undefined
  /** The instruments that have cycles to come, and the tick that each waits for. */
  readonly #waiting = new Map<Collector, Tick | undefined>()

  constructor(options: LoopOptions) {
    const { collectors, clock, timer, concurrency = 4, intervalMs = 60_000, deadlineMs = 8_000, speed = 1 } = options
    this.#options = options
    this.#tallies = collectors.map(({ instrument }) => new InstrumentTally(instrument))
    for (const collector of collectors) this.#waiting.set(collector, undefined)
    this.#naps = new Naps(clock)
    this.#turns = new Turns({
      clock,
      concurrency,
      intervalMs,
      instruments: collectors.length,
      deadlineMs: deadlineMs * speed,
      onHold: options.onHold,
      onRelease: options.onRelease,
    })
    this.#watch = new ClockWatch({ clock, timer, speed })
      .run(this.#over.signal, (jump) => this.#jumped(jump))
      .catch((error: unknown) => {
        this.#fault = { error }
        this.end(error)
      })
  }

  /** The cycles of one instrument. When it fails, all end. */
  async collect(collector: Collector): Promise<void> {
    try {
      await this.#collect(collector)
    } catch (error) {
      this.end(error)
      throw error
    } finally {
      this.#waiting.delete(collector)
      this.#tellWait()
    }
  }

  end(reason: unknown): void {
    this.#over.abort(reason)
    this.#turns.end()
    this.#naps.end()
  }

  async close(): Promise<void> {
    this.end(undefined)
    await this.#watch
    if (this.#fault !== undefined) throw this.#fault.error
  }

  summary(): Omit<LoopSummary, 'stopped'> {
    const instruments = this.#tallies.map((tally) => tally.summary())
    const cycles = { success: 0, partial: 0, failed: 0, idle: 0 }
    for (const summary of instruments) {
      cycles.success += summary.cycles.success
      cycles.partial += summary.cycles.partial
      cycles.failed += summary.cycles.failed
      cycles.idle += summary.cycles.idle
    }
    return { rounds: Math.max(0, ...this.#tallies.map(({ count }) => count)), cycles, instruments }
  }

  async #collect(collector: Collector): Promise<void> {
    const { collectors, clock, timer, cycles = Number.POSITIVE_INFINITY, speed = 1 } = this.#options
    const tally = this.#tallies[collectors.indexOf(collector)]
    if (tally === undefined) return
    const schedule = this.#scheduleOf(collector)
    let due = Number.NEGATIVE_INFINITY
    while (!this.#over.signal.aborted) {
      const turn = await this.#turns.take()
      if (turn === undefined || this.#over.signal.aborted) return
      const startedAt = timer.now()
      const report = await this.#cycle(collector)
      if (report !== undefined) {
        tally.add(report)
        this.#options.onCycle?.(report)
      }
      turn.end(report)
      if (report === undefined || tally.count >= cycles) return
      const last = { at: due, sinceMs: (timer.now() - startedAt) * speed }
      const tick = tickAfter(last, clock.now(), schedule)
      due = tick.at
      await this.#waitFor(tick, collector)
    }
  }

  /** A cycle's report; `undefined` when the stop cut it off. */
  async #cycle(collector: Collector): Promise<CycleReport | undefined> {
    const { timer, graceMs = 4_000, dryRun = false } = this.#options
    const { signal } = this.#over
    try {
      return await withGrace({ signal, timer, graceMs }, (inner) => collector.runCycle({ signal: inner, dryRun }))
    } catch (error) {
      if (!signal.aborted) throw error
      return undefined
    }
  }

  async #waitFor(tick: Tick, collector: Collector): Promise<void> {
    if (this.#over.signal.aborted) return
    this.#waiting.set(collector, tick)
    this.#tellWait()
    await this.#naps.until(tick.at)
    this.#waiting.set(collector, undefined)
  }

  #tellWait(): void {
    const ticks = [...this.#waiting.values()]
    if (this.#over.signal.aborted || ticks.length === 0) return
    let at = Number.POSITIVE_INFINITY
    let idle = true
    for (const tick of ticks) {
      if (tick === undefined) return
      at = Math.min(at, tick.at)
      idle &&= tick.idle
    }
    this.#options.onWait?.({ at, idle })
  }

  #jumped(jump: ClockJump): void {
    this.#options.onClockJump?.(jump)
    if (jump.byMs < 0) {
      this.#turns.shift(jump.byMs)
    } else {
      this.#naps.lookAgain()
      this.#turns.lookAgain()
    }
  }

  #scheduleOf({ instrument }: Collector): ScheduleOptions {
    const { calendar = calendarOf, intervalMs, offsetMs, idleIntervalMs } = this.#options
    return {
      calendar: calendar(instrument),
      delayMs: instrument.delayMs,
      ...(intervalMs === undefined ? {} : { intervalMs }),
      ...(offsetMs === undefined ? {} : { offsetMs }),
      ...(idleIntervalMs === undefined ? {} : { idleIntervalMs }),
    }
  }
}
