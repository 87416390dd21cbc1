import { instrumentOf } from '@openpredict/market'
import { describe, expect, it } from 'vitest'

import { cycleRow, FAILED, minutely, processAt } from '../../test/cycle-rows.ts'
import { dayStore, errorRow } from '../../test/day-store.ts'
import { judgeDay, judgeDeploy } from './judge-day.ts'
import { makeDayReport } from './make-day-report.ts'
import { namedMetrics } from './named-metrics.ts'
import { parseDayReport } from './parse-day.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
/** A Wednesday in the New York morning. */
const FROM = Date.UTC(2024, 5, 5, 14)
const TO = FROM + 2 * HOUR
const window = { from: FROM, to: TO, madeAt: TO, version: '1.0.0' }
const NQ = instrumentOf('NQ=F')

const good = (at: number) => ({
  measures: { ...processAt(at, FROM - HOUR, 1), lag_ms: 0, requests: 1, retries: 0 },
})

/** The metrics of the plan's section 7.1; a calculator's name stands in one of them. */
const PLANNED = [
  'agent1.cycle.count',
  'agent1.cycle.success_count',
  'agent1.cycle.error_count',
  'agent1.cycle.success_rate',
  'agent1.execution_time',
  'agent1.execution_time.p50',
  'agent1.execution_time.p95',
  'agent1.execution_time.p99',
  'agent1.yfinance.fetch_time',
  'agent1.yfinance.retry_count',
  'agent1.supabase.upsert_time',
  'agent1.calculator.fvg.duration',
  'agent1.ohlc.bars_fetched',
  'agent1.reference_levels.count',
  'agent1.pivots.count',
  'agent1.liquidity_events.count',
  'agent1.fvg.count',
  'agent1.errors.network',
  'agent1.errors.database',
  'agent1.errors.calculation',
  'agent1.errors.unknown',
  'system.cpu.usage',
  'system.memory.usage',
  'system.memory.available',
  'system.disk.io',
  'process.uptime',
  'process.threads',
  'process.file_descriptors',
  'data.freshness',
  'data.completeness',
  'data.quality_score',
  'coverage.reference_levels',
  'coverage.sessions',
]

describe('the report of a day', () => {
  it('meets every target that cycles alone are held to when all goes well, and is read back as it was', async () => {
    await using store = await dayStore({
      cycles: minutely(FROM - MINUTE, TO, good),
      bars: [{ symbol: 'NQ=F', from: FROM - HOUR, to: TO - NQ.delayMs }],
    })
    const report = await makeDayReport({ store, ...window })
    const judgements = judgeDay(report)
    expect(judgements.filter(({ verdict }) => verdict === 'missed' || verdict === 'critical')).toEqual([])
    expect(judgements.filter(({ verdict }) => verdict === 'not measured').map(({ target }) => target.id)).toEqual([
      'test-coverage',
      'unit-tests',
      'integration-tests',
    ])
    expect(report.instruments[0]?.data).toMatchObject({
      bars: 110,
      minutesExpected: 110,
      completeness: 1,
      newestBar: '2024-06-05T15:49:00.000Z',
      newestBarAgeMs: 10 * MINUTE,
      sessions: 1,
      sessionsWithBars: 1,
    })
    expect(parseDayReport(JSON.parse(JSON.stringify(report)))).toEqual(JSON.parse(JSON.stringify(report)))
  })

  it('of the past tells the age of the newest bar that its window had, not of later ones', async () => {
    await using store = await dayStore({
      cycles: minutely(FROM - MINUTE, TO, good),
      bars: [{ symbol: 'NQ=F', from: FROM - HOUR, to: TO + HOUR }],
    })
    const report = await makeDayReport({ store, ...window, madeAt: TO + 2 * HOUR })
    expect(report.instruments[0]?.data).toMatchObject({ newestBar: '2024-06-05T15:59:00.000Z', newestBarAgeMs: 0 })
  })

  it('has a figure for every planned metric', async () => {
    await using store = await dayStore({
      cycles: minutely(FROM - MINUTE, TO, good),
      bars: [{ symbol: 'NQ=F', from: FROM - HOUR, to: TO - NQ.delayMs }],
    })
    const metrics = new Map(namedMetrics(await makeDayReport({ store, ...window })).map((its) => [its.name, its.value]))
    for (const name of PLANNED) expect([name, metrics.get(name)]).toEqual([name, expect.any(Number)])
    expect(metrics.get('agent1.cycle.count')).toBe(120)
    expect(metrics.get('agent1.yfinance.fetch_time')).toBe(50)
    expect(metrics.get('data.freshness')).toBe(10 * MINUTE)
    expect(metrics.get('system.memory.usage')).toBe(2_000_000_000)
  })

  it('misses exactly the targets that a day of failures is about', async () => {
    const rows = minutely(FROM - MINUTE, TO, (at) => ({
      ...good(at),
      ...(at >= FROM && at < FROM + 10 * MINUTE ? { ...FAILED, duration_ms: 9_000 } : {}),
    }))
    await using store = await dayStore({
      cycles: rows,
      errors: rows.filter(({ status }) => status === 'failed').map((row) => errorRow(row)),
      bars: [{ symbol: 'NQ=F', from: FROM - HOUR, to: TO - NQ.delayMs }],
    })
    const report = await makeDayReport({ store, ...window })
    const missed = judgeDay(report).filter(({ verdict }) => verdict === 'missed' || verdict === 'critical')
    expect(missed.map(({ target, verdict, measured }) => [target.id, verdict, Math.round(measured ?? 0)])).toEqual([
      ['p95', 'missed', 9_000],
      ['p99', 'missed', 9_000],
      ['cycle-time', 'missed', 9_000],
      ['success', 'missed', 92],
      ['errors', 'missed', 8],
      ['failures-network', 'missed', 8],
    ])
    expect(report.outages).toMatchObject([{ kind: 'failing', cycles: 10, start: '2024-06-05T14:00:00.000Z' }])
    expect(report.errors).toMatchObject([{ category: 'network', code: 'timeout', count: 10 }])
  })

  it('misses uptime where the process was not there, and tells of no cycle of others', async () => {
    await using store = await dayStore({
      cycles: [
        ...minutely(FROM - MINUTE, TO, good).filter(
          ({ started_at: at }) => at < FROM + HOUR || at > FROM + 62 * MINUTE,
        ),
        cycleRow({ at: FROM, instrument: 'ES=F', ...FAILED }),
      ],
    })
    const report = await makeDayReport({ store, instruments: [NQ], ...window })
    expect(report.all.cycles.failed).toBe(0)
    const uptime = judgeDay(report).find(({ target }) => target.id === 'uptime')
    expect(uptime?.verdict).toBe('missed')
    expect(uptime?.measured).toBeCloseTo(100 * (1 - (4 * MINUTE - 400) / (2 * HOUR)), 6)
  })

  it('finds the instruments that have cycles in the window by itself', async () => {
    await using store = await dayStore({
      cycles: [
        cycleRow({ at: FROM }),
        cycleRow({ at: FROM, instrument: 'BTC-USD' }),
        cycleRow({ at: FROM - 1, instrument: 'ES=F' }),
        cycleRow({ at: TO, instrument: 'YM=F' }),
      ],
    })
    const { instruments } = await makeDayReport({ store, ...window })
    expect(instruments.map(({ symbol }) => symbol)).toEqual(['BTC-USD', 'NQ=F'])
  })

  it('refuses a file whose figures are not what they should be, by name', async () => {
    await using store = await dayStore({ cycles: [cycleRow({ at: FROM })] })
    const report = await makeDayReport({ store, ...window })
    const broken = JSON.parse(JSON.stringify(report)) as { all: { uptime: { downMs: unknown } } }
    broken.all.uptime.downMs = 'none'
    expect(() => parseDayReport(broken)).toThrow('all.uptime.downMs: expected a number of 0 or more, found "none"')
  })
})

describe('the minutes after a deploy', () => {
  const to = FROM + 15 * MINUTE
  const after = async (make: (at: number) => object, rows = minutely(FROM, to, make)) => {
    await using store = await dayStore({ cycles: rows })
    const report = await makeDayReport({ store, instruments: [NQ], ...window, to, madeAt: to })
    return Object.fromEntries(judgeDeploy(report).map(({ name, ok }) => [name, ok]))
  }

  it('are well when every cycle is quick, none fails and bars come', async () => {
    expect(await after(() => ({}))).toEqual({ 'execution time': true, 'no errors': true, 'data written': true })
  })

  it('are not with one cycle of 8 seconds, and are with one a little quicker', async () => {
    const longest = (ms: number) => (at: number) => (at === FROM ? { duration_ms: ms } : {})
    expect(await after(longest(8_000))).toMatchObject({ 'execution time': false, 'no errors': true })
    expect(await after(longest(7_999))).toMatchObject({ 'execution time': true })
  })

  it('are not with a cycle that is only partial', async () => {
    const partial = (at: number) => (at === FROM ? { status: 'partial' } : {})
    expect(await after(partial)).toMatchObject({ 'no errors': false, 'data written': true })
  })

  it('are not when nothing new was written in an open market, and are in a closed one', async () => {
    expect(await after(() => ({ bars_new: 0 }))).toMatchObject({ 'data written': false })
    const saturday = Date.UTC(2024, 5, 8, 12)
    await using store = await dayStore({ cycles: [cycleRow({ at: saturday, status: 'idle', bars_new: 0 })] })
    const end = saturday + 15 * MINUTE
    const report = await makeDayReport({ store, from: saturday, to: end, madeAt: end, version: '' })
    expect(judgeDeploy(report).every(({ ok }) => ok)).toBe(true)
  })

  it('are not without any cycle', async () => {
    expect(await after(() => ({}), [])).toEqual({
      'execution time': false,
      'no errors': false,
      'data written': false,
    })
  })
})
