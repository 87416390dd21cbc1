import { parseInstant } from '@openpredict/market'
import { describe, expect, it } from 'vitest'

import { barAt, nyBar, utcBar } from '../../testing/hand-made-bars.ts'
import { fedLevels, LONG_AGO, pricesOf, shown } from '../../testing/levels.ts'
import type { LevelType } from './level-types.ts'
import { referenceLevels } from './reference-levels.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

describe('opens', () => {
  it.each<[LevelType, readonly string[], string]>([
    [
      'MONTHLY_OPEN',
      ['2024-06-30T23:59Z', '2024-07-01T00:00Z', '2024-07-01T00:01Z'],
      '2 07-01T00:00/08-01T00:00 true 07-01T00:02 07-01T00:01',
    ],
    // The month began on a Saturday: its first bar is that of Sunday evening, however late.
    [
      'MONTHLY_OPEN',
      ['2024-05-31T20:59Z', '2024-06-02T22:00Z', '2024-06-02T22:01Z'],
      '2 06-01T00:00/07-01T00:00 true 06-02T22:02 06-02T22:01',
    ],
    [
      'WEEKLY_OPEN',
      ['2024-06-30T23:59Z', '2024-07-01T00:20Z', '2024-07-01T00:21Z'],
      '2 07-01T00:00/07-08T00:00 true 07-01T00:22 07-01T00:21',
    ],
    [
      'WEEK_SESSION_OPEN',
      ['2024-06-28T20:59Z', '2024-06-30T22:30Z', '2024-07-01T22:00Z'],
      '2 06-30T22:00/07-07T22:00 true 07-01T22:01 06-30T22:31',
    ],
    [
      'SESSION_OPEN',
      ['2024-07-01T20:59Z', '2024-07-01T22:40Z', '2024-07-02T01:00Z'],
      '2 07-01T22:00/07-02T22:00 true 07-02T01:01 07-01T22:41',
    ],
    [
      '4H_OPEN',
      ['2024-07-02T09:59Z', '2024-07-02T10:30Z', '2024-07-02T13:59Z'],
      '2 07-02T10:00/07-02T14:00 true 07-02T14:00 07-02T10:31',
    ],
    [
      '1H_OPEN',
      ['2024-07-02T09:59Z', '2024-07-02T10:30Z', '2024-07-02T10:59Z'],
      '2 07-02T10:00/07-02T11:00 true 07-02T11:00 07-02T10:31',
    ],
    [
      'DAILY_OPEN',
      ['2024-07-01T23:59Z', '2024-07-02T00:15Z', '2024-07-02T10:59Z'],
      '2 07-02T00:00/07-03T00:00 true 07-02T11:00 07-02T00:16',
    ],
    [
      'MIDNIGHT_OPEN',
      ['2024-07-02T03:59Z', '2024-07-02T04:00Z', '2024-07-02T10:59Z'],
      '2 07-02T04:00/07-03T04:00 true 07-02T11:00 07-02T04:01',
    ],
    [
      'NY_OPEN',
      ['2024-07-02T12:29Z', '2024-07-02T12:30Z', '2024-07-03T12:29Z'],
      '2 07-02T12:30/07-03T12:30 true 07-03T12:30 07-02T12:31',
    ],
  ])('%s is the open of the first bar of its period: %j', (type, times, expected) => {
    const bars = times.map((time, i) => utcBar(time, [i + 1, i + 1.5, i + 0.5, i + 0.75]))
    expect(shown(fedLevels(bars, LONG_AGO).current(), type)).toEqual([expected])
  })

  it.each<[LevelType, string]>([
    ['DAILY_OPEN', '2024-07-02T00:00:00Z'],
    ['MIDNIGHT_OPEN', '2024-07-02T04:00:00Z'],
    ['NY_OPEN', '2024-07-02T12:30:00Z'],
  ])('%s needs a bar within 15 minutes, 15 included; else the level before stays current', (type, text) => {
    const start = parseInstant(text)
    const first = barAt(start - DAY, 1)
    expect(pricesOf(fedLevels([first, barAt(start + 15 * MINUTE, 2)]).current(), type)).toEqual([2])
    const late = fedLevels([first, barAt(start + 16 * MINUTE, 2), barAt(start + HOUR, 3)])
    expect(pricesOf(late.current(), type)).toEqual([1])
    expect(late.current().find(({ level_type }) => level_type === type)?.timestamp).toBe(start + HOUR + MINUTE)
    const strict = fedLevels([first, barAt(start + MINUTE, 2)], { openTolerance: 0 })
    expect(pricesOf(strict.current(), type)).toEqual([1])
    const lax = fedLevels([first, barAt(start + 3 * HOUR, 2)], { openTolerance: 180 })
    expect(pricesOf(lax.current(), type)).toEqual([2])
  })

  it('keeps Friday’s punctual opens on Sunday evening, and takes the other opens anew', () => {
    const bars = [
      nyBar('2024-06-27 20:00', 1),
      nyBar('2024-06-28 00:00', 2),
      nyBar('2024-06-28 08:30', 3),
      nyBar('2024-06-28 16:59', 4),
      nyBar('2024-06-30 18:00', 5),
    ]
    const rows = fedLevels(bars, LONG_AGO).current()
    expect(pricesOf(rows, 'DAILY_OPEN', 'MIDNIGHT_OPEN', 'NY_OPEN')).toEqual([1, 2, 3])
    expect(pricesOf(rows, 'WEEK_SESSION_OPEN', 'SESSION_OPEN', '4H_OPEN', '1H_OPEN')).toEqual([5, 5, 5, 5])
    expect(pricesOf(rows, 'WEEKLY_OPEN')).toEqual([1])
  })

  it('ends a replaced level with the close of the last bar before the new one', () => {
    const bars = [utcBar('2024-07-02T10:00Z', 1), utcBar('2024-07-02T10:17Z', 2), utcBar('2024-07-02T12:05Z', 3)]
    expect(shown(referenceLevels(bars, LONG_AGO), '1H_OPEN')).toEqual([
      '1 07-02T10:00/07-02T11:00 true 07-02T10:18 07-02T10:01',
      '3 07-02T12:00/07-02T13:00 true 07-02T12:06 07-02T12:06',
    ])
  })
})
