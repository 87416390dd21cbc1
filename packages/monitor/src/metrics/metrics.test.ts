import { instrumentOf, parseInstant } from '@openpredict/market'
import { describe, expect, it } from 'vitest'

import { cycleAt, type Different, HOUR, MB, MINUTE, SECOND, START } from '../../test/metric-stream.ts'
import { METRIC_NAMES, metricNamed, METRICS } from './catalogue.ts'
import { Measurements, type MeasurementsOptions } from './measurements.ts'
import type { MetricValue } from './metric.ts'

const NQ = instrumentOf('NQ=F')

/** Cycles a minute apart, the last at START. */
function measured(cycles: readonly Different[], options: Partial<MeasurementsOptions> = {}): Measurements {
  const measurements = new Measurements({ instruments: [NQ], ...options })
  cycles.forEach((different, i) => measurements.addCycle(cycleAt(START - (cycles.length - 1 - i) * MINUTE, different)))
  return measurements
}

function read(name: string, measurements: Measurements, { now = START, windowMs = 10 * MINUTE } = {}): MetricValue {
  const metric = metricNamed(name)
  if (metric === undefined) throw new Error(`${name} is not known`)
  return metric.read({ measurements, symbol: metric.scope === 'instrument' ? 'NQ=F' : undefined, now, windowMs })
}

describe('the catalogue', () => {
  it('knows every name once, and the names that people give to the same things', () => {
    expect(new Set(METRIC_NAMES).size).toBe(METRICS.reduce((sum, { aliases }) => sum + 1 + aliases.length, 0))
    const dotted = `agent1.cycle.count agent1.cycle.success_count agent1.cycle.error_count agent1.cycle.success_rate
      agent1.execution_time agent1.execution_time.p50 agent1.execution_time.p95 agent1.execution_time.p99
      agent1.yfinance.fetch_time agent1.yfinance.retry_count agent1.supabase.upsert_time
      agent1.calculator.fvg.duration agent1.ohlc.bars_fetched agent1.reference_levels.count agent1.pivots.count
      agent1.liquidity_events.count agent1.fvg.count agent1.errors.network agent1.errors.database
      agent1.errors.calculation agent1.errors.unknown system.cpu.usage system.memory.usage system.memory.available
      system.disk.io process.uptime process.threads process.file_descriptors data.freshness data.completeness
      data.quality_score coverage.reference_levels coverage.sessions`
    expect(dotted.split(/\s+/).filter((name) => metricNamed(name) === undefined)).toEqual([])
  })

  it('gives no value where there is no data, for anything that needs some', () => {
    const empty = new Measurements({ instruments: [NQ] })
    const known = METRICS.filter(({ name }) => read(name, empty) !== undefined).map(({ name }) => name)
    // Nothing happened, and nothing runs.
    expect(known.toSorted()).toEqual(['data_corruption', 'notification_failures', 'process_status'])
  })
})

describe('rates', () => {
  it('count failed and partial cycles as errors, and idle ones as successes', () => {
    const measurements = measured([{ status: 'failed' }, { status: 'partial' }, { status: 'idle' }, {}, {}])
    expect(read('error_rate', measurements)).toBe(0.4)
    expect(read('success_rate', measurements)).toBe(0.6)
    expect(read('cycle_count', measurements)).toBe(5)
    expect(read('error_count', measurements)).toBe(2)
  })

  it('say nothing about fewer than three cycles', () => {
    expect(read('error_rate', measured([{ status: 'failed' }, {}]))).toBeUndefined()
    expect(read('execution_time_p95', measured([{}, {}]))).toBeUndefined()
    expect(read('error_rate', measured([{ status: 'failed' }, {}, {}]))).toBeCloseTo(1 / 3)
  })

  it('see the window and nothing before it', () => {
    const measurements = measured([{ status: 'failed' }, {}, {}, {}])
    expect(read('error_rate', measurements, { windowMs: 3 * MINUTE })).toBe(0)
    expect(read('error_rate', measurements, { windowMs: 3 * MINUTE + 1 })).toBe(0.25)
  })

  it('divide what was sent again by what was sent', () => {
    const quiet = { measures: { requests: 0 } }
    expect(read('yfinance_retry_rate', measured([{ measures: { requests: 4, retries: 2 } }, {}, {}]))).toBeCloseTo(
      2 / 6,
    )
    expect(read('yfinance_retry_rate', measured([quiet, quiet, quiet]))).toBeUndefined()
  })

  it('count failures by category', () => {
    const measurements = measured([
      { status: 'failed', category: 'database' },
      { status: 'failed', category: 'system' },
      {},
    ])
    expect(read('errors_database', measurements)).toBe(1)
    expect(read('agent1.errors.unknown', measurements)).toBe(1)
    expect(read('errors_network', measurements)).toBe(0)
  })
})

describe('durations', () => {
  it('are in seconds, by nearest rank', () => {
    const measurements = measured([1_000, 2_000, 3_000, 4_000].map((durationMs) => ({ durationMs })))
    const values = ['p50', 'p95', 'p99', 'max', 'mean'].map((suffix) => read(`execution_time_${suffix}`, measurements))
    expect(values).toEqual([2, 4, 4, 4, 2.5])
    expect(read('execution_time', measurements)).toBe(2.5)
  })

  it('leave out a cold start, which fetches more than a day of bars', () => {
    const steps = { fetch: 30_000 }
    const measurements = measured([{ durationMs: 40_000, barsFetched: 1_441, steps }, {}, {}])
    expect(read('execution_time_max', measurements)).toBe(0.4)
    expect(read('yfinance_fetch_time_p95', measurements)).toBe(0.35)
    expect(read('execution_time_max', measured([{ durationMs: 40_000, barsFetched: 1_440 }, {}, {}]))).toBe(40)
  })

  it('are those of delivering where there is a remote store, else of storing', () => {
    expect(read('supabase_upsert_time_p95', measured([{}, {}, {}]))).toBe(0.012)
    const remote = { steps: { deliver: 900 } }
    expect(read('supabase_upsert_time_p95', measured([remote, remote, remote]))).toBe(0.9)
  })
})

describe('the process', () => {
  it('runs for two intervals after its last cycle, at least a minute, while the market is open', () => {
    const measurements = measured([{}])
    expect(read('process_status', measurements, { now: START + 2 * MINUTE })).toBe('running')
    expect(read('process_status', measurements, { now: START + 2 * MINUTE + 1 })).toBe('stopped')
    const fast = measured([{}], { intervalMs: 5 * SECOND })
    expect(read('process_status', fast, { now: START + MINUTE })).toBe('running')
    expect(read('process_status', fast, { now: START + MINUTE + 1 })).toBe('stopped')
  })

  it('may be silent for a quarter of an hour more while the market is closed', () => {
    const saturday = parseInstant('2024-06-08T12:00:00Z')
    const measurements = new Measurements({ instruments: [NQ] })
    measurements.addCycle(cycleAt(saturday, { status: 'idle' }))
    expect(read('process_status', measurements, { now: saturday + 17 * MINUTE })).toBe('running')
    expect(read('process_status', measurements, { now: saturday + 17 * MINUTE + 1 })).toBe('stopped')
  })

  it('runs as long as it can say so itself, and does not where no cycle was ever seen', () => {
    expect(read('process_status', measured([], { isOwnProcess: true }))).toBe('running')
    expect(read('process_status', measured([]))).toBe('stopped')
  })

  it('has a limit of memory: of its cgroup, else of the machine', () => {
    expect(read('memory_usage_share', measured([{}]))).toBe(0.075)
    const machine = cycleAt(START, { measures: { system_memory_total_bytes: 600 * MB } })
    const { process_memory_limit_bytes: _, ...measures } = machine.measures as Readonly<Record<string, number>>
    const measurements = new Measurements({ instruments: [NQ] })
    measurements.addCycle({ ...machine, measures })
    expect(read('memory_limit', measurements)).toBe(600 * MB)
  })

  it('says nothing of now by a cycle of long ago', () => {
    const measurements = measured([{}])
    expect(read('memory_usage', measurements, { now: START + 20 * MINUTE })).toBe(150 * MB)
    expect(read('memory_usage', measurements, { now: START + 20 * MINUTE + 1 })).toBeUndefined()
  })

  it('uses processor time and grows from cycle to cycle; another process is another story', () => {
    const cycles = Array.from({ length: 7 }, (_, i) => ({ measures: { process_memory_bytes: 100 * MB + i * 6_000 } }))
    const measurements = measured(cycles)
    expect(read('cpu_usage', measurements)).toBeCloseTo(0.01)
    expect(read('memory_growth', measurements)).toBeCloseTo(360_000)
    // Half of the window has to be seen.
    expect(read('memory_growth', measurements, { windowMs: 13 * MINUTE })).toBeUndefined()
    const restarted = measured([...cycles, { measures: { process_id: 8 } }])
    expect(read('cpu_usage', restarted)).toBeUndefined()
  })

  it('grows older between its cycles', () => {
    expect(read('process_uptime', measured([{}]), { now: START + 30 * SECOND })).toBe(4 * 3_600 + 30)
  })
})

describe('the age of the newest bar', () => {
  it('is what it lay behind, and the open minutes since', () => {
    const measurements = measured([{ measures: { lag_ms: 2 * MINUTE } }])
    expect(read('last_ohlc_age', measurements)).toBe(120)
    expect(read('last_ohlc_age', measurements, { now: START + 5 * MINUTE })).toBe(420)
  })

  it('does not grow while the market is closed: from the close on Friday to the first bar of Sunday', () => {
    const close = parseInstant('2024-06-07T21:00:00Z')
    const measurements = new Measurements({ instruments: [NQ] })
    measurements.addCycle(cycleAt(close + NQ.delayMs))
    expect(read('last_ohlc_age', measurements, { now: close + 40 * HOUR })).toBe(0)
    expect(
      read('last_ohlc_age', measurements, { now: parseInstant('2024-06-09T22:00:00Z') + NQ.delayMs + 5 * MINUTE }),
    ).toBe(300)
  })
})

describe('measurements', () => {
  it('keep the cycles of six hours and of instruments that they are about', () => {
    const measurements = new Measurements({ instruments: [NQ] })
    for (let minute = 0; minute <= 500; minute++) measurements.addCycle(cycleAt(START + minute * MINUTE))
    measurements.addCycle(cycleAt(START, { instrument: 'ES=F' }))
    const kept = measurements.cycles(undefined, 0)
    expect(kept.length).toBeGreaterThan(360)
    expect(kept.length).toBeLessThan(430)
    expect(measurements.lastCycle()?.finished_at).toBe(START + 500 * MINUTE)
    expect(measurements.cycles('ES=F', 0)).toEqual([])
  })

  it('count events of the window', () => {
    const measurements = new Measurements({ instruments: [] })
    for (const minute of [0, 5, 9]) measurements.addEvent('notification_failure', START + minute * MINUTE)
    expect(read('notification_failures', measurements, { now: START + 10 * MINUTE })).toBe(2)
  })
})
