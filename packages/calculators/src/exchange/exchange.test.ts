import { parseInstant } from '@openpredict/market'
import { describe, expect, it } from 'vitest'

import { newYork, wanderingBars } from '../../testing/hand-made-bars.ts'
import { FEATURE_TABLES } from '../calculator.ts'
import { createEngine } from '../engine/engine.ts'
import type { ReferenceLevelRow } from '../reference-levels/row.ts'
import { compareExchange, EXCHANGE, type ExchangeRow, toExchange } from './exchange.ts'

const ROW: ReferenceLevelRow = {
  level_type: 'ASIAN_HIGH',
  period_start: parseInstant('2024-07-01T22:00:00Z'),
  price: 20_012.25,
  period_end: parseInstant('2024-07-02T06:00:00Z'),
  complete: false,
  timestamp: parseInstant('2024-07-02T01:00:00.001Z'),
  confirmed_at: null,
}

const level = (confirmed_at: string | null, level_type: string, period_start = '2024-07-01'): ExchangeRow => ({
  table: 'reference_levels',
  level_type,
  period_start,
  confirmed_at,
})

const block = (block_number: number): ExchangeRow => ({
  table: 'hourly_blocks',
  hour_start: '2024-07-01',
  block_number,
  confirmed_at: '2024-07-02',
})

describe('the exchange format', () => {
  it('writes the table first, then the columns, instants as ISO-8601 or null, all else as it is', () => {
    expect(JSON.stringify(toExchange('reference_levels', ROW))).toBe(
      '{"table":"reference_levels","level_type":"ASIAN_HIGH","period_start":"2024-07-01T22:00:00.000Z",' +
        '"price":20012.25,"period_end":"2024-07-02T06:00:00.000Z","complete":false,' +
        '"timestamp":"2024-07-02T01:00:00.001Z","confirmed_at":null}',
    )
  })

  it('names the instrument when it is given', () => {
    expect(Object.entries(toExchange('reference_levels', ROW, 'NQ=F')).slice(0, 3)).toEqual([
      ['table', 'reference_levels'],
      ['instrument', 'NQ=F'],
      ['level_type', 'ASIAN_HIGH'],
    ])
    expect(Object.keys(toExchange('reference_levels', ROW)).slice(0, 2)).toEqual(['table', 'level_type'])
  })

  it('has the columns of every table, and its key first', () => {
    const engine = createEngine()
    engine.feed(wanderingBars(3_000, newYork('2024-07-01 18:00'), 1))
    const rows = engine.takeChanges()
    for (const table of FEATURE_TABLES) {
      const { columns, key } = EXCHANGE[table]
      expect(columns.toSorted()).toEqual(Object.keys(rows[table][0] ?? {}).toSorted())
      expect(columns.slice(0, key.length)).toEqual(key)
    }
    expect(FEATURE_TABLES.map((table) => EXCHANGE[table].key.join(' '))).toEqual([
      'level_type period_start',
      'period period_start level',
      'level_type period_start timestamp quality',
      'timeframe timestamp fvg_type',
      'hour_start block_number',
      'timeframe timestamp break_type direction',
    ])
  })

  it('writes every column of every table', () => {
    const row = { timeframe: '15m', timestamp: 0, break_type: 'BOS', direction: 'BULLISH' } as const
    const values = { level: 1, swing_timestamp: 0, displacement: 2, displacement_speed: 0.133333 } as const
    const rest = { displacement_quality: 'WEAK', break_weight: 1, confirmed_at: 900_000 } as const
    expect(toExchange('market_structure', { ...row, ...values, ...rest })).toEqual({
      table: 'market_structure',
      ...row,
      ...values,
      ...rest,
      timestamp: '1970-01-01T00:00:00.000Z',
      swing_timestamp: '1970-01-01T00:00:00.000Z',
      confirmed_at: '1970-01-01T00:15:00.000Z',
    })
    const engine = createEngine()
    engine.feed(wanderingBars(2_000, newYork('2024-07-01 18:00'), 1))
    const rows = engine.takeChanges()
    for (const table of FEATURE_TABLES) {
      expect(new Set(EXCHANGE[table].columns)).toEqual(new Set(Object.keys(rows[table][0] ?? {})))
    }
  })

  it.each(FEATURE_TABLES)('has a confirmed_at, its instants among its columns and each column once in %s', (table) => {
    const { key, columns, instants } = EXCHANGE[table]
    expect(columns.slice(0, key.length)).toEqual(key)
    expect(new Set(columns).size).toBe(columns.length)
    expect(columns).toEqual(expect.arrayContaining([...instants]))
    expect(instants).toContain('confirmed_at')
    const named = columns.filter((column) => /(_at|_start|_end|timestamp)$/.test(column))
    expect(new Set(named)).toEqual(instants)
  })
})

describe('the order of the exchange format', () => {
  it('is by confirmation, unconfirmed last, then table, then the key', () => {
    const pivot: ExchangeRow = {
      table: 'fibonacci_pivots',
      period: 'DAILY',
      period_start: '2024-07-01',
      level: 'PP',
      confirmed_at: '2024-07-02',
    }
    const ordered = [
      level('2024-07-01', 'NY_OPEN'),
      pivot,
      { ...pivot, level: 'R1' },
      { ...pivot, period: 'WEEKLY' },
      block(2),
      block(10),
      level('2024-07-02', '1H_OPEN', '2024-07-02'),
      level('2024-07-02', 'ASIAN_HIGH', '2024-06-30'),
      level('2024-07-02', 'ASIAN_HIGH', '2024-07-01'),
      level(null, 'ASIAN_HIGH'),
      level(null, 'ASIAN_LOW'),
    ]
    for (const shuffled of [ordered.toReversed(), [...ordered.slice(5), ...ordered.slice(0, 5)]]) {
      expect(shuffled.toSorted(compareExchange)).toEqual(ordered)
    }
  })

  it('puts what is not confirmed after what is, whichever comes first', () => {
    const [known, unknown] = [level('2024-07-02', 'NY_OPEN'), level(null, 'ASIAN_HIGH')]
    expect([compareExchange(known, unknown), compareExchange(unknown, known)]).toEqual([-1, 1])
  })

  it('holds rows with the same key to be equal', () => {
    expect(compareExchange(level(null, 'NY_OPEN'), level(null, 'NY_OPEN'))).toBe(0)
  })
})
