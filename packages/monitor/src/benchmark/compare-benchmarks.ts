import type { BenchmarkReport } from './benchmark-report.ts'
import { memoryGrowth } from './memory-growth.ts'

/** From this ratio on a figure is worse than it was. */
const WORSE = 1.2

/** A figure of two reports. */
export interface FigureComparison {
  /** `total.p95`, `detect_fvg.mean`, `memory.peak`. */
  readonly name: string
  readonly unit: 'ms' | 'bytes' | 'bytes/h' | '%'
  readonly baseline: number
  readonly now: number
  /** How many times the baseline: 1 for the same. Absent where the baseline is 0 or below. */
  readonly ratio?: number
  /** Worse by more than 20 %; where the baseline is 0, any failure is. */
  readonly isWorse: boolean
}

/** A report beside an earlier one. */
export interface BenchmarkComparison {
  readonly figures: readonly FigureComparison[]
  /** What the two reports do not share, and therefore measure beside the program. */
  readonly differences: readonly string[]
}

/** Compares the figures that both reports have; less is better for each of them. */
export function compareBenchmarks(report: BenchmarkReport, baseline: BenchmarkReport): BenchmarkComparison {
  const before = new Map(figuresOf(baseline).map((figure) => [figure.name, figure.value]))
  const figures = figuresOf(report).flatMap(({ name, unit, value: now }): readonly FigureComparison[] => {
    const then = before.get(name)
    if (then === undefined) return []
    if (then <= 0) return [{ name, unit, baseline: then, now, isWorse: unit === '%' && now > 0 }]
    const ratio = now / then
    return [{ name, unit, baseline: then, now, ratio, isWorse: ratio > WORSE }]
  })
  return { figures, differences: differencesOf(report, baseline) }
}

interface Figure {
  readonly name: string
  readonly unit: FigureComparison['unit']
  readonly value: number
}

function figuresOf({ times, memory, cpu, disk, cycles }: BenchmarkReport): readonly Figure[] {
  const durations = Object.entries(times).flatMap(([name, { mean, median, p95, p99, max }]) =>
    Object.entries({ mean, median, p95, p99, max }).map(([figure, value]): Figure => ({
      name: `${name}.${figure}`,
      unit: 'ms',
      value,
    })),
  )
  const growth = memoryGrowth(memory.live)
  const bad = cycles.measured - cycles.success - cycles.idle
  return [
    ...durations,
    { name: 'cpu.cycle', unit: 'ms', value: cpu.cycleMs.mean },
    { name: 'memory.peak', unit: 'bytes', value: memory.peakBytes },
    { name: 'memory.heapPeak', unit: 'bytes', value: memory.heapPeakBytes },
    ...(growth === undefined ? [] : [{ name: 'memory.growth', unit: 'bytes/h', value: growth } as const]),
    ...(disk === undefined ? [] : [{ name: 'disk.cycle', unit: 'bytes', value: disk.cycleBytes.mean } as const]),
    { name: 'errors', unit: '%', value: (bad * 100) / cycles.measured },
  ]
}

function differencesOf(report: BenchmarkReport, baseline: BenchmarkReport): readonly string[] {
  const before = new Map(settingsOf(baseline))
  return settingsOf(report).flatMap(([name, now]) => {
    const then = before.get(name)
    return then === now ? [] : [`${name}: ${then ?? 'none'} then, ${now ?? 'none'} now`]
  })
}

type Setting = readonly [name: string, value: string | number | null]

/** What figures depend on beside the program's own speed. */
function settingsOf(report: BenchmarkReport): readonly Setting[] {
  const { source, store, latency, seed, symbols, cycles, warmUp } = report.conditions
  const { node, version } = report.machine
  return [
    ...Object.entries({ source, store, latency, seed, cycles, warmUp }),
    ['symbols', symbols.join(', ')],
    ['machine', machineText(report)],
    ...Object.entries({ Node: node, version, end: report.end }),
  ]
}

function machineText({ machine: { cpu, cores, platform } }: BenchmarkReport): string {
  return `${cores} × ${cpu} (${platform})`
}
