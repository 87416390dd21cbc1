import { type Summary, summaryOf } from '../statistics/summary.ts'
import type { FailureKind } from '../targets/target.ts'
import type { BenchmarkReport, Trend } from './benchmark-report.ts'
import type { BenchmarkSample, LiveMemory } from './benchmark-sample.ts'

/** What a run of cycles has left behind. */
export interface BenchmarkRun extends Pick<
  BenchmarkReport,
  'startedAt' | 'end' | 'conditions' | 'machine' | 'warmUp' | 'undelivered'
> {
  /** In the order in which they ran: at least one. */
  readonly samples: readonly BenchmarkSample[]
  readonly live: readonly LiveMemory[]
  /** Memory before the first measured cycle. */
  readonly startMemory: { readonly memoryBytes: number; readonly heapBytes: number }
}

/**
 * Sums up a run. Failed and aborted cycles count in every figure: in the times with what they took. Throws `RangeError`
 * for a run without a cycle.
 */
export function summariseBenchmark(run: BenchmarkRun): BenchmarkReport {
  const { samples, live, startMemory, ...rest } = run
  const last = samples.at(-1)
  if (last === undefined) throw new RangeError('A benchmark needs at least one measured cycle, found none.')
  const seconds = sumOf(samples, wholeMs) / 1_000
  const slowdown = trendOf(samples, [1, 10], [samples.length - 9, samples.length])
  const endurance = trendOf(samples, ...enduranceSpans(samples.length))
  const disk = diskOf(samples, seconds)
  return {
    kind: 'benchmark',
    format: 1,
    ...rest,
    cycles: cyclesOf(samples),
    failures: failuresOf(samples),
    times: timesOf(samples),
    ...(slowdown === undefined ? {} : { slowdown }),
    ...(endurance === undefined ? {} : { endurance }),
    memory: {
      startBytes: startMemory.memoryBytes,
      endBytes: last.memoryBytes,
      peakBytes: Math.max(startMemory.memoryBytes, ...samples.map(({ memoryBytes }) => memoryBytes)),
      heapStartBytes: startMemory.heapBytes,
      heapEndBytes: last.heapBytes,
      heapPeakBytes: Math.max(startMemory.heapBytes, ...samples.map(({ heapBytes }) => heapBytes)),
      live,
    },
    cpu: {
      cycleMs: summary(samples.map(({ cpuMs }) => cpuMs)),
      runPercent: seconds === 0 ? 0 : sumOf(samples, ({ cpuMs }) => cpuMs) / (seconds * 10),
    },
    ...(disk === undefined ? {} : { disk }),
    source: {
      requests: sumOf(samples, ({ requests }) => requests),
      retries: sumOf(samples, ({ retries }) => retries),
    },
    data: dataOf(samples),
  }
}

function cyclesOf(samples: readonly BenchmarkSample[]): BenchmarkReport['cycles'] {
  const count = (status: BenchmarkSample['status']): number =>
    samples.filter((sample) => sample.status === status).length
  return {
    measured: samples.length,
    success: count('success'),
    partial: count('partial'),
    failed: count('failed'),
    aborted: count('aborted'),
    idle: count('idle'),
  }
}

function failuresOf(samples: readonly BenchmarkSample[]): Readonly<Record<FailureKind, number>> {
  const failures = { network: 0, database: 0, data: 0, calculation: 0, system: 0 }
  for (const { category } of samples) if (category !== undefined) failures[category]++
  return failures
}

function timesOf(samples: readonly BenchmarkSample[]): Readonly<Record<string, Summary>> {
  const steps = [...new Set(samples.flatMap(({ stepMs }) => Object.keys(stepMs)))]
  return {
    total: summary(samples.map(wholeMs)),
    own: summary(samples.map(ownMs)),
    waiting: summary(samples.map(({ waitingMs }) => waitingMs)),
    ...Object.fromEntries(
      steps.map((step) => [step, summary(samples.flatMap(({ stepMs }) => stepMs[step] ?? []))] as const),
    ),
  }
}

function wholeMs({ durationMs }: BenchmarkSample): number {
  return durationMs
}

/** What a cycle took without waiting for the source: the parts that are attempted at once overlap, and it is never below 0. */
function ownMs({ durationMs, waitingMs }: BenchmarkSample): number {
  return Math.max(0, durationMs - waitingMs)
}

/** The second tenth and the last; of 1,000 cycles and more the second hundred and the tenth. */
function enduranceSpans(count: number): readonly [readonly [number, number], readonly [number, number]] {
  const tenth = Math.min(100, Math.floor(count / 10))
  const end = count >= 1_000 ? 1_000 : count
  return [
    [tenth + 1, 2 * tenth],
    [end - tenth + 1, end],
  ]
}

function trendOf(
  samples: readonly BenchmarkSample[],
  early: readonly [number, number],
  late: readonly [number, number],
): Trend | undefined {
  if (samples.length < 20) return undefined
  const [before, after] = [early, late].map(([from, to]) => samples.slice(from - 1, to))
  const [earlyMs, lateMs] = [meanOf(before, ownMs), meanOf(after, ownMs)]
  const [ratio, totalRatio] = [lateMs / earlyMs, meanOf(after, wholeMs) / meanOf(before, wholeMs)]
  return Number.isFinite(ratio) && Number.isFinite(totalRatio)
    ? { early, late, earlyMs, lateMs, ratio, totalRatio }
    : undefined
}

function diskOf(samples: readonly BenchmarkSample[], seconds: number): BenchmarkReport['disk'] {
  const bytes = samples.flatMap(({ diskBytes }) => diskBytes ?? [])
  const cycleBytes = summaryOf(bytes)
  if (cycleBytes === undefined || seconds === 0) return undefined
  return { cycleBytes, runBytesPerSecond: (cycleBytes.mean * cycleBytes.count) / seconds }
}

function dataOf(samples: readonly BenchmarkSample[]): BenchmarkReport['data'] {
  const lags = samples.flatMap(({ lagMs }) => lagMs ?? [])
  const missing = sumOf(samples, ({ minutesMissing, minutesHealed }) => minutesMissing - minutesHealed)
  return {
    bars: sumOf(samples, ({ barsNew }) => barsNew),
    minutesMissing: Math.max(0, missing),
    ...(lags.length === 0 ? {} : { longestLagMs: Math.max(...lags) }),
  }
}

function summary(values: readonly number[]): Summary {
  const found = summaryOf(values)
  if (found === undefined) throw new RangeError('A summary needs at least one value, found none.')
  return found
}

function meanOf(samples: readonly BenchmarkSample[] = [], value: (sample: BenchmarkSample) => number): number {
  return sumOf(samples, value) / samples.length
}

function sumOf(samples: readonly BenchmarkSample[], value: (sample: BenchmarkSample) => number): number {
  return samples.reduce((sum, sample) => sum + value(sample), 0)
}
