import { instrumentOf } from '@openpredict/market'
import { describe, expect, it } from 'vitest'

import { cycleRow, FAILED, minutely, processAt } from '../../test/cycle-rows.ts'
import { collectorLevels } from './collector-levels.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
/** A Wednesday in the New York morning. */
const START = Date.UTC(2024, 5, 5, 14)
const [NQ, BTC] = [instrumentOf('NQ=F'), instrumentOf('BTC-USD')]

describe('the levels of a collector', () => {
  it('are whole for a day without trouble', () => {
    const window = { from: START, to: START + HOUR }
    const { all, outages } = collectorLevels([{ instrument: NQ, rows: minutely(START, START + HOUR) }], window)
    expect(outages).toEqual([])
    expect(all.cycles).toMatchObject({ total: 60, successRate: 1 })
    expect(all.uptime).toEqual({ observedMs: HOUR, downMs: 0, failingMs: 0, share: 1, available: 1 })
    expect(all.latency).toMatchObject({
      total: { count: 60, median: 400 },
      own: { max: 200 },
      waiting: { max: 200 },
      stepsTogether: 400,
      longCycles: 0,
    })
    expect(all.stretches).toHaveLength(12)
    expect(all.stretches[3]).toMatchObject({ start: START + 15 * MINUTE, total: 5, p50Ms: 400, barsNew: 5 })
  })

  it('have no outage in a weekend that is polled every 15 minutes, and one where three polls are missing', () => {
    const saturday = Date.UTC(2024, 5, 8, 12)
    const window = { from: saturday, to: saturday + 4 * HOUR }
    const polls = Array.from({ length: 16 }, (_, i) => cycleRow({ at: saturday + i * 15 * MINUTE, status: 'idle' }))
    const quiet = collectorLevels([{ instrument: NQ, rows: polls }], window)
    expect(quiet.outages).toEqual([])
    expect(quiet.all.cycles.successRate).toBe(1)
    // The same market open all the time: everything between polls would be an outage.
    expect(collectorLevels([{ instrument: BTC, rows: polls }], window).outages).toHaveLength(16)
    const gap = collectorLevels([{ instrument: NQ, rows: polls.filter((_, i) => i < 4 || i > 6) }], window)
    expect(gap.outages).toMatchObject([{ kind: 'silent', start: saturday + 45 * MINUTE + 400 }])
  })

  it('are told for each instrument and for all, a process that is down once', () => {
    const window = { from: START, to: START + 2 * HOUR }
    const rows = (instrument: string, id: number) =>
      minutely(START + id, START + 2 * HOUR, (at) => ({
        instrument,
        measures: processAt(at, at < START + HOUR ? START - MINUTE : START + HOUR, at < START + HOUR ? 1 : 2),
        ...(instrument === 'NQ=F' && at < START + 2 * MINUTE ? FAILED : {}),
      })).filter(({ started_at: at }) => at < START + 50 * MINUTE || at > START + 62 * MINUTE)
    const levels = collectorLevels(
      [
        { instrument: NQ, rows: rows('NQ=F', 0) },
        { instrument: BTC, rows: rows('BTC-USD', 500) },
      ],
      window,
    )
    expect(levels.outages.map(({ kind, symbol, cause, start, end }) => [kind, symbol, cause, end - start])).toEqual([
      ['failing', 'NQ=F', 'network', 2 * MINUTE],
      // From the end of BTC's last cycle to the first one after the restart.
      ['silent', undefined, 'process-ended', 13 * MINUTE - 900 + 500],
    ])
    expect(levels.restarts).toHaveLength(1)
    expect(levels.all.cycles).toMatchObject({ total: 215, failed: 2 })
    expect(levels.instruments.map(({ symbol, figures }) => [symbol, figures.cycles.failed])).toEqual([
      ['NQ=F', 2],
      ['BTC-USD', 0],
    ])
    const [nq] = levels.instruments
    expect(levels.all.uptime.share).toBeCloseTo(1 - (13 * MINUTE - 400) / (2 * HOUR), 6)
    expect(levels.all.uptime.available).toBe(nq?.figures.uptime.available)
  })

  it('tell of one instrument that is not collected while the process goes on', () => {
    const window = { from: START, to: START + HOUR }
    const levels = collectorLevels(
      [
        { instrument: NQ, rows: minutely(START, START + 20 * MINUTE) },
        { instrument: BTC, rows: minutely(START, START + HOUR, () => ({ instrument: 'BTC-USD' })) },
      ],
      window,
    )
    expect(levels.outages).toMatchObject([{ kind: 'silent', symbol: 'NQ=F', ongoing: true }])
    expect(levels.all.uptime.share).toBe(1)
  })

  it('do not count what began before the collector was there', () => {
    const rows = minutely(START + 30 * MINUTE, START + HOUR)
    const { all } = collectorLevels([{ instrument: NQ, rows }], { from: START, to: START + HOUR })
    expect(all.uptime).toMatchObject({ observedMs: 30 * MINUTE, share: 1 })
  })

  it('leave a cold start out of cycle times, and say so', () => {
    const rows = [
      cycleRow({ at: START, duration_ms: 90_000, bars_fetched: 6_900 }),
      ...minutely(START + 2 * MINUTE, START + HOUR),
    ]
    const { all } = collectorLevels([{ instrument: NQ, rows }], { from: START, to: START + HOUR })
    expect(all.latency).toMatchObject({ longCycles: 1, longestMs: 90_000, total: { count: 58, max: 400 } })
    expect(all.cycles.total).toBe(59)
  })

  it('count bars, requests and fetches made again', () => {
    const rows = minutely(START, START + 10 * MINUTE, (at) => ({
      measures: { requests: 2, retries: at === START ? 3 : 0, lag_ms: at === START ? MINUTE : 0, bars_corrected: 1 },
    }))
    const { all } = collectorLevels([{ instrument: NQ, rows }], { from: START, to: START + 10 * MINUTE })
    expect(all.fetches).toMatchObject({ barsFetched: 310, barsNew: 10, requests: 20, retries: 3, retryRate: 0.1 })
    expect(all.fetches.barsCorrected).toBe(10)
    expect(all.lag).toMatchObject({ max: MINUTE, median: 0 })
  })
})
