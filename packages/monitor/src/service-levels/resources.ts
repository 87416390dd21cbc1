import { type Summary, summaryOf } from '../statistics/summary.ts'
import { type CycleRow, measureOf, measuresOf } from './cycle-row.ts'
import type { ProcessLife } from './process-lives.ts'

const HOUR = 3_600_000
/** A process that has just started fills its caches; what it takes then is no leak. */
const SETTLING_MS = 10 * 60_000
/** A slope over less says nothing about an hour. */
const LEAST_GROWTH_MS = HOUR
/** Rates between samples that lie closer together than this are noise. */
const LEAST_SAMPLE_MS = 10_000

/** What processes used. Bytes, shares of 0 to 1 (of one processor for a process, of all for the machine). */
export interface Resources {
  readonly memory?: Summary | undefined
  readonly memoryLastBytes?: number | undefined
  /** Of the newest process, by least squares, once it has told of more than an hour beyond its first ten minutes. */
  readonly memoryGrowthBytesPerHour?: number | undefined
  readonly cpuAverage?: number | undefined
  /** The greatest between two samples that lie ten seconds apart, or more. */
  readonly cpuPeak?: number | undefined
  /** Read and written, in a second. */
  readonly diskBytesPerSecond?: number | undefined
  readonly diskPeakBytesPerSecond?: number | undefined
  readonly threads?: number | undefined
  readonly threadsMax?: number | undefined
  readonly openFiles?: number | undefined
  readonly openFilesMax?: number | undefined
  /** How long the newest process had run at its last cycle. */
  readonly uptimeMs?: number | undefined
  readonly system: SystemResources
}

/** What all programs of the machine used. */
interface SystemResources {
  readonly cpuAverage?: number | undefined
  readonly memoryUsedBytes?: number | undefined
  readonly memoryAvailableBytes?: number | undefined
  /** The least that was left. */
  readonly memoryAvailableMinBytes?: number | undefined
}

/** Sums up what the processes of a window used, from what each of their cycles recorded. */
export function resourcesOf(lives: readonly ProcessLife[]): Resources {
  const rows = lives.flatMap((life) => life.rows)
  const newest = lives.toSorted((a, b) => lastEnd(b) - lastEnd(a))[0]?.rows ?? []
  const last = newest.at(-1)
  const lastOf = (name: string): number | undefined => (last === undefined ? undefined : measureOf(last, name))
  const maxOf = (name: string): number | undefined => summaryOf(measuresOf(rows, name))?.max
  const cpu = ratesOf(lives, (row) => measureOf(row, 'process_cpu_ms'))
  const disk = ratesOf(lives, (row) => {
    const [read, written] = [measureOf(row, 'process_read_bytes'), measureOf(row, 'process_written_bytes')]
    return read === undefined || written === undefined ? undefined : read + written
  })
  return {
    memory: summaryOf(measuresOf(rows, 'process_memory_bytes')),
    memoryLastBytes: lastOf('process_memory_bytes'),
    memoryGrowthBytesPerHour: growthPerHour(newest),
    cpuAverage: cpu?.average,
    cpuPeak: cpu?.peak,
    diskBytesPerSecond: disk === undefined ? undefined : disk.average * 1_000,
    diskPeakBytesPerSecond: disk?.peak === undefined ? undefined : disk.peak * 1_000,
    threads: lastOf('process_threads'),
    threadsMax: maxOf('process_threads'),
    openFiles: lastOf('process_open_files'),
    openFilesMax: maxOf('process_open_files'),
    uptimeMs: lastOf('process_uptime_ms'),
    system: systemOf(newest, rows),
  }
}

/** The slope of the memory of a process over its own time; `undefined` while that is too short to tell. */
function growthPerHour(rows: readonly CycleRow[]): number | undefined {
  const points = rows.flatMap((row) => {
    const [x, y] = [measureOf(row, 'process_uptime_ms'), measureOf(row, 'process_memory_bytes')]
    return x === undefined || y === undefined || x < SETTLING_MS ? [] : [{ x: x / HOUR, y }]
  })
  const [first, last] = [points[0], points.at(-1)]
  if (first === undefined || last === undefined || (last.x - first.x) * HOUR < LEAST_GROWTH_MS) return undefined
  const mean = { x: meanOf(points.map(({ x }) => x)), y: meanOf(points.map(({ y }) => y)) }
  let [both, square] = [0, 0]
  for (const { x, y } of points) {
    both += (x - mean.x) * (y - mean.y)
    square += (x - mean.x) ** 2
  }
  return both / square
}

interface Rates {
  readonly average: number
  readonly peak?: number | undefined
}

/** How fast a counter that begins with the process rises, in its units a millisecond of the process's own time. */
function ratesOf(lives: readonly ProcessLife[], counter: (row: CycleRow) => number | undefined): Rates | undefined {
  let [rise, time] = [0, 0]
  let peak: number | undefined
  for (const { rows } of lives) {
    const samples = rows.flatMap((row) => {
      const [at, value] = [measureOf(row, 'process_uptime_ms'), counter(row)]
      return at === undefined || value === undefined ? [] : [{ at, value }]
    })
    const [first, last] = [samples[0], samples.at(-1)]
    if (first === undefined || last === undefined) continue
    // Of a process that has told of itself once, what is known is its time from the start.
    const base = last.at > first.at ? first : { at: 0, value: 0 }
    rise += last.value - base.value
    time += last.at - base.at
    let mark = first
    for (const sample of samples) {
      if (sample.at - mark.at < LEAST_SAMPLE_MS) continue
      peak = Math.max(peak ?? 0, (sample.value - mark.value) / (sample.at - mark.at))
      mark = sample
    }
  }
  if (time <= 0) return undefined
  // What came after the last mark is in the average alone.
  const average = rise / time
  return { average, peak: peak === undefined ? undefined : Math.max(peak, average) }
}

function systemOf(newest: readonly CycleRow[], all: readonly CycleRow[]): SystemResources {
  const [first, last] = [newest[0], newest.at(-1)]
  if (first === undefined || last === undefined) return {}
  const [total, available] = [
    measureOf(last, 'system_memory_total_bytes'),
    measureOf(last, 'system_memory_available_bytes'),
  ]
  const rise = (name: string): number => (measureOf(last, name) ?? 0) - (measureOf(first, name) ?? 0)
  return {
    cpuAverage: rise('system_cpu_ms') > 0 ? rise('system_busy_ms') / rise('system_cpu_ms') : undefined,
    memoryUsedBytes: total === undefined || available === undefined ? undefined : total - available,
    memoryAvailableBytes: available,
    memoryAvailableMinBytes: summaryOf(measuresOf(all, 'system_memory_available_bytes'))?.min,
  }
}

function lastEnd({ rows }: ProcessLife): number {
  return rows.reduce((latest, { finished_at: at }) => Math.max(latest, at), 0)
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
