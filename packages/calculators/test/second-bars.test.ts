import { type Bar, BarSeries, instrumentOf } from '@openpredict/market'
import { createMarket } from '@openpredict/simulator'
import { describe, expect, it } from 'vitest'

import { createEngine, type RowsByTable } from '../src/index.ts'

const SECOND = 1_000
const DAY = 86_400 * SECOND
const START = Date.UTC(2024, 5, 3, 22)
const instrument = instrumentOf('NQ=F')
const minutes = createMarket({ seed: 3, instrument })
  .bars(START, START + 3 * DAY)
  .toArray()

/** Sixty bars that make up a bar of a minute: its open first, its close last, the extremes on the way. */
function seconds({ time, open, high, low, close, volume }: Bar): readonly Bar[] {
  const path = (second: number): number => (second === 0 ? open : second <= 20 ? high : second <= 40 ? low : close)
  return Array.from({ length: 60 }, (_, second) => {
    const [from, to] = [path(second), path(Math.min(59, second + 1))]
    return {
      time: time + second * SECOND,
      open: from,
      high: Math.max(from, to),
      low: Math.min(from, to),
      close: to,
      volume: second === 0 ? volume : 0,
    }
  })
}

function rowsOf(bars: BarSeries, interval: '1s' | '1m'): RowsByTable {
  const engine = createEngine({ instrument, interval })
  engine.feed(bars)
  return engine.takeChanges()
}

const bySecond = rowsOf(BarSeries.from(minutes.flatMap(seconds)), '1s')
const byMinute = rowsOf(BarSeries.from(minutes), '1m')

/** Rows without the instants that are those of a bar, which finer bars tell more closely, in an order of their own. */
function withoutInstants(rows: readonly object[]): readonly string[] {
  const finer = /^(confirmed_at|timestamp|.+_at|.+_timestamp)$/
  return rows.map((row) => JSON.stringify(Object.entries(row).filter(([name]) => !finer.test(name)))).toSorted()
}

describe('bars of a second', () => {
  it.each(['reference_levels', 'fibonacci_pivots', 'fvg', 'market_structure'] as const)(
    'make the %s of the minutes that they make up',
    (table) => {
      expect(byMinute[table].length).toBeGreaterThan(10)
      expect(withoutInstants(bySecond[table])).toEqual(withoutInstants(byMinute[table]))
    },
  )

  it('cut hours where the blocks begin, which minutes straddle', () => {
    const hours = (rows: RowsByTable): unknown =>
      rows.hourly_blocks
        .filter(({ block_number }) => block_number === 1)
        .map(({ hour_start, open }) => ({ hour_start, open }))
    expect(hours(bySecond)).toEqual(hours(byMinute))
    expect(bySecond.hourly_blocks.length).toBe(byMinute.hourly_blocks.length)
  })

  it('tell sweeps apart that a minute shows as one', () => {
    expect(byMinute.liquidity_events.length).toBeGreaterThan(10)
    expect(bySecond.liquidity_events.length).toBeGreaterThanOrEqual(byMinute.liquidity_events.length)
  })
})
