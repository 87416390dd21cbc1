import { type Check, flag, list, number, object, oneOf, record, text } from '../benchmark/checks.ts'
import type { DayReport } from './day-report.ts'

const count = number(0)
const share = number(0)
const summary = object({
  count: number(1),
  min: number(),
  max: number(),
  mean: number(),
  median: number(),
  p95: number(),
  p99: number(),
})
const counts = { total: count, success: count, idle: count, partial: count, failed: count }
const category = oneOf('network', 'database', 'data', 'calculation', 'system')

const figures = object(
  {
    cycles: object(counts, { successRate: share }),
    windows: list(object({ name: text(), ms: count, ...counts }, { successRate: share })),
    failures: list(object({ category, cycles: count }, { share, step: text() })),
    latency: object(
      { steps: record(summary), longCycles: count },
      { total: summary, own: summary, waiting: summary, stepsTogether: count, longestMs: count },
    ),
    stretches: list(
      object(
        { start: text(), end: text(), ...counts, barsFetched: count, barsNew: count, retries: count },
        {
          successRate: share,
          p50Ms: count,
          p95Ms: count,
          maxMs: count,
          lagWorstMs: count,
          memoryMaxBytes: count,
        },
      ),
    ),
    uptime: object({ observedMs: count, downMs: count, failingMs: count }, { share, available: share }),
    fetches: object(
      {
        barsFetched: count,
        barsNew: count,
        barsCorrected: count,
        barsHeldBack: count,
        rowsWritten: count,
        requests: count,
        retries: count,
      },
      { retryRate: share },
    ),
  },
  { lag: summary, lagLastMs: count },
)

const data = object(
  {
    bars: count,
    minutesExpected: count,
    minutesAbsent: count,
    marketOpen: flag(),
    levelTypes: count,
    levelTypesKnown: count,
    sessions: count,
    sessionsWithBars: count,
    rows: record(count),
    missing: list(object({ start: text(), end: text(), minutes: count, state: text() })),
  },
  { completeness: share, qualityScore: count, newestBar: text(), newestBarAgeMs: count },
)

const resources = object(
  { system: record(number()) },
  {
    memory: summary,
    memoryLastBytes: count,
    memoryGrowthBytesPerHour: number(),
    cpuAverage: number(),
    cpuPeak: number(),
    diskBytesPerSecond: number(),
    diskPeakBytesPerSecond: number(),
    threads: count,
    threadsMax: count,
    openFiles: count,
    openFilesMax: count,
    uptimeMs: count,
  },
)

const dayReport: Check = object(
  {
    kind: oneOf('day'),
    format: oneOf(1),
    madeAt: text(),
    version: text(),
    store: text(),
    from: text(),
    to: text(),
    intervalMs: number(1),
    all: figures,
    instruments: list(object({ symbol: text(), figures, data })),
    outages: list(
      object(
        { kind: oneOf('failing', 'silent'), start: text(), end: text(), ongoing: flag(), cause: text(), cycles: count },
        { symbol: text() },
      ),
    ),
    processes: list(
      object({ host: text(), processId: count, version: text(), start: text(), end: text(), cycles: count }),
    ),
    restarts: list(
      object({
        at: text(),
        host: text(),
        processId: count,
        afterMs: number(),
        version: text(),
        versionBefore: text(),
      }),
    ),
    resources,
    errors: list(
      object(
        {
          category,
          operation: text(),
          severity: text(),
          count,
          first: text(),
          last: text(),
          message: text(),
          instruments: list(text()),
        },
        { code: text(), hint: text() },
      ),
    ),
    timeline: object({
      cycles: object({ time: list(count), durationMs: list(count), succeeded: list(flag()) }),
      memory: object({ time: list(count), bytes: list(count) }),
      lag: record(object({ time: list(count), ms: list(count) })),
    }),
  },
  {
    watch: object(
      { start: text(), end: text(), durationMs: count, samples: count, storeFailures: count },
      { metricsFailures: count },
    ),
  },
)

/**
 * A value out of a file as the report of a day. Throws a `ReportError` that names the first member that is not what it
 * has to be.
 *
 * @example
 * ```ts
 * let path = ''
 * try {
 *   parseDayReport({ kind: 'day', format: 2 })
 * } catch (error) {
 *   path = error.path
 * }
 * path // => 'format'
 * ```
 */
export function parseDayReport(value: unknown): DayReport {
  dayReport(value, '')
  return value as DayReport
}
