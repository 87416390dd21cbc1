import { CYCLE_METRICS } from './cycle-metrics.ts'
import { DATA_METRICS } from './data-metrics.ts'
import { DURATION_METRICS } from './duration-metrics.ts'
import type { Metric } from './metric.ts'
import { PROCESS_METRICS } from './process-metrics.ts'

/**
 * Every metric that can stand in the condition of an alert.
 *
 * @example
 * ```ts
 * METRICS.find(({ name }) => name === 'error_rate')?.unit // => 'share'
 * ```
 */
export const METRICS: readonly Metric[] = [...PROCESS_METRICS, ...CYCLE_METRICS, ...DURATION_METRICS, ...DATA_METRICS]

const BY_NAME: ReadonlyMap<string, Metric> = new Map(
  METRICS.flatMap((metric) => [metric.name, ...metric.aliases].map((name) => [name, metric] as const)),
)

/**
 * A metric by its name or one of its other names; `undefined` for none.
 *
 * @example
 * ```ts
 * metricNamed('time_since_last_ohlc')?.name // => 'last_ohlc_age'
 * metricNamed('agent1.execution_time.p95')?.name // => 'execution_time_p95'
 * metricNamed('profit') // => undefined
 * ```
 */
export function metricNamed(name: string): Metric | undefined {
  return BY_NAME.get(name)
}

/** All names that are known. */
export const METRIC_NAMES: readonly string[] = [...BY_NAME.keys()]
