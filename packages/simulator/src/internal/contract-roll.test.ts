import { formatDate, instrumentOf } from '@openpredict/market'
import { describe, expect, it } from 'vitest'

import { isRollDay, rollStep } from './contract-roll.ts'

const dateOf = (text: string): number => Date.parse(`${text}T00:00:00Z`) / 86_400_000
const nq = instrumentOf('NQ=F')

describe('isRollDay', () => {
  // Expiries are the third Fridays: 2019-03-15, 06-21, 09-20, 12-20, and 2024-03-15, 06-21, 09-20, 12-20.
  it.each([
    [2019, ['2019-03-07', '2019-06-13', '2019-09-12', '2019-12-12']],
    [2024, ['2024-03-07', '2024-06-13', '2024-09-12', '2024-12-12']],
    [2030, ['2030-03-07', '2030-06-13', '2030-09-12', '2030-12-12']],
  ])('is the Thursday eight days before each third Friday of the quarters of %d', (year, expected) => {
    const dates = Array.from({ length: 366 }, (_, i) => dateOf(`${year}-01-01`) + i)
    expect(dates.filter(isRollDay).map(formatDate)).toEqual(expected)
  })
})

describe('rollStep', () => {
  const march = dateOf('2024-03-07')

  it('is a share of the price on the day of the roll, another each time, and nothing on other days', () => {
    const steps = ['2019-03-07', '2019-06-13', '2024-03-07', '2024-06-13'].map((date) => rollStep(nq, 5, dateOf(date)))
    for (const step of steps) {
      expect(step).toBeGreaterThanOrEqual(0.001)
      expect(step).toBeLessThan(0.011)
    }
    expect(new Set(steps).size).toBe(4)
    expect([march - 1, march + 1, march + 7, march + 28].map((day) => rollStep(nq, 5, day))).toEqual([0, 0, 0, 0])
  })

  it('is nothing for what does not expire', () => {
    expect(rollStep(instrumentOf('BTC-USD'), 5, march)).toBe(0)
  })
})
