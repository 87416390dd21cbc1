import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { TABLE_NAMES, tableOf } from '../tables.ts'
import { isLater, orderColumns, orderOf } from './row-order.ts'

describe('orderColumns', () => {
  it('are columns of their table, outside its key, and of a feature always the writer’s', () => {
    for (const table of TABLE_NAMES) {
      const { columns, key, group } = tableOf(table)
      for (const name of orderColumns(table)) {
        expect(Object.keys(columns)).toContain(name)
        expect(key).not.toContain(name)
      }
      expect(orderColumns(table).includes('as_of')).toBe(group === 'feature')
    }
  })
})

describe('isLater', () => {
  it('goes by the first column that differs', () => {
    const row = (revision: number, ingestedAt: number): readonly number[] =>
      orderOf('ohlc_data', { revision, ingested_at: ingestedAt })
    expect(isLater(row(1, 5), row(0, 9))).toBe(true)
    expect(isLater(row(1, 5), row(1, 4))).toBe(true)
    expect(isLater(row(0, 9), row(1, 5))).toBe(false)
  })

  it('is neither of two that are the same, nor of two without an order', () => {
    expect(isLater([1, 2], [1, 2])).toBe(false)
    expect(isLater([], [])).toBe(false)
  })

  it('is one of two that differ, never both', () => {
    const order = fc.array(fc.nat({ max: 2 }), { minLength: 2, maxLength: 2 })
    fc.assert(
      fc.property(order, order, (a, b) => {
        fc.pre(a.some((value, i) => value !== b[i]))
        expect(isLater(a, b)).toBe(!isLater(b, a))
      }),
    )
  })
})
