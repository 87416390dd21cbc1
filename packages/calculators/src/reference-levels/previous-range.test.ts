import { describe, expect, it } from 'vitest'

import { newYork, nyBar } from '../../testing/hand-made-bars.ts'
import { fedLevels, pricesOf, shown } from '../../testing/levels.ts'
import { referenceLevels } from './reference-levels.ts'

describe('the previous day and week', () => {
  it('are the latest earlier ones with bars, known with the first bar after them', () => {
    const bars = [
      nyBar('2024-07-01 18:00', [10, 20, 5, 10]),
      nyBar('2024-07-02 16:59', [10, 12, 4, 10]),
      // The next trading day has no bars, nor the one after.
      nyBar('2024-07-04 18:30', [10, 99, 1, 10]),
      nyBar('2024-07-05 10:00', [10, 98, 2, 10]),
    ]
    expect(shown(fedLevels(bars).current(), 'PREV_DAY_HIGH')).toEqual([
      '20 07-01T22:00/07-02T22:00 true 07-05T14:01 07-04T22:31',
    ])
    expect(shown(fedLevels(bars).current(), 'PREV_DAY_LOW')).toEqual([
      '4 07-01T22:00/07-02T22:00 true 07-05T14:01 07-04T22:31',
    ])
    expect(pricesOf(fedLevels(bars).current(), 'PREV_WEEK_HIGH')).toEqual([])
    expect(shown(referenceLevels([...bars, nyBar('2024-07-07 18:00', 10)]), 'PREV_DAY_LOW')).toEqual([
      '4 07-01T22:00/07-02T22:00 true 07-05T14:01 07-04T22:31',
      '1 07-04T22:00/07-05T22:00 true 07-07T22:01 07-07T22:01',
    ])
  })

  it('on Monday are Friday and the week before', () => {
    const bars = [
      nyBar('2024-06-23 18:00', [10, 30, 9, 10]),
      nyBar('2024-06-27 18:00', [10, 20, 5, 10]),
      nyBar('2024-06-28 16:59', [10, 12, 6, 10]),
      nyBar('2024-06-30 18:00', 50),
      nyBar('2024-06-30 18:01', 51),
    ]
    const rows = fedLevels(bars).current()
    expect(shown(rows, 'PREV_DAY_HIGH', 'PREV_DAY_LOW')).toEqual([
      '20 06-27T22:00/06-28T22:00 true 06-30T22:02 06-30T22:01',
      '5 06-27T22:00/06-28T22:00 true 06-30T22:02 06-30T22:01',
    ])
    expect(shown(rows, 'PREV_WEEK_HIGH', 'PREV_WEEK_LOW')).toEqual([
      '30 06-23T22:00/06-30T22:00 true 06-30T22:02 06-30T22:01',
      '5 06-23T22:00/06-30T22:00 true 06-30T22:02 06-30T22:01',
    ])
  })

  it('wait for a whole one after a cold start', () => {
    const bars = [nyBar('2024-07-01 18:01', 10), nyBar('2024-07-02 18:00', 20), nyBar('2024-07-03 18:00', 30)]
    expect(pricesOf(fedLevels(bars.slice(0, 2)).current(), 'PREV_DAY_HIGH')).toEqual([])
    expect(pricesOf(fedLevels(bars).current(), 'PREV_DAY_HIGH')).toEqual([20])
    const vouched = fedLevels(bars.slice(0, 2), { historyStart: newYork('2024-07-01 18:00') })
    expect(pricesOf(vouched.current(), 'PREV_DAY_HIGH')).toEqual([10])
  })
})
