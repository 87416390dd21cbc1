import { describe, expect, it } from 'vitest'

import { newYork, nyBar } from '../../testing/hand-made-bars.ts'
import { fedLevels, LONG_AGO, pricesOf, shown } from '../../testing/levels.ts'
import { LEVEL_TYPES } from './level-types.ts'
import { ReferenceLevels, referenceLevels } from './reference-levels.ts'

describe('sessions', () => {
  const DAY_OF_BARS = [
    nyBar('2024-07-01 17:30', [100, 500, 1, 100]),
    nyBar('2024-07-01 18:00', [100, 102, 99, 101]),
    nyBar('2024-07-02 01:59', [101, 103, 100, 102]),
    nyBar('2024-07-02 02:00', [102, 400, 2, 102]),
    nyBar('2024-07-02 03:00', [102, 104, 101, 103]),
    nyBar('2024-07-02 08:30', [103, 106, 103, 105]),
    nyBar('2024-07-02 11:59', [105, 105, 102, 102]),
    nyBar('2024-07-02 12:00', [102, 300, 3, 102]),
    nyBar('2024-07-02 13:00', [102, 108, 101, 107]),
    nyBar('2024-07-02 16:59', [107, 107, 100.5, 101]),
    nyBar('2024-07-02 17:00', [101, 200, 4, 101]),
  ]

  it('span their hours of New York’s clock, the end excluded', () => {
    const rows = fedLevels(DAY_OF_BARS, LONG_AGO).current()
    expect(shown(rows, 'ASIAN_HIGH', 'ASIAN_LOW')).toEqual([
      '103 07-01T22:00/07-02T06:00 true 07-02T21:01 07-02T06:00',
      '99 07-01T22:00/07-02T06:00 true 07-02T21:01 07-02T06:00',
    ])
    expect(shown(rows, 'LONDON_HIGH', 'LONDON_LOW')).toEqual([
      '106 07-02T07:00/07-02T16:00 true 07-02T21:01 07-02T16:00',
      '101 07-02T07:00/07-02T16:00 true 07-02T21:01 07-02T16:00',
    ])
    expect(shown(rows, 'NY_AM_HIGH', 'NY_AM_LOW')).toEqual([
      '106 07-02T12:30/07-02T16:00 true 07-02T21:01 07-02T16:00',
      '102 07-02T12:30/07-02T16:00 true 07-02T21:01 07-02T16:00',
    ])
    expect(shown(rows, 'NY_PM_HIGH', 'NY_PM_LOW')).toEqual([
      '108 07-02T17:00/07-02T21:00 true 07-02T21:01 07-02T21:00',
      '100.5 07-02T17:00/07-02T21:00 true 07-02T21:01 07-02T21:00',
    ])
  })

  it('follow the price while they run, and are complete with the bar that closes at their end', () => {
    const levels = new ReferenceLevels()
    const seen: string[] = []
    for (const bar of [
      nyBar('2024-07-02 03:00', [10, 12, 9, 11]),
      nyBar('2024-07-02 03:01', [11, 11, 10, 10]),
      nyBar('2024-07-02 11:58', [10, 15, 8, 12]),
      nyBar('2024-07-02 11:59', [12, 13, 11, 12]),
      nyBar('2024-07-02 12:00', [12, 99, 1, 12]),
    ]) {
      levels.next(bar)
      seen.push(...shown(levels.current(), 'LONDON_HIGH'))
    }
    expect(seen).toEqual([
      '12 07-02T07:00/07-02T16:00 false 07-02T07:01 null',
      '12 07-02T07:00/07-02T16:00 false 07-02T07:02 null',
      '15 07-02T07:00/07-02T16:00 false 07-02T15:59 null',
      '15 07-02T07:00/07-02T16:00 true 07-02T16:00 07-02T16:00',
      '15 07-02T07:00/07-02T16:00 true 07-02T16:01 07-02T16:00',
    ])
  })

  it('are completed by the clock when no bar comes, and then reported', () => {
    const levels = fedLevels([nyBar('2024-07-02 03:00', [10, 12, 9, 11])])
    levels.takeChanges()
    levels.advanceTo(newYork('2024-07-02 12:00') - 1)
    expect(levels.takeChanges()).toEqual([])
    levels.advanceTo(newYork('2024-07-03 00:00'))
    expect(shown(levels.takeChanges(), ...LEVEL_TYPES)).toEqual([
      '12 07-02T07:00/07-02T16:00 true 07-02T07:01 07-02T16:00',
      '9 07-02T07:00/07-02T16:00 true 07-02T07:01 07-02T16:00',
    ])
    expect(levels.takeChanges()).toEqual([])
  })

  it('without a bar leave the one before current', () => {
    // Thanksgiving closed at 13:00: no afternoon session that day; Friday's stays out until it has a bar.
    const bars = [
      nyBar('2023-11-22 13:00', [10, 12, 9, 11]),
      nyBar('2023-11-23 12:59', 20),
      nyBar('2023-11-23 18:00', 30),
      nyBar('2023-11-24 12:59', 40),
    ]
    expect(pricesOf(fedLevels(bars).current(), 'NY_PM_HIGH', 'NY_PM_LOW')).toEqual([12, 9])
    const friday = [...bars, nyBar('2023-11-24 13:00', 50), nyBar('2023-11-26 18:00', 60)]
    expect(pricesOf(fedLevels(friday).current(), 'NY_PM_HIGH', 'NY_PM_LOW')).toEqual([50, 50])
    expect(shown(referenceLevels(friday), 'NY_PM_HIGH')).toEqual([
      '12 11-22T18:00/11-22T22:00 true 11-24T18:00 11-22T22:00',
      '50 11-24T18:00/11-24T22:00 true 11-26T23:01 11-24T22:00',
    ])
  })

  it('that ended early are complete all the same when the next takes over', () => {
    const bars = [nyBar('2024-07-02 03:00', 10), nyBar('2024-07-03 03:00', 20)]
    expect(shown(referenceLevels(bars), 'LONDON_LOW')).toEqual([
      '10 07-02T07:00/07-02T16:00 true 07-02T07:01 07-02T16:00',
      '20 07-03T07:00/07-03T16:00 false 07-03T07:01 null',
    ])
  })

  it('are known only when history reaches back to their start, even when it begins inside', () => {
    const bars = [nyBar('2024-07-02 09:00', 5), nyBar('2024-07-02 11:59', 6), nyBar('2024-07-02 13:00', 7)]
    const rows = fedLevels(bars).current()
    expect(pricesOf(rows, 'ASIAN_HIGH', 'LONDON_HIGH', 'NY_AM_HIGH')).toEqual([])
    expect(pricesOf(rows, 'NY_PM_HIGH')).toEqual([7])
    const vouched = fedLevels(bars, { historyStart: newYork('2024-07-02 08:30') }).current()
    expect(pricesOf(vouched, 'LONDON_HIGH', 'NY_AM_HIGH', 'NY_PM_HIGH')).toEqual([6, 7])
  })
})
