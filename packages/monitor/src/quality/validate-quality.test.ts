import { type Bar, BarSeries, instrumentOf, parseInstant } from '@openpredict/market'
import type { Row } from '@openpredict/store'
import { describe, expect, it } from 'vitest'
import {
  cycle,
  filledStore,
  fired,
  FROM,
  HOUR,
  judged,
  MINUTE,
  NQ,
  type StoreChange,
  TO,
} from '../../test/quality-store.ts'
import type { QualityReport } from './quality-report.ts'
import { validateQuality } from './validate-quality.ts'
import { AT, without, check } from '../../test/quality-changes.ts'

describe('a store that holds what it should', () => {
  it('passes every check, with a score of 100 but for minutes in which nobody traded', async () => {
    const report = await judged({}, { recompute: true })
    expect(fired(report)).toEqual({})
    expect(report.verdict).toBe('passed')
    expect(check(report, 'levels').counts['types']).toBe(18)
    expect(check(report, 'pivots').counts['expected']).toBe(7)
    expect(check(report, 'events').counts['checked']).toBeGreaterThan(5)
    expect(check(report, 'fair-value-gaps').counts['checked']).toBeGreaterThan(5)
    expect(check(report, 'recompute').counts['compared']).toBeGreaterThan(200)
    const { completeness = 0, ...others } = report.scores
    expect(completeness).toBeGreaterThan(99)
    expect(new Set(Object.values(others))).toEqual(new Set([100]))
    expect(report.score).toBeGreaterThan(99.7)
  })

  it.each([
    ['a holiday that closes at 13:00 New York', '2024-06-18T20:00:00Z', '2024-06-20T02:00:00Z'],
    ['a weekend', '2024-06-07T12:00:00Z', '2024-06-10T02:00:00Z'],
    ['the daily halt', '2024-06-04T18:00:00Z', '2024-06-05T02:00:00Z'],
  ])('has no gap over %s', async (_, from, to) => {
    const span = { from: parseInstant(from), to: parseInstant(to) }
    const report = await judged(span, { from: span.from })
    expect(fired(report)).toEqual({})
    expect(report.minutes.expected).toBeGreaterThan(200)
    expect(report.minutes.accountedRatio).toBe(1)
  })

  it('is as good in a closed market, hours after the last bar', async () => {
    const to = parseInstant('2024-06-07T21:00:00Z')
    const saturday = parseInstant('2024-06-08T15:00:00Z')
    const report = await judged({ from: to - 30 * HOUR, to }, { from: saturday - HOUR, to: saturday, now: saturday })
    expect(fired(report)).toEqual({})
    expect(report.lagMs).toBe(0)
    expect(report.minutes).toEqual({ expected: 0, bars: 0, absentAtSource: 0 })
  })
})

describe('minutes', () => {
  it('fail without a bar and without a reason, and pass with one', async () => {
    const bars = without(AT)
    const report = await judged({ bars, missing: (rows) => rows.filter(({ timestamp }) => timestamp !== AT) })
    expect(fired(report)).toEqual({ continuity: 'failed' })
    expect(check(report, 'continuity').findings).toEqual([
      { at: AT, what: 'has neither a bar nor a row in missing_minutes' },
    ])
    expect(report.unanswered).toEqual([{ start: AT, end: AT + MINUTE }])
    const explained = await judged({ bars })
    expect(fired(explained)).toEqual({})
    expect(explained.unanswered).toEqual([])
  })

  it('warn when nobody has asked for one yet, and fail when one is said to have come', async () => {
    const state = (change: object): StoreChange => ({
      bars: without(AT),
      missing: (rows) => rows.map((row) => (row.timestamp === AT ? { ...row, ...change } : row)),
    })
    expect(fired(await judged(state({ state: 'not_fetched' })))).toEqual({ continuity: 'warning' })
    const healed = await judged(state({ healed_at: TO }))
    expect(fired(healed)).toEqual({ continuity: 'failed' })
    expect(check(healed, 'continuity').findings).toEqual([{ at: AT, what: 'is said to have come, and has no bar' }])
  })

  it('warn of a gap of more than two minutes between bars: two without a bar, though they have reasons', async () => {
    expect(fired(await judged({ bars: without(AT) }))).toEqual({})
    const report = await judged({ bars: without(AT, AT + MINUTE) })
    expect(fired(report)).toEqual({ gaps: 'warning' })
    expect(check(report, 'gaps').findings).toEqual([
      { at: AT, what: '2 open minutes without a bar, to 2024-06-04 09:06' },
    ])
  })

  it('count as one gap on both sides of the daily halt', async () => {
    const halt = parseInstant('2024-06-03T21:00:00Z')
    const report = await judged({ bars: without(halt - MINUTE, halt + HOUR) })
    expect(fired(report)).toEqual({ gaps: 'warning' })
  })

  it('are complete above 98 %, a failure below 90 %, and a warning from one to the other', async () => {
    const from = TO - 900 * MINUTE
    const completeness = async (missing: number): Promise<QualityReport> => {
      // Nobody traded in every ninth minute, as often as that is asked for, and in no other.
      const bars = (all: readonly Bar[]): readonly Bar[] => {
        const known = new Map(all.map((bar) => [bar.time, bar]))
        const whole = Array.from({ length: 900 }, (_, i) => from + i * MINUTE)
        const filled = whole.map((time) => ({ ...(known.get(time) ?? (known.get(time - MINUTE) as Bar)), time }))
        const quiet = new Set(Array.from({ length: missing }, (_, i) => from + (1 + i * 9) * MINUTE))
        return [...all.filter(({ time }) => time < from), ...filled.filter(({ time }) => !quiet.has(time))]
      }
      return await judged({ bars }, { from, to: TO })
    }
    const passed = await completeness(17)
    expect(passed.minutes).toMatchObject({ expected: 900, bars: 883, absentAtSource: 17, accountedRatio: 1 })
    expect(fired(passed)).toEqual({})
    expect(fired(await completeness(18))).toEqual({ completeness: 'warning' })
    expect(fired(await completeness(90))).toEqual({ completeness: 'warning' })
    const failed = await completeness(91)
    expect(fired(failed)).toEqual({ completeness: 'failed' })
    expect(check(failed, 'completeness').summary).toBe(
      '89.8 %: 809 of 900 open minutes, 100 % with the 91 that the source does not have',
    )
  })

  it('do not take the rest of a minute in which the window begins for missing history', async () => {
    const report = await judged({}, { from: FROM + 30_000 })
    expect(check(report, 'completeness').summary).not.toContain('history')
  })

  it('count from the first bar on, which is said', async () => {
    const report = await judged({}, { from: FROM - 48 * HOUR })
    expect(fired(report)).toEqual({})
    expect(check(report, 'completeness').summary).toMatch(/; history begins 2024-06-02 22:00$/)
  })

  it('are all missing in a window before the first bar', async () => {
    const report = await judged({}, { from: FROM - 96 * HOUR, to: FROM - 72 * HOUR })
    expect(report.minutes.ratio).toBe(0)
    expect(fired(report)).toEqual({ continuity: 'failed', gaps: 'warning', completeness: 'failed' })
  })
})

describe('cycles', () => {
  type Change = Partial<Row<'collection_cycles'>>
  const network: Change = { status: 'failed', failed_step: 'fetch', error_category: 'network' }
  const cycles = (all: number, bad: readonly Change[]): StoreChange => ({
    cycles: Array.from({ length: all }, (_, i) => cycle(TO - 10 * HOUR + i * MINUTE, { cycle: i, ...bad[i] })),
  })
  const times = (n: number, change: Change): readonly Change[] => Array.from({ length: n }, () => change)

  it('pass when they succeeded or had nothing to do', async () => {
    expect(fired(await judged(cycles(100, times(50, { status: 'idle' }))))).toEqual({})
  })

  it.each([
    ['one network failure in a hundred', times(1, network), {}],
    ['two network failures in a hundred', times(2, network), { failures: 'warning' }],
    [
      'one database failure in a hundred',
      times(1, { ...network, error_category: 'database' }),
      { failures: 'warning' },
    ],
    ['five in a hundred', times(5, network), { cycles: 'warning', failures: 'warning' }],
    ['ten in a hundred', times(10, network), { cycles: 'warning', failures: 'warning' }],
    ['eleven in a hundred', times(11, network), { cycles: 'failed', failures: 'warning' }],
    [
      'a calculator that fails in every cycle',
      times(100, { status: 'partial', failed_step: 'detect_fvg', error_category: 'calculation' }),
      { cycles: 'failed', failures: 'warning' },
    ],
  ] as const)('with %s are %o', async (_, bad, expected) => {
    expect(fired(await judged(cycles(100, bad)))).toEqual(expected)
  })

  it('of the last day count in a longer window', async () => {
    const old = Array.from({ length: 10 }, (_, i) => cycle(TO - 30 * HOUR + i * MINUTE, network))
    const report = await judged({ cycles: old }, { from: TO - 40 * HOUR })
    expect(check(report, 'cycles').summary).toBe('no cycle ran')
  })
})

describe('what was known then', () => {
  const late = parseInstant('2024-06-04T09:30:00Z')
  const then = { from: late - 5 * HOUR, to: late, now: late, knownAt: late }

  it('is without bars that came later, and with the prices that they had', async () => {
    await using store = await filledStore({ bars: without(AT), ingestedAt: FROM })
    await store.transaction(async (tx) => {
      const bar = { time: AT, open: 18_500, high: 18_500, low: 18_500, close: 18_500, volume: 1 }
      await tx.putBars(NQ.symbol, [bar], { source: 'test', ingestedAt: late + HOUR })
      await tx.markHealed(NQ.symbol, [AT], late + HOUR)
      const spike = { time: AT - HOUR, open: 18_500, high: 25_000, low: 18_500, close: 18_500, volume: 1 }
      await tx.reviseBars(NQ.symbol, [spike], { source: 'test', ingestedAt: late + HOUR })
    })
    const judge = async (options: object): Promise<QualityReport> =>
      await validateQuality({ store, instrument: NQ, ...then, ...options })
    const report = await judge({})
    expect(report.minutes.absentAtSource).toBe((await judge({ knownAt: late + HOUR })).minutes.absentAtSource + 1)
    expect(report.minutes.bars).toBe(report.minutes.expected - report.minutes.absentAtSource)
    expect(check(report, 'outliers').verdict).toBe('passed')
    expect(check(await judge({ knownAt: late + HOUR }), 'outliers').verdict).toBe('failed')
  })

  it('is as stale as it was', async () => {
    await using store = await filledStore({ bars: (all) => all.filter(({ time }) => time < AT), ingestedAt: FROM })
    const later = createSeries(AT, TO)
    await store.transaction((tx) => tx.putBars(NQ.symbol, later, { source: 'test', ingestedAt: TO }))
    const report = await validateQuality({ store, instrument: NQ, ...then })
    expect(report.lagMs).toBe(15 * MINUTE)
    expect(check(report, 'freshness').verdict).toBe('failed')
  })
})

it('refuses an empty window, and says which', async () => {
  await expect(judged({}, { from: TO, to: TO })).rejects.toThrow(
    'The window is empty: from 2024-06-04T14:00:00.000Z has to lie before to 2024-06-04T14:00:00.000Z.',
  )
})

it('judges instruments that trade around the clock', async () => {
  const instrument = instrumentOf('BTC-USD')
  const report = await judged({ instrument, from: FROM, to: TO }, { from: TO - 24 * HOUR, to: TO, now: TO })
  expect(fired(report)).toEqual({})
})

function createSeries(from: number, to: number): BarSeries {
  const length = (to - from) / MINUTE
  return BarSeries.from(
    Array.from({ length }, (_, i) => ({
      time: from + i * MINUTE,
      open: 18_500,
      high: 18_501,
      low: 18_499,
      close: 18_500,
      volume: 1,
    })),
  )
}
