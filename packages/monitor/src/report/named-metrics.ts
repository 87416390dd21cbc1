import { CALCULATOR_STEPS } from '../cycle-steps.ts'
import type { DayReport } from './day-report.ts'

/** One of the metrics that were planned for the collector, under its planned name, with its value over a report's window. */
export interface NamedMetric {
  readonly name: string
  /** Absent where it is not known. */
  readonly value?: number | undefined
  readonly unit: 'count' | 'ms' | '%' | 'bytes' | 'bytes/s' | 'score'
  /** What it is told of, where the name does not say. */
  readonly about: string
}

/** Every planned metric with its value over the window: of all instruments together, of the worst where that is said. */
export function namedMetrics({ all, instruments, resources }: DayReport): readonly NamedMetric[] {
  const { cycles, latency, failures, fetches } = all
  const data = instruments.map((instrument) => instrument.data)
  const upsert = latency.steps['deliver'] ?? latency.steps['store_ohlc']
  const rows = (table: keyof (typeof data)[number]['rows']): number => sum(data.map((its) => its.rows[table]))
  const failed = (category: string): number => sum(failures.map((its) => (its.category === category ? its.cycles : 0)))
  const metric = (name: string, value: number | undefined, unit: NamedMetric['unit'], about: string): NamedMetric => ({
    name,
    value,
    unit,
    about,
  })
  return [
    metric('agent1.cycle.count', cycles.total, 'count', 'all cycles'),
    metric('agent1.cycle.success_count', cycles.success + cycles.idle, 'count', 'success and idle'),
    metric('agent1.cycle.error_count', cycles.failed + cycles.partial, 'count', 'failed and partial'),
    metric('agent1.cycle.success_rate', percent(cycles.successRate), '%', 'success and idle in all'),
    metric('agent1.execution_time', latency.total?.mean, 'ms', 'mean of warm cycles'),
    metric('agent1.execution_time.p50', latency.total?.median, 'ms', 'half of them took no longer'),
    metric('agent1.execution_time.p95', latency.total?.p95, 'ms', '95 of 100 took no longer'),
    metric('agent1.execution_time.p99', latency.total?.p99, 'ms', '99 of 100 took no longer'),
    metric('agent1.yfinance.fetch_time', latency.steps['fetch']?.mean, 'ms', 'mean of the step fetch'),
    metric('agent1.yfinance.retry_count', fetches.retries, 'count', 'fetches made again'),
    metric('agent1.supabase.upsert_time', upsert?.mean, 'ms', 'mean of deliver; of store_ohlc without a remote store'),
    ...CALCULATOR_STEPS.map(([name, step]) =>
      metric(`agent1.calculator.${name}.duration`, latency.steps[step]?.mean, 'ms', `mean of the step ${step}`),
    ),
    metric('agent1.ohlc.bars_fetched', fetches.barsFetched, 'count', `of which ${fetches.barsNew} were new`),
    metric('agent1.reference_levels.count', rows('reference_levels'), 'count', 'rows of the window'),
    metric('agent1.pivots.count', rows('fibonacci_pivots'), 'count', 'rows of the window'),
    metric('agent1.liquidity_events.count', rows('liquidity_events'), 'count', 'rows of the window'),
    metric('agent1.fvg.count', rows('fvg'), 'count', 'rows of the window'),
    metric('agent1.errors.network', failed('network'), 'count', 'cycles'),
    metric('agent1.errors.database', failed('database'), 'count', 'cycles'),
    metric('agent1.errors.data', failed('data'), 'count', 'cycles'),
    metric('agent1.errors.calculation', failed('calculation'), 'count', 'cycles'),
    metric('agent1.errors.unknown', failed('system'), 'count', 'cycles; the category system'),
    metric('system.cpu.usage', percent(resources.system.cpuAverage), '%', 'of all processors, all programs'),
    metric('system.memory.usage', resources.system.memoryUsedBytes, 'bytes', 'all programs, at the last cycle'),
    metric('system.memory.available', resources.system.memoryAvailableBytes, 'bytes', 'at the last cycle'),
    metric('system.disk.io', resources.diskBytesPerSecond, 'bytes/s', 'read and written by the collector'),
    metric('process.uptime', resources.uptimeMs, 'ms', 'of the newest process'),
    metric('process.threads', resources.threads, 'count', 'at the last cycle'),
    metric('process.file_descriptors', resources.openFiles, 'count', 'at the last cycle'),
    metric('data.freshness', greatest(data.map((its) => its.newestBarAgeMs)), 'ms', 'age of the newest bar; the worst'),
    metric('data.completeness', percent(least(data.map((its) => its.completeness))), '%', 'the worst'),
    metric('data.quality_score', least(data.map((its) => its.qualityScore)), 'score', 'of 100; the worst'),
    metric(
      'coverage.reference_levels',
      least(data.map((its) => its.levelTypes)),
      'count',
      `types, of ${data[0]?.levelTypesKnown ?? 0}; the worst`,
    ),
    metric(
      'coverage.sessions',
      least(data.map((its) => its.sessionsWithBars)),
      'count',
      `with data, of ${data[0]?.sessions ?? 0}; the worst`,
    ),
  ]
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

function percent(share: number | undefined): number | undefined {
  return share === undefined ? undefined : 100 * share
}

function greatest(values: readonly (number | undefined)[]): number | undefined {
  const numbers = values.filter((value) => value !== undefined)
  return numbers.length === 0 ? undefined : Math.max(...numbers)
}

function least(values: readonly (number | undefined)[]): number | undefined {
  const numbers = values.filter((value) => value !== undefined)
  return numbers.length === 0 ? undefined : Math.min(...numbers)
}
