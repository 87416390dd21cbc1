import { INTERVAL_MS } from '@openpredict/market'
import { describe, expect, expectTypeOf, it } from 'vitest'

import type { FeatureRow, Json, Row } from './rows.ts'
import { comparableColumns, isTableName, TABLE_NAMES, type TableName, tableOf, TABLES } from './tables.ts'

const PLACE = ['history_version', 'as_of_version', 'as_of']

describe.each(TABLE_NAMES)('%s', (name) => {
  const { key, columns, time, group } = tableOf(name)
  const names = Object.keys(columns)

  it('has a key of columns that are never empty and never change', () => {
    expect(names).toEqual(expect.arrayContaining([...key]))
    for (const column of key) {
      expect(columns[column]?.nullable).toBeUndefined()
      expect(columns[column]?.lifecycle).toBeUndefined()
      expect(columns[column]?.bookkeeping).toBeUndefined()
    }
  })

  it('begins with its key where rows belong to an instrument', () => {
    if (group === 'record') return
    expect(names[0]).toBe('instrument')
    expect(names.slice(0, key.length)).toEqual(key)
  })

  it('has an instant as its time', () => {
    expect(time === undefined ? 'instant' : columns[time]?.kind).toBe('instant')
  })

  it('calls the same things the same', () => {
    const instants = names.filter((column) => columns[column]?.kind === 'instant')
    expect(instants).toEqual(names.filter((column) => /(_at|_start|_end|timestamp)$|^as_of$/.test(column)))
  })
})

describe('the feature tables', () => {
  const features = TABLE_NAMES.filter((name) => tableOf(name).group === 'feature')

  it('are those of the six calculators', () => {
    expect(features).toEqual([
      'reference_levels',
      'fibonacci_pivots',
      'liquidity_events',
      'fvg',
      'hourly_blocks',
      'market_structure',
    ])
  })

  it.each(features)('%s ends with the place of a row in history, of which only the version is compared', (name) => {
    expect(Object.keys(tableOf(name).columns).slice(-3)).toEqual(PLACE)
    expect(comparableColumns(name)).toContain('history_version')
    expect(comparableColumns(name)).not.toContain('as_of')
  })
})

it('leaves out of comparisons when and how often something was seen, and nothing else', () => {
  const left = TABLE_NAMES.flatMap((name) =>
    Object.keys(tableOf(name).columns)
      .filter((column) => !comparableColumns(name).includes(column))
      .map((column) => `${name}.${column}`),
  )
  expect(left.filter((column) => !/\.as_of(_version)?$/.test(column))).toEqual([
    'ohlc_data.ingested_at',
    'ohlc_revisions.seen_at',
    'ohlc_suspects.first_seen_at',
    'ohlc_suspects.times_seen',
    'missing_minutes.times_asked',
    'missing_minutes.first_asked_at',
    'missing_minutes.last_asked_at',
  ])
})

it('knows every interval that bars can have', () => {
  expect(TABLES.ohlc_history.columns.interval.values).toEqual(Object.keys(INTERVAL_MS))
})

it('tells table names from other words', () => {
  expect(isTableName('ohlc_data')).toBe(true)
  expect(isTableName('constructor')).toBe(false)
})

it('gives rows their types', () => {
  expectTypeOf<Row<'reference_levels'>['complete']>().toEqualTypeOf<boolean>()
  expectTypeOf<Row<'reference_levels'>['confirmed_at']>().toEqualTypeOf<number | null>()
  expectTypeOf<Row<'fvg'>['fvg_type']>().toEqualTypeOf<'BULLISH' | 'BEARISH'>()
  expectTypeOf<Row<'collection_cycles'>['failed_step']>().toEqualTypeOf<string | null>()
  expectTypeOf<Row<'error_log'>['details']>().toEqualTypeOf<Json>()
  expectTypeOf<keyof FeatureRow<'fibonacci_pivots'>>().toEqualTypeOf<
    'period' | 'period_start' | 'level' | 'price' | 'timestamp' | 'confirmed_at'
  >()
  expectTypeOf<TableName>().toExtend<string>()
})
