import process from 'node:process'

import type { Collector, CycleReport } from '@openpredict/collector'
import type { Clock } from '@openpredict/market'
import type { BenchmarkEnd, BenchmarkSample, LiveMemory } from '@openpredict/monitor'

import { diskBytes } from '../../../metrics/process-measures.ts'

/** How often memory is looked at while the cycles run: not so often that collecting garbage becomes what is measured. */
const LOOKS = 20

/** What to run. */
export interface BenchmarkCycles {
  readonly collectors: readonly Collector[]
  /** Real time. */
  readonly timer: Clock
  readonly signal: AbortSignal
  readonly cycles: number
  readonly warmUp: number
  readonly pauseMs: number
  /** Moves the market's time on. */
  readonly step: () => void
  /** Fetches of an instrument made again since the last call. */
  readonly takeRetries: (symbol: string) => number
  /** What the process holds without garbage, in bytes. */
  readonly look: () => Promise<number>
  /** Told after the warm-up, and after each round, how many have been measured. */
  readonly onRound: (round: number) => void
}

/** What was measured. */
export interface MeasuredCycles {
  readonly end: BenchmarkEnd
  readonly warmUp: { readonly cycles: number; readonly durationMs: number }
  /** Why the warm-up failed, which ends a benchmark before anything is measured. */
  readonly failed?: CycleReport
  readonly samples: readonly BenchmarkSample[]
  readonly live: readonly LiveMemory[]
  readonly startMemory: { readonly memoryBytes: number; readonly heapBytes: number }
}

/**
 * Runs the warm-up and then the cycles, one instrument after the other and round after round, as fast as they go. What has
 * been measured when the signal is aborted is kept. Ends early, too, when the source asks to be left in peace.
 */
export async function measureCycles(options: BenchmarkCycles): Promise<MeasuredCycles> {
  const { timer, cycles, warmUp, look, onRound } = options
  const samples: BenchmarkSample[] = []
  const live: LiveMemory[] = []
  const warm = { cycles: 0, durationMs: 0 }
  let end: BenchmarkEnd = 'complete'
  const rest = (): Omit<MeasuredCycles, 'startMemory'> => ({ end, warmUp: warm, samples, live })
  for (let round = 0; round < warmUp; round++) {
    const { reports, isOver } = await runRound(options, () => undefined)
    for (const { durationMs } of reports) {
      warm.cycles++
      warm.durationMs += durationMs
    }
    const failed = reports.find(({ status }) => status === 'failed')
    if (failed !== undefined) return { ...rest(), failed, startMemory: memoryNow() }
    if (isOver !== undefined) return { ...rest(), end: isOver, startMemory: memoryNow() }
  }
  live.push({ round: 0, bytes: await look() })
  const startMemory = memoryNow()
  onRound(0)
  const looks = Math.ceil(cycles / LOOKS)
  for (let round = 1; round <= cycles && end === 'complete'; round++) {
    const started = timer.now()
    const { isOver } = await runRound(options, (sample) => samples.push(sample))
    onRound(round)
    if (isOver !== undefined) end = isOver
    else if (round % looks === 0 || round === cycles) live.push({ round, bytes: await look() })
    if (end === 'complete' && round < cycles) end = await paused(options, started)
  }
  return { ...rest(), startMemory }
}

/** A cycle of each instrument, and why there is to be no further one. */
async function runRound(
  { collectors, signal, step, takeRetries }: BenchmarkCycles,
  onSample: (sample: BenchmarkSample) => void,
): Promise<{ readonly reports: readonly CycleReport[]; readonly isOver?: BenchmarkEnd }> {
  const reports: CycleReport[] = []
  for (const collector of collectors) {
    const { symbol } = collector.instrument
    const [cpu, disk] = [process.cpuUsage(), diskNow()]
    let report: CycleReport
    try {
      report = await collector.runCycle({ signal })
    } catch (error) {
      if (!signal.aborted) throw error
      return { reports, isOver: 'aborted' }
    }
    const { user, system } = process.cpuUsage(cpu)
    const after = diskNow()
    reports.push(report)
    onSample({
      ...sampleOf(report),
      retries: takeRetries(symbol),
      cpuMs: (user + system) / 1_000,
      ...memoryNow(),
      ...(disk === undefined || after === undefined ? {} : { diskBytes: after - disk }),
    })
    if (report.failure?.code === 'rate-limited') return { reports, isOver: 'rate-limited' }
  }
  step()
  return { reports }
}

async function paused({ timer, signal, pauseMs }: BenchmarkCycles, started: number): Promise<BenchmarkEnd> {
  try {
    await timer.sleep(started + pauseMs - timer.now(), signal)
    signal.throwIfAborted()
    return 'complete'
  } catch (error) {
    if (!signal.aborted) throw error
    return 'aborted'
  }
}

function sampleOf(
  report: CycleReport,
): Omit<BenchmarkSample, 'retries' | 'cpuMs' | 'memoryBytes' | 'heapBytes' | 'diskBytes'> {
  const { durationMs, waitingMs, status, failure, steps, requests, barsNew, minutesMissing, minutesHealed } = report
  return {
    durationMs,
    waitingMs,
    status: failure?.code === 'deadline' ? 'aborted' : status,
    ...(failure === undefined ? {} : { category: failure.category }),
    stepMs: Object.fromEntries(steps.map((step) => [step.name, step.durationMs])),
    requests,
    barsNew,
    minutesMissing,
    minutesHealed,
    ...(report.lagMs === undefined ? {} : { lagMs: report.lagMs }),
  }
}

function memoryNow(): { readonly memoryBytes: number; readonly heapBytes: number } {
  const { rss, heapUsed } = process.memoryUsage()
  return { memoryBytes: rss, heapBytes: heapUsed }
}

/** What the process has read from disk and written to it. */
function diskNow(): number | undefined {
  const [read, written] = [diskBytes('read'), diskBytes('write')]
  return read === undefined || written === undefined ? undefined : read + written
}
