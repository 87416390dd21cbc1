import { CYCLE_STEPS } from '../cycle-steps.ts'
import { judge, type Judgement } from '../targets/judge.ts'
import type { FailureKind, TargetId } from '../targets/target.ts'
import { FAILURE_TARGETS, targetsOf } from '../targets/targets.ts'
import type { BenchmarkReport } from './benchmark-report.ts'
import { memoryGrowth } from './memory-growth.ts'

/** How often a collector runs, whose load a benchmark tells: its cycles follow each other without a pause. */
const INTERVAL_MS = 60_000
/** A peak is that of the busiest ten seconds. */
const PEAK_MS = 10_000

/** Judges a benchmark by all targets of its kind, in the order of their table; also one that was saved long ago. */
export function judgeBenchmark(report: BenchmarkReport): readonly Judgement[] {
  const measured = measuredOf(report)
  return targetsOf('benchmark').map((target) => judge(target, measured[target.id]))
}

/** What the report has for each target, in the target's unit; absent for what was not measured. */
function measuredOf(report: BenchmarkReport): Readonly<Partial<Record<TargetId, number | undefined>>> {
  const { times, cycles, memory, data, source } = report
  const { total } = times
  const written = (times['deliver'] ?? times['store_ohlc'])?.p95
  const wellPercent = percent(cycles.success + cycles.idle, cycles.measured)
  return {
    mean: total?.mean,
    p95: total?.p95,
    p99: total?.p99,
    max: total?.max,
    'cycle-time': total?.max,
    ...stepsOf(report),
    slowdown: slowdownOf(report),
    'upsert-p95': written,
    memory: memory.peakBytes,
    'memory-growth': memoryGrowth(memory.live),
    'memory-growth-1000': growthOver1000(report),
    ...loadOf(report),
    success: wellPercent,
    errors:
      wellPercent === undefined ? undefined : percent(cycles.measured - cycles.success - cycles.idle, cycles.measured),
    ...failuresOf(report),
    retries: percent(source.retries, cycles.measured + source.retries),
    freshness: data.longestLagMs,
    completeness: percent(data.bars, data.bars + data.minutesMissing),
  }
}

/**
 * How much longer the last cycles took than the first, both with the mean wait of the whole run: what ten answers of the
 * source happen to take is chance.
 */
function slowdownOf({ slowdown, times }: BenchmarkReport): number | undefined {
  const waitingMs = times['waiting']?.mean
  if (slowdown === undefined || waitingMs === undefined) return undefined
  return (slowdown.lateMs + waitingMs) / (slowdown.earlyMs + waitingMs)
}

function stepsOf({ times }: BenchmarkReport): Readonly<Partial<Record<TargetId, number | undefined>>> {
  const means = CYCLE_STEPS.map((step) => times[step]?.mean)
  const [fetch, store, ...calculators] = means
  const known = calculators.filter((mean) => mean !== undefined)
  return {
    ...Object.fromEntries(CYCLE_STEPS.map((step, i) => [`step-${step}` satisfies TargetId, means[i]] as const)),
    steps: means.every((mean) => mean !== undefined) ? means.reduce((sum, mean) => sum + mean, 0) : undefined,
    'optimise-fetch': fetch,
    'optimise-store': store,
    'optimise-calculators': known.length === 0 ? undefined : Math.max(...known),
  }
}

/** The load of a collector that runs a cycle of each instrument every minute. */
function loadOf({ cpu, disk, conditions }: BenchmarkReport): Readonly<Partial<Record<TargetId, number | undefined>>> {
  const instruments = conditions.symbols.length
  return {
    cpu: percent(cpu.cycleMs.mean * instruments, INTERVAL_MS),
    'cpu-peak': percent(cpu.cycleMs.max * instruments, PEAK_MS),
    disk: disk === undefined ? undefined : (disk.cycleBytes.max * instruments * 1_000) / PEAK_MS,
  }
}

/** How much more was in use after the 1,000th round than before the first; absent for shorter runs. */
function growthOver1000({ memory: { live } }: BenchmarkReport): number | undefined {
  const first = live[0]
  const thousandth = live.find(({ round }) => round >= 1_000)
  return first === undefined || thousandth === undefined ? undefined : thousandth.bytes - first.bytes
}

function failuresOf({ failures, cycles }: BenchmarkReport): Readonly<Partial<Record<TargetId, number | undefined>>> {
  const counts: Partial<Record<TargetId, number>> = {}
  for (const [kind, id] of Object.entries(FAILURE_TARGETS) as [FailureKind, TargetId][]) {
    counts[id] = (counts[id] ?? 0) + failures[kind]
  }
  return Object.fromEntries(Object.entries(counts).map(([id, count]) => [id, percent(count, cycles.measured)] as const))
}

/** A part of a whole in %; whole numbers of percent come out exact. */
function percent(part: number, whole: number): number | undefined {
  return whole === 0 ? undefined : (part * 100) / whole
}
