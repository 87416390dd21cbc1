import type { RowsByTable } from '@openpredict/calculators'
import { parseInstant } from '@openpredict/market'
import { describe, expect, it } from 'vitest'
import { filledStore, fired, FROM, HOUR, judged, MINUTE, NOW, NQ, TO } from '../../test/quality-store.ts'
import { validateQuality } from './validate-quality.ts'
import { AT, changed, lacking, check, inWindow } from '../../test/quality-changes.ts'

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
