import type { BenchmarkReport } from './benchmark-report.ts'
import { type Check, either, flag, list, number, object, oneOf, record, ReportError, text } from './checks.ts'

const count = number(0)
const SUMMARY = object({ count: number(1), min: count, max: count, mean: count, median: count, p95: count, p99: count })
const SPAN = list(number(1), { least: 2, most: 2 })
const TREND = object({ early: SPAN, late: SPAN, earlyMs: count, lateMs: count, ratio: count, totalRatio: count })

const REPORT: Check = object(
  {
    kind: oneOf('benchmark'),
    format: oneOf(1),
    startedAt: text(),
    end: oneOf('complete', 'aborted', 'rate-limited'),
    conditions: object({
      source: text(),
      store: text(),
      latency: either(oneOf('default', null), count),
      seed: either(oneOf(null), count),
      symbols: list(text(), { least: 1 }),
      cycles: number(1),
      warmUp: count,
      simulatorInside: flag(),
    }),
    machine: object({
      version: text(),
      node: text(),
      platform: text(),
      cpu: text(),
      cores: count,
      memoryBytes: count,
    }),
    warmUp: object({ cycles: count, durationMs: count }),
    cycles: object({
      measured: number(1),
      success: count,
      partial: count,
      failed: count,
      aborted: count,
      idle: count,
    }),
    failures: object({ network: count, database: count, data: count, calculation: count, system: count }),
    times: record(SUMMARY),
    memory: object({
      startBytes: count,
      endBytes: count,
      peakBytes: count,
      heapStartBytes: count,
      heapEndBytes: count,
      heapPeakBytes: count,
      live: list(object({ round: count, bytes: count })),
    }),
    cpu: object({ cycleMs: SUMMARY, runPercent: count }),
    source: object({ requests: count, retries: count }),
    data: object({ bars: count, minutesMissing: count }, { longestLagMs: count }),
  },
  {
    slowdown: TREND,
    endurance: TREND,
    disk: object({ cycleBytes: SUMMARY, runBytesPerSecond: count }),
    undelivered: count,
  },
)

/**
 * Takes a benchmark report that was read from a file. Throws a `ReportError` that names the first member that is not as it
 * has to be.
 *
 * @example
 * ```ts
 * import { parseBenchmark, ReportError } from '@openpredict/monitor'
 *
 * let problem = ''
 * try {
 *   parseBenchmark({ kind: 'benchmark', format: 2 })
 * } catch (error) {
 *   if (error instanceof ReportError) problem = error.message
 * }
 * problem // => 'format: expected 1, found 2'
 * ```
 */
export function parseBenchmark(value: unknown): BenchmarkReport {
  REPORT(value, '')
  const report = value as BenchmarkReport
  for (const name of ['total', 'own', 'waiting']) {
    if (report.times[name] === undefined) throw new ReportError(`times.${name}`, undefined, 'an object')
  }
  return report
}
