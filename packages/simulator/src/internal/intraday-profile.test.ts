import { describe, expect, it } from 'vitest'

import { CONTRACTS_OF_MINUTE, minuteOfDay, MOVEMENT_OF_MINUTE } from './intraday-profile.ts'

const at = (table: Float64Array, hour: number, minute: number): number => table[hour * 60 + minute] ?? Number.NaN

describe.each([
  ['movement', MOVEMENT_OF_MINUTE],
  ['contracts', CONTRACTS_OF_MINUTE],
])('%s of the minutes of a day', (_, table) => {
  it('is above zero in each of the 1,440 minutes', () => {
    expect(table.length).toBe(1440)
    expect(Math.min(...table)).toBeGreaterThan(0)
  })

  it('bursts at the 09:30 open and into the 16:00 close, and is quiet overnight', () => {
    const noon = at(table, 12, 30)
    expect(at(table, 9, 30)).toBeGreaterThan(1.5 * noon)
    expect(at(table, 9, 30)).toBeGreaterThan(at(table, 9, 35))
    expect(at(table, 15, 59)).toBeGreaterThan(noon)
    expect(at(table, 16, 1)).toBeGreaterThan(at(table, 16, 2))
    expect(at(table, 18, 0)).toBeGreaterThan(at(table, 18, 30))
    expect(at(table, 23, 30)).toBeLessThan(noon)
  })
})

it('counts the minutes of a day from midnight', () => {
  expect(minuteOfDay(0)).toBe(0)
  expect(minuteOfDay(9.5 * 3_600_000 + 59_999)).toBe(570)
})
