import { calendarOf } from '@openpredict/market'

import { type CycleSample, numberIn } from './cycle-sample.ts'
import type { GaugeName } from './measurements.ts'
import { cyclesOf, type Metric, PER_INSTANCE, type Reading } from './metric.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
/** While the market is closed a collector looks so seldom. */
const IDLE_INTERVAL = 15 * MINUTE
/** What is older than this says nothing of now: longer than a collector sleeps in a closed market. */
const STALE = 20 * MINUTE

/** Metrics of the collecting process and of its machine. */
export const PROCESS_METRICS: readonly Metric[] = [
  {
    name: 'process_status',
    aliases: ['agent1.process.status'],
    about: "'running', or 'stopped' when no cycle has ended for two intervals (15 minutes more in a closed market)",
    unit: 'text',
    words: ['running', 'stopped'],
    scope: 'process',
    windowed: false,
    read: processStatus,
    prometheus: ({ job }) => `max ${PER_INSTANCE} (up{job="${job}"})`,
  },
  now(
    'memory_usage',
    [],
    'bytes',
    'memory of the process (RSS)',
    latest('process_memory_bytes'),
    ({ job }) => `max ${PER_INSTANCE} (process_resident_memory_bytes{job="${job}"})`,
  ),
  now(
    'memory_limit',
    ['limit'],
    'bytes',
    "the limit of the process's cgroup, or the memory of the machine",
    memoryLimit,
    () => `max ${PER_INSTANCE} (process_memory_limit_bytes)`,
  ),
  now(
    'memory_usage_share',
    [],
    'share',
    'memory of the process in parts of its limit',
    (reading) => ratio(latest('process_memory_bytes')(reading), memoryLimit(reading)),
    ({ job }) =>
      `max ${PER_INSTANCE} (process_resident_memory_bytes{job="${job}"}) / max ${PER_INSTANCE} (process_memory_limit_bytes)`,
  ),
  over(
    'memory_growth',
    [],
    'bytes',
    'growth of the memory of the process in bytes an hour, by least squares',
    memoryGrowth,
    ({ window, job }) => `3600 * max ${PER_INSTANCE} (deriv(process_resident_memory_bytes{job="${job}"}[${window}]))`,
  ),
  over(
    'cpu_usage',
    ['process.cpu.usage'],
    'share',
    'processor time of the process, 100% for one whole processor',
    (reading) => change(reading, 'process_cpu_ms', 'process_uptime_ms'),
    ({ window, job }) => `max ${PER_INSTANCE} (rate(process_cpu_seconds_total{job="${job}"}[${window}]))`,
  ),
  over(
    'system_cpu_usage',
    ['system.cpu.usage'],
    'share',
    'busy time of all processors of the machine',
    (reading) => change(reading, 'system_busy_ms', 'system_cpu_ms'),
    ({ window }) => `max ${PER_INSTANCE} (avg_over_time(system_cpu_usage_ratio[${window}]))`,
  ),
  now(
    'system_memory_usage',
    ['system.memory.usage'],
    'bytes',
    'memory in use on the machine',
    (reading) => {
      const [total, free] = [
        latest('system_memory_total_bytes')(reading),
        latest('system_memory_available_bytes')(reading),
      ]
      return total === undefined || free === undefined ? undefined : total - free
    },
    () => `max ${PER_INSTANCE} (system_memory_usage_bytes)`,
  ),
  now(
    'system_memory_available',
    ['system.memory.available'],
    'bytes',
    'memory that programs can still have',
    latest('system_memory_available_bytes'),
    () => `max ${PER_INSTANCE} (system_memory_available_bytes)`,
  ),
  over(
    'disk_io',
    ['system.disk.io'],
    'bytes',
    'bytes a second that the process reads from disk and writes to it',
    (reading) => {
      const [read, written] = [
        change(reading, 'process_read_bytes', 'process_uptime_ms'),
        change(reading, 'process_written_bytes', 'process_uptime_ms'),
      ]
      return read === undefined || written === undefined ? undefined : (read + written) * 1_000
    },
    ({ window }) => `sum ${PER_INSTANCE} (rate(process_disk_io_bytes[${window}]))`,
  ),
  now(
    'process_uptime',
    ['process.uptime'],
    'seconds',
    'how long the process has run',
    ({ measurements, now: at }) => {
      const last = measurements.lastCycle()
      const uptime = last === undefined ? undefined : numberIn(last.measures, 'process_uptime_ms')
      if (last === undefined || uptime === undefined || at - last.finished_at > STALE) return undefined
      return (uptime + Math.max(0, at - last.finished_at)) / 1_000
    },
    () => `max ${PER_INSTANCE} (process_uptime_seconds)`,
  ),
  now(
    'process_threads',
    ['process.threads'],
    'count',
    'threads of the process',
    latest('process_threads'),
    () => `max ${PER_INSTANCE} (process_threads)`,
  ),
  now(
    'process_file_descriptors',
    ['process.file_descriptors'],
    'count',
    'open files of the process',
    latest('process_open_files'),
    ({ job }) => `max ${PER_INSTANCE} (process_open_fds{job="${job}"})`,
  ),
  now(
    'disk_free',
    ['system.disk.free'],
    'bytes',
    'room on the disk of the store',
    gauge('disk_free_bytes'),
    () => `min ${PER_INSTANCE} (agent1_disk_free_bytes)`,
  ),
]

type Read = (reading: Reading) => number | undefined

function now(
  name: string,
  aliases: readonly string[],
  unit: Metric['unit'],
  about: string,
  read: Read,
  prometheus?: Metric['prometheus'],
): Metric {
  return {
    name,
    aliases,
    about,
    unit,
    scope: 'process',
    windowed: false,
    read,
    ...(prometheus === undefined ? {} : { prometheus }),
  }
}

function over(
  name: string,
  aliases: readonly string[],
  unit: Metric['unit'],
  about: string,
  read: Read,
  prometheus: Metric['prometheus'],
): Metric {
  return { ...now(name, aliases, unit, about, read, prometheus), windowed: true }
}

/** A measure of the last cycle, unless that is long ago. */
function latest(name: string): Read {
  return ({ measurements, now: at }) => {
    const last = measurements.lastCycle()
    return last === undefined || at - last.finished_at > STALE ? undefined : numberIn(last.measures, name)
  }
}

/** The newest value of what is known beside the cycles. */
export function gauge(name: GaugeName, staleMs: number = STALE): Read {
  return ({ measurements, symbol, now: at }) => {
    const taken = measurements.gauge(name, symbol)
    return taken === undefined || at - taken.at > staleMs ? undefined : taken.value
  }
}

function memoryLimit(reading: Reading): number | undefined {
  return (
    latest('process_memory_limit_bytes')(reading) ??
    gauge('memory_limit_bytes', Infinity)(reading) ??
    latest('system_memory_total_bytes')(reading)
  )
}

function ratio(part: number | undefined, whole: number | undefined): number | undefined {
  return part === undefined || whole === undefined || whole === 0 ? undefined : part / whole
}

function processStatus({ measurements, now: at }: Reading): string {
  if (measurements.isOwnProcess) return 'running'
  const last = measurements.lastCycle()
  if (last === undefined) return 'stopped'
  const most = Math.max(2 * measurements.intervalMs, MINUTE)
  const age = at - last.finished_at
  return age <= most + (isBusy(measurements, at, most) ? 0 : Math.max(IDLE_INTERVAL, measurements.intervalMs))
    ? 'running'
    : 'stopped'
}

/** Whether a market was open all the time that a collector may stay silent then, as its delayed source shows it. */
function isBusy(measurements: Reading['measurements'], at: number, most: number): boolean {
  return measurements.symbols.some((symbol) => {
    const instrument = measurements.instrument(symbol)
    if (instrument === undefined) return false
    const to = at - instrument.delayMs - MINUTE
    const from = to - most
    return calendarOf(instrument)
      .openPeriods(from, to)
      .some(({ start, end }) => start <= from && end >= to)
  })
}

/** The cycles of the window that the process of the last one made, in order of time. */
function ofOneProcess(reading: Reading): readonly CycleSample[] {
  const cycles = cyclesOf(reading).toSorted((a, b) => a.finished_at - b.finished_at)
  const last = cycles.at(-1)
  const id = last === undefined ? undefined : numberIn(last.measures, 'process_id')
  return id === undefined ? [] : cycles.filter(({ measures }) => numberIn(measures, 'process_id') === id)
}

/** How much of one measure there was for each of another, between the first and the last cycle of the window. */
function change(reading: Reading, of: string, per: string): number | undefined {
  const cycles = ofOneProcess(reading)
  const [first, last] = [cycles[0], cycles.at(-1)]
  if (first === undefined || last === undefined) return undefined
  const grown = (name: string): number =>
    (numberIn(last.measures, name) ?? Number.NaN) - (numberIn(first.measures, name) ?? Number.NaN)
  const [much, time] = [grown(of), grown(per)]
  return Number.isFinite(much) && time > 0 ? much / time : undefined
}

/** The slope of the memory of the process, bytes an hour; `undefined` before half a window has been seen. */
function memoryGrowth(reading: Reading): number | undefined {
  const points = ofOneProcess(reading).flatMap(({ finished_at, measures }) => {
    const bytes = numberIn(measures, 'process_memory_bytes')
    return bytes === undefined ? [] : [[(finished_at - reading.now) / HOUR, bytes] as const]
  })
  const [first, last] = [points[0], points.at(-1)]
  if (first === undefined || last === undefined || (last[0] - first[0]) * HOUR < reading.windowMs / 2) return undefined
  const mean = (index: 0 | 1): number => points.reduce((sum, point) => sum + point[index], 0) / points.length
  const [x, y] = [mean(0), mean(1)]
  const covariance = points.reduce((sum, point) => sum + (point[0] - x) * (point[1] - y), 0)
  return covariance / points.reduce((sum, point) => sum + (point[0] - x) ** 2, 0)
}
