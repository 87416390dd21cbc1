import { calendarOf, type Clock } from '@openpredict/market'

import type { Collector } from './collector.ts'
import type { CycleReport } from './cycle-report.ts'
import { nextTick, type Tick } from './schedule.ts'

/** How much too early a timer may fire, in milliseconds of the clock. */
const EARLY_MS = 1_000

/** How the loop runs. Times in milliseconds. */
export interface LoopOptions {
  readonly collectors: readonly Collector[]
  /** Market time: decides when to wake. */
  readonly clock: Clock
  /** Real time: bounds how long a stop may take. */
  readonly timer: Clock
  /** Stops the loop: no new cycle starts, the running one is given `graceMs` and then aborted. */
  readonly signal: AbortSignal
  /** @default 60_000 */
  readonly intervalMs?: number
  /** @default 2_000 */
  readonly offsetMs?: number
  /** End after so many rounds. @default Infinity */
  readonly cycles?: number
  /** Real time that a running cycle gets to finish once the loop is stopped. @default 4_000 */
  readonly graceMs?: number
  /** Keeps nothing of any cycle. @default false */
  readonly dryRun?: boolean
  /** Told of every cycle that ended. */
  readonly onCycle?: (report: CycleReport) => void
  /** Told before every wait. `idle`: all markets are closed. */
  readonly onWait?: (tick: Tick) => void
}

/** What a loop did, when it ended. */
export interface LoopSummary {
  readonly rounds: number
  readonly cycles: Readonly<Record<CycleReport['status'], number>>
  readonly stopped: boolean
}

/**
 * Collects on every tick until it is stopped or has made its rounds. The first cycle runs at once; two cycles never
 * overlap; ticks missed by a long cycle are skipped. A failed cycle is reported and the loop goes on.
 */
export async function runLoop(options: LoopOptions): Promise<LoopSummary> {
  const {
    collectors,
    clock,
    timer,
    signal,
    cycles = Number.POSITIVE_INFINITY,
    graceMs = 4_000,
    dryRun = false,
  } = options
  const count = { success: 0, partial: 0, failed: 0, idle: 0 }
  let rounds = 0
  let due = Number.NEGATIVE_INFINITY
  while (!signal.aborted) {
    const round = await withGrace(signal, timer, graceMs, (inner) =>
      Promise.allSettled(collectors.map((collector) => collector.runCycle({ signal: inner, dryRun }))),
    )
    const reports = round.flatMap((cycle) => {
      if (cycle.status === 'fulfilled') return [cycle.value]
      // A cycle that was cut off by the stop has nothing to report.
      if (signal.aborted) return []
      throw cycle.reason
    })
    if (reports.length > 0) rounds++
    for (const report of reports) {
      count[report.status]++
      options.onCycle?.(report)
    }
    if (rounds >= cycles || signal.aborted) break
    // A timer may fire a moment before its time: the tick that it was set for is over all the same.
    const now = clock.now()
    const tick = earliest(collectors, due > now && due - now < EARLY_MS ? due : now, options)
    due = tick.at
    options.onWait?.(tick)
    await sleepUnlessStopped(clock, tick.at - clock.now(), signal)
  }
  return { rounds, cycles: count, stopped: signal.aborted }
}

/** The first tick of any instrument: one open market keeps all awake. */
function earliest(collectors: readonly Collector[], now: number, options: LoopOptions): Tick {
  const ticks = collectors.map(({ instrument }) =>
    nextTick(now, { ...options, calendar: calendarOf(instrument), delayMs: instrument.delayMs }),
  )
  return { at: Math.min(...ticks.map(({ at }) => at)), idle: ticks.every(({ idle }) => idle) }
}

/** Runs `work` with a signal that follows `signal` only after `graceMs` of real time. */
async function withGrace<T>(
  signal: AbortSignal,
  timer: Clock,
  graceMs: number,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const inner = new AbortController()
  const done = new AbortController()
  const stop = (): void => {
    timer.sleep(graceMs, done.signal).then(
      () => inner.abort(signal.reason),
      () => undefined,
    )
  }
  if (signal.aborted) stop()
  else signal.addEventListener('abort', stop, { once: true })
  try {
    return await work(inner.signal)
  } finally {
    signal.removeEventListener('abort', stop)
    done.abort()
  }
}

async function sleepUnlessStopped(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  try {
    await clock.sleep(ms, signal)
  } catch (error) {
    if (!signal.aborted) throw error
  }
}
