import { createEngine, type RowsByTable } from '@openpredict/calculators'
import { type Bar, instrumentOf, parseInstant } from '@openpredict/market'
import { createMarket } from '@openpredict/simulator'
import { TABLES } from '@openpredict/store'
import { describe, expect, it } from 'vitest'

import { joinFeatures } from './join-features.ts'
import type { Table } from './table.ts'

const MINUTE = 60_000
const START = parseInstant('2024-06-04T22:00:00Z')
const nq = instrumentOf('NQ=F')
const bars = createMarket({ seed: 8, instrument: nq }).bars(START, START + 1_440 * MINUTE)

/** What the calculators know at the close of a bar. */
function rowsUntil(last: number): RowsByTable {
  const engine = createEngine({ instrument: nq })
  engine.feed(bars.slice(0, last + 1))
  return engine.takeChanges()
}

/** Rows of which no two are known at once, and what is taken of them. */
interface Case {
  readonly table: Table
  readonly rows: (tables: RowsByTable) => readonly object[]
  readonly values: Readonly<Record<string, string>>
}

const CASES: Readonly<Record<string, Case>> = {
  'the last gap': {
    table: TABLES.fvg,
    rows: ({ fvg }) => fvg.filter(({ timeframe }) => timeframe === '15m'),
    values: { top: 'gap_top', filled_at: 'fill_timestamp', touched_at: 'touched_at' },
  },
  'the high of a session, which moves until the session ends': {
    table: TABLES.reference_levels,
    rows: (tables) => tables.reference_levels.filter(({ level_type: type }) => type === 'LONDON_HIGH'),
    values: { london_high: 'price', complete: 'complete' },
  },
  'the last block': {
    table: TABLES.hourly_blocks,
    rows: (tables) => tables.hourly_blocks,
    values: { bias: 'bias', range: 'volatility_score', at: 'confirmed_at' },
  },
  'the last near miss or sweep of a pool': {
    table: TABLES.liquidity_events,
    rows: (tables) => tables.liquidity_events.filter(({ level_type: type }) => type === 'ASIAN_HIGH'),
    values: { swept: 'sweep_price', reclaimed_at: 'reclaimed_at' },
  },
}

describe('joinFeatures', () => {
  it.each(Object.entries(CASES))('puts beside a bar only what was known when it closed: %s', (_, given) => {
    const { table, rows, values } = given
    const all = joinFeatures(bars, rows(rowsUntil(bars.length - 1)), { table, values })
    const column = Object.keys(values)[0] ?? ''
    expect(all.filter((bar) => bar[column] !== null).length).toBeGreaterThan(100)
    for (const last of [0, 61, 300, 777, 1_100, bars.length - 2]) {
      const then = joinFeatures(bars.slice(0, last + 1), rows(rowsUntil(last)), { table, values })
      expect(all[last]).toEqual(then.at(-1))
    }
  })

  const bar: Bar = { time: 0, open: 10, high: 12, low: 9, close: 11, volume: 5 }
  const minutes = [0, 1, 2].map((minute) => ({ ...bar, time: minute * MINUTE }))
  const table = {
    columns: {
      instrument: { kind: 'text' },
      confirmed_at: { kind: 'instant', nullable: true },
      price: { kind: 'price', lifecycle: true },
      done_at: { kind: 'instant', nullable: true, lifecycle: true },
    },
  } as const

  it('takes the latest of what is known, and of several at once the last given', () => {
    const rows = [
      { confirmed_at: 3 * MINUTE, price: 4 },
      { confirmed_at: 2 * MINUTE, price: 1 },
      { confirmed_at: 2 * MINUTE, price: 2 },
      { confirmed_at: null, price: 9 },
    ]
    const joined = joinFeatures(minutes, rows, { table, values: { level: 'price' } })
    expect(joined.map(({ level }) => level)).toEqual([null, 2, 4])
  })

  it('goes by the close of longer candles', () => {
    const rows = [{ confirmed_at: 4 * MINUTE, price: 1 }]
    const joined = joinFeatures([bar], rows, { table, values: { level: 'price' }, interval: '5m' })
    expect(joined).toEqual([{ ...bar, level: 1 }])
  })

  it('shows an instant only once it has come', () => {
    const rows = [{ confirmed_at: MINUTE, done_at: 2 * MINUTE }]
    const joined = joinFeatures(minutes, rows, { table, values: { done: 'done_at' } })
    expect(joined.map(({ done }) => done)).toEqual([null, 2 * MINUTE, 2 * MINUTE])
  })

  it.each(['filled', 'fill_fraction'])('refuses %s of a gap, which says what became of it', (column) => {
    expect(() => joinFeatures(minutes, [], { table: TABLES.fvg, values: { gap: column } })).toThrow(
      `${column} changes after confirmed_at`,
    )
  })

  it('refuses what cannot be meant', () => {
    const known = { confirmed_at: 0, price: 1 }
    const two = ['NQ=F', 'ES=F'].map((instrument) => ({ ...known, instrument }))
    expect(() => joinFeatures(minutes, two, { table, values: { level: 'price' } })).toThrow('rows of NQ=F, ES=F')
    expect(() => joinFeatures(minutes, [], { table, values: { close: 'price' } })).toThrow(
      '"close" is a field of the bar',
    )
    expect(() => joinFeatures(minutes, [], { table, values: { x: 'cost' } })).toThrow('the table has no column "cost"')
    expect(() => joinFeatures(minutes, [], { table: TABLES.ohlc_data, values: { x: 'source' } })).toThrow(
      '"confirmed_at"',
    )
    const text = [{ confirmed_at: 'now', price: 1 }]
    expect(() => joinFeatures(minutes, text, { table, values: { x: 'price' } })).toThrow('row 0: "now" is not epoch')
    expect(() => joinFeatures(minutes.toReversed(), [], { table, values: { x: 'price' } })).toThrow(
      'bar 1 does not open',
    )
  })
})
