import { describe, expect, it } from 'vitest'

import { FEATURE_TABLES } from '../calculator.ts'
import { RowsByKey } from './rows-by-key.ts'

const level = (level_type: string, period_start: number, price: number): object => ({ level_type, period_start, price })

function collection(...rows: readonly object[]): RowsByKey {
  const known = new RowsByKey()
  known.put('reference_levels', rows)
  return known
}

const A = level('NY_OPEN', 1, 100)
const B = level('NY_OPEN', 2, 101)

describe('rows by key', () => {
  it('are told by table, all tables in their order', () => {
    expect(Object.keys(collection().notIn(collection()))).toEqual([...FEATURE_TABLES])
    expect(collection(A, B).notIn(collection()).reference_levels).toEqual([A, B])
  })

  it('that another collection has, with the same values, are left out', () => {
    expect(collection(A, B).notIn(collection({ ...B })).reference_levels).toEqual([A])
    expect(collection(A).notIn(collection(A, B)).reference_levels).toEqual([])
  })

  it('that another collection has with other values are told', () => {
    expect(collection(A, B).notIn(collection(A, { ...B, price: 102 })).reference_levels).toEqual([B])
  })

  it('give way to a later one with the same key', () => {
    const newer = level('NY_OPEN', 1, 107)
    expect(collection(A, newer).notIn(collection()).reference_levels).toEqual([newer])
  })

  it('are told apart however their keys are written', () => {
    const rows = [level('X', 11, 1), level('X1', 1, 1)]
    expect(collection(...rows).notIn(collection()).reference_levels).toEqual(rows)
  })

  it('are told apart by table and by every column of the key', () => {
    const known = collection(level('NY_OPEN', 1, 1), level('NY_OPEN', 2, 1), level('DAILY_OPEN', 1, 1))
    known.put('market_structure', [{ timeframe: '15m', timestamp: 1, break_type: 'BOS', direction: 'BULLISH' }])
    const { reference_levels, market_structure, fvg } = known.notIn(collection())
    expect([reference_levels.length, market_structure.length, fvg.length]).toEqual([3, 1, 0])
  })
})
