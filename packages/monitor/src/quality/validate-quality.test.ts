import type { RowsByTable } from '@openpredict/calculators'
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
  NOW,
  NQ,
  type StoreChange,
  TO,
} from '../../test/quality-store.ts'
import type { CheckId, QualityReport } from './quality-report.ts'
import { validateQuality } from './validate-quality.ts'

/** A minute in the middle of the window. */
const AT = parseInstant('2024-06-04T09:05:00Z')

const without =
  (...times: readonly number[]) =>
  (bars: readonly Bar[]): readonly Bar[] =>
    bars.filter(({ time }) => !times.includes(time))

const changing =
  (time: number, change: (bar: Bar) => Partial<Bar>) =>
  (bars: readonly Bar[]): readonly Bar[] =>
    bars.map((bar) => (bar.time === time ? { ...bar, ...change(bar) } : bar))

/** Changes the first row of a table that qualifies. */
function changed<T extends keyof RowsByTable>(
  table: T,
  qualifies: (row: RowsByTable[T][number]) => boolean,
  change: Partial<RowsByTable[T][number]>,
): (rows: RowsByTable) => RowsByTable {
  return (rows) => {
    const its: readonly RowsByTable[T][number][] = rows[table]
    const first = its.find(qualifies)
    if (first === undefined) throw new Error(`no row of ${table} qualifies`)
    return { ...rows, [table]: its.map((row) => (row === first ? { ...row, ...change } : row)) }
  }
}

/** Leaves out so many of the rows of a table that qualify. */
function lacking<T extends keyof RowsByTable>(
  table: T,
  qualifies: (row: RowsByTable[T][number]) => boolean,
  most = 1,
): (rows: RowsByTable) => RowsByTable {
  return (rows) => {
    const its: readonly RowsByTable[T][number][] = rows[table]
    const gone = new Set(its.filter(qualifies).slice(0, most))
    if (gone.size < most) throw new Error(`${gone.size} rows of ${table} qualify`)
    return { ...rows, [table]: its.filter((row) => !gone.has(row)) }
  }
}

function check({ checks }: QualityReport, id: CheckId): QualityReport['checks'][number] {
  const found = checks.find((each) => each.id === id)
  if (found === undefined) throw new Error(`no check ${id}`)
  return found
}

const inWindow = ({ timestamp }: { readonly timestamp: number }): boolean =>
  timestamp >= NOW - 24 * HOUR && timestamp < TO - 5 * HOUR

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

describe('bars', () => {
  it('warn in a closed market', async () => {
    const halt = parseInstant('2024-06-03T21:30:00Z')
    const bars = (all: readonly Bar[]): readonly Bar[] =>
      [...all, { ...(all.findLast(({ time }) => time < halt) as Bar), time: halt }].toSorted((a, b) => a.time - b.time)
    expect(fired(await judged({ bars }))).toEqual({ 'market-hours': 'warning' })
  })

  it('fail between ticks', async () => {
    const bars = changing(AT, ({ close, high }) => ({ close: close - 0.1, high, low: close - 5 }))
    expect(fired(await judged({ bars }))).toEqual({ tick: 'failed' })
  })

  it('warn when more than 5 % have no volume', async () => {
    const zero = (share: number) => (all: readonly Bar[]) =>
      all.map((bar, i) => (i % 100 < share ? { ...bar, volume: 0 } : { ...bar, volume: Math.max(1, bar.volume) }))
    const report = await judged({ bars: zero(6) })
    expect(fired(report)).toEqual({ volume: 'warning' })
    expect(fired(await judged({ bars: zero(4) }))).toEqual({})
  })

  it('fail far from the close before, unless the next opens in its range or it was admitted', async () => {
    const by = 3_000
    const spike = changing(AT, ({ open, high, low, close }) => {
      return { open: open + by, high: high + by, low: low + by, close: close + by }
    })
    const report = await judged({ bars: spike })
    expect(fired(report)).toEqual({ outliers: 'failed' })
    expect(report.scores.validity).toBeLessThan(100)
    const admitted = { open: 1, high: 1, low: 1, close: 1, volume: 1, reason: 'far', times_seen: 3 }
    const suspects = [{ ...admitted, timestamp: AT, first_seen_at: AT, admitted_at: AT + HOUR }]
    expect(fired(await judged({ bars: spike, suspects }))).toEqual({})
    // The market goes on from there.
    const moved = (all: readonly Bar[]): readonly Bar[] => {
      return all.map((bar) =>
        bar.time < AT
          ? bar
          : {
              ...bar,
              open: bar.open + (bar.time === AT ? 0 : by),
              high: bar.high + by,
              low: bar.low + (bar.time === AT ? 0 : by),
              close: bar.close + by,
            },
      )
    }
    expect(fired(await judged({ bars: moved }))).toEqual({})
  })

  it('warn while one is held back', async () => {
    const suspect = { timestamp: AT, open: 1, high: 1, low: 1, close: 1, volume: 1, reason: 'far', times_seen: 2 }
    const suspects = [{ ...suspect, first_seen_at: AT, admitted_at: null }]
    expect(fired(await judged({ bars: without(AT), suspects }))).toEqual({ suspects: 'warning' })
  })
})

describe('freshness', () => {
  it.each([
    [0, {}],
    [119, {}],
    [120, { freshness: 'warning' }],
    [300, { freshness: 'warning' }],
    [360, { freshness: 'failed' }],
  ] as const)('after %i s without a bar is %o', async (seconds, expected) => {
    const now = NOW + seconds * 1_000
    expect(fired(await judged({}, { to: now, now }))).toEqual(expected)
  })

  it('of a bar that may still come takes nothing from completeness', async () => {
    const now = NOW + 119_000
    const report = await judged({}, { from: now - 30 * MINUTE, to: now, now })
    expect(fired(report)).toEqual({})
    expect(report.lagMs).toBe(MINUTE)
    const late = await judged({}, { from: NOW - 29 * MINUTE, to: NOW + 3 * MINUTE, now: NOW + 3 * MINUTE })
    expect(fired(late)).toEqual({ completeness: 'warning', freshness: 'warning' })
  })

  it('goes by the delay that the last cycle measured', async () => {
    const now = NOW + 6 * MINUTE
    const cycles = [cycle(now - MINUTE, { measures: { delay_ms: NQ.delayMs + 5 * MINUTE } })]
    const report = await judged({ cycles }, { to: now, now })
    expect(fired(report)).toEqual({})
    expect(report).toMatchObject({ delayMs: 900_000, lagMs: MINUTE })
  })

  it('is not judged of a window in the past', async () => {
    const report = await judged({}, { from: TO - 10 * HOUR, to: TO - HOUR, now: TO + 30 * HOUR })
    expect(fired(report)).toEqual({})
    expect(report.lagMs).toBeUndefined()
    expect(report.scores.timeliness).toBeUndefined()
  })

  it.each([
    [1, {}],
    [2, { 'feature-freshness': 'warning' }],
    [5, { 'feature-freshness': 'warning' }],
    [6, { 'feature-freshness': 'failed' }],
  ] as const)('of features that lack %i bars is %o', async (featuresBehind, expected) => {
    expect(fired(await judged({ featuresBehind }))).toEqual(expected)
  })

  it('fails where there is nothing at all', async () => {
    const report = await judged({ bars: () => [], missing: () => [], rows: () => EMPTY })
    expect(fired(report)).toEqual({ completeness: 'failed', freshness: 'failed' })
    expect(report.score).toBe(0)
  })

  it('and coverage fail where there are bars and no features', async () => {
    const report = await judged({ rows: () => EMPTY })
    expect(fired(report)).toEqual({ 'feature-freshness': 'failed', levels: 'failed', pivots: 'failed' })
  })
})

const EMPTY: RowsByTable = {
  reference_levels: [],
  fibonacci_pivots: [],
  liquidity_events: [],
  fvg: [],
  hourly_blocks: [],
  market_structure: [],
}

describe('levels and pivots', () => {
  const oneHour = (row: RowsByTable['reference_levels'][number]): boolean =>
    row.level_type === '1H_OPEN' && row.period_start >= NOW - 23 * HOUR && row.period_start < TO - HOUR

  it('fail when a type lacks more than a fifth of what must be there, and warn when it lacks less', async () => {
    const whole = check(await judged(), 'levels').counts['expected'] ?? 0
    const warned = await judged({ rows: lacking('reference_levels', oneHour, 4) })
    expect(fired(warned)).toEqual({ levels: 'warning' })
    expect(check(warned, 'levels').counts).toMatchObject({ expected: whole, stored: whole - 4 })
    expect(check(warned, 'levels').summary).toBe('1H_OPEN 19 of 23')
    const failed = await judged({ rows: lacking('reference_levels', oneHour, 5) })
    expect(fired(failed)).toEqual({ levels: 'failed' })
    expect(failed.scores.coverage).toBeLessThan(100)
  })

  it('fail when a level of a session that must be there is not', async () => {
    const rows = lacking(
      'reference_levels',
      (row) => row.level_type === 'ASIAN_LOW' && row.period_start > TO - 24 * HOUR,
    )
    expect(fired(await judged({ rows }))).toEqual({ levels: 'failed' })
  })

  it('fail when a pivot is not there', async () => {
    const rows = lacking('fibonacci_pivots', (row) => row.level === 'R1')
    expect(fired(await judged({ rows }))).toEqual({ pivots: 'failed' })
  })

  it('fail when a price is another than that of the bars', async () => {
    const rows = changed('reference_levels', oneHour, { price: 1 })
    const report = await judged({ rows })
    expect(fired(report)).toEqual({ values: 'failed' })
    expect(report.scores.consistency).toBeLessThan(100)
    const pivot = await judged({ rows: changed('fibonacci_pivots', (row) => row.level === 'PP', { price: 1 }) })
    expect(fired(pivot)).toEqual({ values: 'failed' })
  })

  it('come from coarser bars where minutes do not reach', async () => {
    await using store = await filledStore()
    const { symbol } = NQ
    const before = Array.from({ length: 12 * 24 * 20 }, (_, i) => FROM - (12 * 24 * 20 - i) * 5 * MINUTE)
    const bars = before.map((time) => ({ time, open: 100, high: 101, low: 99, close: 100, volume: 1 }))
    await store.transaction((tx) => tx.putHistoryBars(symbol, '5m', bars, { source: 'test' }))
    const report = await validateQuality({ store, instrument: NQ, from: NOW - 24 * HOUR, to: NOW, now: NOW })
    expect(check(report, 'levels').summary).toMatch(/WEEKLY_OPEN 0 of 1|MONTHLY_OPEN 0 of 1/)
  })
})

describe('liquidity events', () => {
  const held = (row: RowsByTable['liquidity_events'][number]): boolean =>
    inWindow(row) && row.quality !== 'NEAR_MISS' && row.reclaimed_at !== null
  const missed = (row: RowsByTable['liquidity_events'][number]): boolean => inWindow(row) && row.quality === 'NEAR_MISS'
  const run = (row: RowsByTable['liquidity_events'][number]): boolean => inWindow(row) && row.quality === 'RUN'

  it.each([
    ['another extreme', held, { sweep_price: 1 }, /its bar goes to/],
    ['another reversal', held, { reclaimed_at: AT }, /reclaimed at .+ and the bars say/],
    ['no reversal', held, { reclaimed_at: null }, /reclaimed never, and the bars say/],
    ['a longer hold', held, { hold_minutes: 239 }, /held for 239 minutes, and the bars say/],
    ['another confirmation', held, { confirmed_at: TO }, /was confirmed at/],
    ['a close on the other side', run, { quality: 'WICK' }, /its bar closes beyond the level/],
    ['a minute without a bar', missed, { timestamp: parseInstant('2024-06-03T21:30:00Z') }, /there is no bar at/],
    ['a hold of what was not taken', missed, { hold_minutes: 3 }, /nothing was taken/],
    [
      'an end that no bar closes at',
      missed,
      { confirmed_at: parseInstant('2024-06-03T21:30:00Z') },
      /no bar closes at|comes nearer/,
    ],
  ] as const)('fail when one has %s', async (_, qualifies, change, message) => {
    const report = await judged({ rows: changed('liquidity_events', qualifies, change) })
    expect(fired(report)).toEqual({ events: 'failed' })
    expect(check(report, 'events').findings[0]?.what).toMatch(message)
    expect(report.scores.events).toBeLessThan(100)
  })
})

describe('fair value gaps', () => {
  type Gap = RowsByTable['fvg'][number]
  const filled = (row: Gap): boolean => inWindow(row) && row.filled
  const open = (row: Gap): boolean => inWindow(row) && row.touched_at !== null && !row.filled

  it.each([
    ['another top', filled, { gap_top: 1 }, /the candle (before|after) it/],
    ['another size', filled, { gap_size: 1.75 }, /its size is/],
    ['another touch', filled, { touched_at: AT + 1 }, /was touched at .+ and the bars say/],
    ['no touch', filled, { touched_at: null }, /was touched never, and the bars say/],
    ['no half', filled, { half_filled_at: null }, /half filled never/],
    ['another filling', filled, { fill_timestamp: AT + 1 }, /was filled at/],
    ['a filling that is not said', filled, { filled: false }, /filled is false/],
    ['another depth', open, { fill_fraction: 0.999 }, /filled to 0.999, and the bars say/],
    ['another confirmation', filled, { confirmed_at: FROM }, /was confirmed at/],
  ] as const)('fail when one has %s', async (_, qualifies, change, message) => {
    const report = await judged({ rows: changed('fvg', qualifies, change) })
    expect(fired(report)).toEqual({ 'fair-value-gaps': 'failed' })
    expect(check(report, 'fair-value-gaps').findings[0]?.what).toMatch(message)
    expect(report.scores.gaps).toBeLessThan(100)
  })

  it('are not blamed for what came after the window', async () => {
    const to = TO - 6 * HOUR
    const report = await judged({}, { to, now: NOW, from: to - 12 * HOUR })
    expect(fired(report)).toEqual({})
    expect(check(report, 'fair-value-gaps').counts['checked']).toBeGreaterThan(3)
    expect(check(report, 'events').counts['checked']).toBeGreaterThan(3)
  })
})

describe('a new calculation', () => {
  const complete = ({ confirmed_at: at }: { readonly confirmed_at: number | null }): boolean =>
    at !== null && at > TO - 12 * HOUR

  it.each([
    ['a block that is not there', lacking('hourly_blocks', complete), /hourly_blocks .+ is not there/],
    [
      'a break with another value',
      changed('market_structure', complete, { displacement: 1 }),
      /has displacement 1, expected/,
    ],
    ['a gap that is not there', lacking('fvg', (row) => complete(row) && inWindow(row)), /fvg .+ is not there/],
    [
      'a block that no calculation gives',
      (rows: RowsByTable) => ({
        ...rows,
        hourly_blocks: rows.hourly_blocks.map((row, i) => ({
          ...row,
          hour_start: row.hour_start + (i === rows.hourly_blocks.length - 50 ? 1 : 0),
        })),
      }),
      /is there, and no calculation gives it|is not there/,
    ],
  ])('tells %s, which no other check does', async (_, rows, message) => {
    expect(fired(await judged({ rows }))).toEqual({})
    const report = await judged({ rows }, { recompute: true, findings: 1_000 })
    expect(fired(report)).toEqual({ recompute: 'failed' })
    expect(
      check(report, 'recompute')
        .findings.map(({ what }) => what)
        .join('\n'),
    ).toMatch(message)
    expect(report.scores.consistency).toBeLessThan(100)
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
