import type { RowsByTable } from '@openpredict/calculators'
import { type Bar, parseInstant } from '@openpredict/market'
import { describe, expect, it } from 'vitest'
import { cycle, fired, HOUR, judged, MINUTE, NOW, NQ, TO } from '../../test/quality-store.ts'
import { AT, without, changing } from '../../test/quality-changes.ts'

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
