import { expect, it } from 'vitest'

import { FEATURES, NQ } from '../testing/samples.ts'
import { oldRowOf, rowKeyOf, uuidOf } from './row-json.ts'

const row = { instrument: NQ, ...FEATURES.fibonacci_pivots, history_version: 2, as_of_version: 3, as_of: 5 }

it('names a row by its key, without the instrument, with instants people can read', () => {
  expect(JSON.parse(rowKeyOf('fibonacci_pivots', row))).toEqual({
    period: 'DAILY',
    period_start: '2024-07-01T14:30:00.000Z',
    level: 'R1',
  })
})

it('keeps all columns of an old row but the order of its writer', () => {
  expect(oldRowOf('fibonacci_pivots', row)).toEqual({
    instrument: NQ,
    period: 'DAILY',
    period_start: '2024-07-01T14:30:00.000Z',
    level: 'R1',
    price: 19_900.07,
    timestamp: '2024-07-01T14:31:00.000Z',
    confirmed_at: '2024-07-01T14:31:00.000Z',
    history_version: 2,
  })
})

it('makes the same UUID of the same parts and others of others', () => {
  expect(uuidOf('a', 1)).toBe(uuidOf('a', 1))
  expect(new Set([uuidOf('a', 1), uuidOf('a', 2), uuidOf('a1'), uuidOf('a', '1')]).size).toBe(4)
  expect(uuidOf('a')).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
})
