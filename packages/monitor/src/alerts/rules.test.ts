import { describe, expect, it } from 'vitest'
import { stringify } from 'yaml'

import { type Different, firedBy, MB, MINUTE, SECOND, START, type Stream, toldOf } from '../../test/metric-stream.ts'
import type { Measurements } from '../metrics/measurements.ts'
import { parseAlertConfig } from './alert-config.ts'
import { DEFAULT_RULES } from './default-rules.ts'

/** The last minute of a stream. */
const END = 90
const FAILED: Different = { status: 'failed', category: 'network' }

/** A stream in which the last cycles, so many of them, are different; judged at its end. */
function last(count: number, different: (minute: number) => Different, from = END): Stream {
  return { from, each: (minute) => (minute > END - count ? different(minute) : {}) }
}

/** Failures among the last cycles: `bad` of them, the earliest ones. */
function failing(bad: number, of: number): Stream {
  return last(of, (minute) => (minute <= END - of + bad ? FAILED : {}))
}

const always = (different: Different): Stream => ({ each: () => different })
const memory = (bytes: number, limitMb = 2_000): Stream =>
  always({ measures: { process_memory_bytes: bytes, process_memory_limit_bytes: limitMb * MB } })
/** Grows by so much an hour, to this in the end. */
const growing = (perHour: number, to: number): Stream => ({
  from: END,
  each: (minute) => ({ measures: { process_memory_bytes: to - (perHour * (END - minute)) / 60 } }),
})
const young: Different = { measures: { process_uptime_ms: 50 * MINUTE } }
/** Six of sixty minutes fail (10%), or seven, all of them half an hour ago. */
const firstHour = (bad: number, uptimeMs: number): Stream => ({
  from: END,
  each: (minute) => {
    const measures = { process_uptime_ms: uptimeMs - (END - minute) * MINUTE }
    return { ...young, ...(minute > END - 60 && minute <= END - 60 + bad ? FAILED : {}), measures }
  },
})
const telling = (tell: (measurements: Measurements, now: number) => void): Stream => ({ tell })
const coverage = (known: number): Stream =>
  telling((measurements, at) => {
    measurements.setGauge('reference_levels_count', { at, value: known }, 'NQ=F')
    measurements.setGauge('expected_count', { at, value: 20 }, 'NQ=F')
  })
const gauge = (name: 'delivery_oldest_age_ms' | 'delivery_refused_rows' | 'disk_free_bytes', value: number): Stream =>
  telling((measurements, at) => measurements.setGauge(name, { at, value }))

/** By rule: a stream in which it alone fires, and one at its boundary, in which it does not. */
const STREAMS: Readonly<Record<string, readonly [fires: Stream, doesNot: Stream]>> = {
  agent1_down: [
    // Silent for two intervals, and then for two minutes.
    { minutes: 95, from: 80, everyMs: SECOND, each: (minute) => (minute > END ? 'none' : {}) },
    { minutes: 94, from: 80, everyMs: SECOND, each: (minute) => (minute > END && minute < 94 ? 'none' : {}) },
  ],
  data_staleness: [
    last(10, () => ({ measures: { lag_ms: 301 * SECOND } }), END - 20),
    last(10, () => ({ measures: { lag_ms: 300 * SECOND } }), END - 20),
  ],
  severe_error_rate: [failing(6, 10), failing(5, 10)],
  memory_exhaustion: [memory(450 * MB + 1, 500), memory(450 * MB, 500)],
  high_error_rate: [failing(4, 30), failing(3, 30)],
  slow_execution: [
    last(15, (minute) => ({ durationMs: minute === END ? 8_001 : 400 })),
    last(15, () => ({ durationMs: 8_000 })),
  ],
  network_issues: [
    last(15, (minute) => (minute > END - 4 ? { measures: { retries: 1 } } : {})),
    last(15, (minute) => (minute > END - 3 ? { measures: { retries: 1 } } : {})),
  ],
  database_slowness: [
    always({ steps: { store_ohlc: 2_001 } }),
    always({ steps: { store_ohlc: 5_000, deliver: 2_000 } }),
  ],
  reduced_coverage: [
    { ...coverage(15), from: 20 },
    { ...coverage(16), from: 20 },
  ],
  memory_leak: [memory(751 * MB), memory(750 * MB)],
  rollback_error_rate: [firstHour(7, 59 * MINUTE), firstHour(6, 59 * MINUTE)],
  rollback_slow_execution: [always({ durationMs: 10_001 }), always({ durationMs: 10_000 })],
  rollback_data_corruption: [
    telling((measurements, now) => now === START + 80 * MINUTE && measurements.addEvent('data_corruption', now)),
    telling((measurements) => measurements.addEvent('data_corruption', START + 10 * MINUTE)),
  ],
  rollback_memory: [growing(1.01 * MB, 750 * MB + 1), growing(1.01 * MB, 750 * MB)],
  delivery_late: [gauge('delivery_oldest_age_ms', 15 * MINUTE + 1), gauge('delivery_oldest_age_ms', 15 * MINUTE)],
  delivery_refused: [gauge('delivery_refused_rows', 1), gauge('delivery_refused_rows', 0)],
  disk_low: [gauge('disk_free_bytes', 199 * MB), gauge('disk_free_bytes', 200 * MB)],
  notification_failure: [
    telling((measurements, now) => now === START + 80 * MINUTE && measurements.addEvent('notification_failure', now)),
    telling((measurements) => measurements.addEvent('notification_failure', START + 60 * MINUTE)),
  ],
}

describe('the rules that count without a file', () => {
  it('have a stream each', () => {
    expect(Object.keys(STREAMS).toSorted()).toEqual(DEFAULT_RULES.map(({ name }) => name).toSorted())
  })

  it('say nothing of a collector that is well', () => {
    expect(toldOf(DEFAULT_RULES, { from: 0 })).toEqual([])
  })

  it.each(Object.entries(STREAMS))('%s fires alone, and not at its boundary', (name, [fires, doesNot]) => {
    expect(firedBy(DEFAULT_RULES, fires)).toEqual([name])
    expect(firedBy(DEFAULT_RULES, doesNot)).not.toContain(name)
  })

  it('take much memory that grows slowly for no reason to roll back', () => {
    expect(firedBy(DEFAULT_RULES, growing(0.99 * MB, 751 * MB))).toEqual(['memory_leak'])
  })

  it('take an error rate of the first hour for no reason to roll back later', () => {
    expect(firedBy(DEFAULT_RULES, firstHour(7, 61 * MINUTE))).toEqual([])
  })
})

/** Five rules with nothing but what every rule has: who is told of what. */
const SHORT = (
  [
    ['agent1_down', "process_status != 'running'", 'critical', 'pagerduty'],
    ['high_error_rate', 'error_rate > 10%', 'warning', 'slack'],
    ['slow_execution', 'execution_time_p95 > 8s', 'warning', 'slack'],
    ['data_staleness', 'last_ohlc_age > 300s', 'critical', 'pagerduty'],
    ['memory_leak', 'memory_usage > 750MB', 'warning', 'slack'],
  ] as const
).map(([name, condition, severity, notification]) => ({ name, condition, severity, notification }))

describe('a short file of rules', () => {
  const { rules } = parseAlertConfig(stringify({ alerts: SHORT }), 'alerts.yaml')

  it('is all that counts, as it stands', () => {
    expect(
      rules.map(({ name, severity, notification, condition }) => [name, condition.text, severity, notification]),
    ).toEqual(SHORT.map(({ name, condition, severity, notification }) => [name, condition, severity, [notification]]))
    expect(rules.map(({ forMs, escalation }) => [forMs, escalation])).toEqual(rules.map(() => [0, []]))
  })

  it.each([
    [
      'agent1_down',
      { minutes: 93, everyMs: SECOND, each: (minute: number) => (minute > END ? 'none' : {}) },
      { minutes: 92, everyMs: SECOND, each: (minute: number) => (minute > END ? 'none' : {}) },
    ],
    ['high_error_rate', failing(2, 10), failing(1, 10)],
    ['slow_execution', always({ durationMs: 8_001 }), always({ durationMs: 8_000 })],
    ['data_staleness', always({ measures: { lag_ms: 301 * SECOND } }), always({ measures: { lag_ms: 300 * SECOND } })],
    ['memory_leak', memory(750 * MB + 1), memory(750 * MB)],
  ] satisfies readonly (readonly [string, Stream, Stream])[])(
    '%s fires alone, and not at its boundary',
    (name, fires, doesNot) => {
      expect(firedBy(rules, fires)).toEqual([name])
      expect(firedBy(rules, doesNot)).toEqual([])
    },
  )
})
