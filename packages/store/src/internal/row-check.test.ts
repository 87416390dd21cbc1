import { describe, expect, it } from 'vitest'

import { cycleRow, errorRow, FEATURE_TABLES, FEATURES, NQ, T0 } from '../testing/samples.ts'
import { checkRow } from './row-check.ts'

const place = { instrument: NQ, history_version: 0, as_of_version: 0, as_of: T0 }
const hour = { ...FEATURES.hourly_blocks, ...place }

describe('checkRow', () => {
  it('takes rows that fit', () => {
    for (const table of FEATURE_TABLES) expect(() => checkRow(table, { ...FEATURES[table], ...place })).not.toThrow()
    expect(() => checkRow('collection_cycles', cycleRow())).not.toThrow()
    expect(() => checkRow('error_log', errorRow({ details: null, instrument: null }))).not.toThrow()
  })

  it('takes candles whose prices are all the same, and values at the ends of their range', () => {
    const flat = { open: 1, high: 1, low: 1, close: 1, volume: 0 }
    expect(() => checkRow('hourly_blocks', { ...hour, ...flat, block_number: 1 })).not.toThrow()
    expect(() => checkRow('hourly_blocks', { ...hour, block_number: 7, as_of: 8.64e15 })).not.toThrow()
  })

  it('names the row by its key, what was found and what was expected', () => {
    expect(() => checkRow('hourly_blocks', { ...hour, bias: 'UP' })).toThrow(
      `hourly_blocks (instrument "NQ=F", hour_start ${hour.hour_start}, block_number 7): ` +
        'bias is "UP", expected one of BULLISH, BEARISH, NEUTRAL',
    )
    expect(() => checkRow('hourly_blocks', { ...hour, volume: -1 })).toThrow(/volume is -1, expected 0 or more$/)
    expect(() => checkRow('hourly_blocks', { ...hour, high: 1 })).toThrow(/: high 1 is below low 19799.25$/)
    expect(() => checkRow('hourly_blocks', { ...hour, instrument: undefined })).toThrow(/instrument is null/)
  })

  it('shows of a long text and of an object no more than is needed', () => {
    expect(() => checkRow('error_log', errorRow({ id: 'x'.repeat(1_000) }))).toThrow(/id is "x{40}…", expected a UUID/)
    expect(() => checkRow('error_log', { ...errorRow(), component: { secret: 'key' } })).toThrow(
      /component is an object, expected a text$/,
    )
  })

  it.each([[undefined], [() => 1], [10n], [Symbol('x')], [new Map()], [new Date(0)], [Number.NaN]])(
    'knows what JSON cannot hold: %s',
    (value) => {
      expect(() => checkRow('collection_cycles', { ...cycleRow(), step_ms: [value] })).toThrow(/step_ms/)
      expect(() => checkRow('collection_cycles', { ...cycleRow(), step_ms: { a: [value] } })).toThrow(/step_ms/)
    },
  )

  it('takes an object without a prototype, and one with a field that is undefined', () => {
    const bare = Object.assign(Object.create(null) as object, { fetch: 1, deliver: undefined })
    expect(() => checkRow('collection_cycles', { ...cycleRow(), step_ms: bare })).not.toThrow()
  })
})
