import { formatInstant, parseInstant, type Period } from '@openpredict/market'
import { describe, expect, it } from 'vitest'

import { newYork } from '../../testing/hand-made-bars.ts'
import { HOUR, lastNewYorkStretch, newYorkDay, utcDay, utcMonth, utcWeek } from './periods.ts'

const shown = ({ start, end }: Period): readonly string[] => [formatInstant(start), formatInstant(end)]

const asia = (text: string): readonly string[] => shown(lastNewYorkStretch(newYork(text), 18 * HOUR, 26 * HOUR))

describe('periods', () => {
  it('counts calendar days and months in UTC', () => {
    const time = parseInstant('2024-02-29T23:59:59.999Z')
    expect(shown(utcDay(time))).toEqual(['2024-02-29T00:00:00.000Z', '2024-03-01T00:00:00.000Z'])
    expect(shown(utcMonth(time))).toEqual(['2024-02-01T00:00:00.000Z', '2024-03-01T00:00:00.000Z'])
    expect(shown(utcMonth(parseInstant('2024-12-01')))).toEqual([
      '2024-12-01T00:00:00.000Z',
      '2025-01-01T00:00:00.000Z',
    ])
  })

  it('begins calendar weeks on Monday 00:00 UTC', () => {
    const week = ['2024-07-01T00:00:00.000Z', '2024-07-08T00:00:00.000Z']
    expect(shown(utcWeek(parseInstant('2024-07-01T00:00:00Z')))).toEqual(week)
    expect(shown(utcWeek(parseInstant('2024-07-07T23:59:00Z')))).toEqual(week)
    expect(shown(utcWeek(parseInstant('2024-06-30T23:59:00Z')))[1]).toBe(week[0])
  })

  it('gives the stretch that started last, also after its end and across midnight', () => {
    const night = ['2024-07-01T22:00:00.000Z', '2024-07-02T06:00:00.000Z']
    expect(asia('2024-07-01 18:00')).toEqual(night)
    expect(asia('2024-07-02 01:59')).toEqual(night)
    expect(asia('2024-07-02 17:59')).toEqual(night)
    expect(asia('2024-07-01 17:59')[0]).toBe('2024-06-30T22:00:00.000Z')
  })

  it('follows the wall clock through daylight saving changes', () => {
    expect(shown(newYorkDay(newYork('2024-03-10 12:00'), 0))).toEqual([
      '2024-03-10T05:00:00.000Z',
      '2024-03-11T04:00:00.000Z',
    ])
    expect(shown(newYorkDay(newYork('2024-11-03 12:00'), 8.5 * HOUR))).toEqual([
      '2024-11-03T13:30:00.000Z',
      '2024-11-04T13:30:00.000Z',
    ])
    expect(shown(lastNewYorkStretch(newYork('2024-11-03 01:00'), 18 * HOUR, 26 * HOUR))).toEqual([
      '2024-11-02T22:00:00.000Z',
      '2024-11-03T07:00:00.000Z',
    ])
  })
})
