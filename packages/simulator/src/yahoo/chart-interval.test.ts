import { parseInstant } from '@openpredict/market'
import { describe, expect, it } from 'vitest'

import { CHART_INTERVALS, startOfRange, VALID_RANGES } from './chart-interval.ts'

const iso = (time: number | undefined): string | undefined =>
  time === undefined ? undefined : new Date(time).toISOString().replace('.000', '')
const startOf = (interval: string, instant: string): string | undefined =>
  iso(CHART_INTERVALS.get(interval)?.startOf(parseInstant(instant)))

describe('CHART_INTERVALS', () => {
  it.each([
    ['1m', '2024-03-06T15:07:00Z'],
    ['5m', '2024-03-06T15:05:00Z'],
    ['90m', '2024-03-06T15:00:00Z'],
    ['1h', '2024-03-06T15:00:00Z'],
    ['4h', '2024-03-06T12:00:00Z'],
    ['1d', '2024-03-06T05:00:00Z'],
    ['1wk', '2024-03-04T05:00:00Z'],
    ['5d', '2024-03-04T05:00:00Z'],
    ['1mo', '2024-03-01T05:00:00Z'],
    ['3mo', '2024-01-01T05:00:00Z'],
  ])('starts the bar of %s at %s', (interval, start) => {
    expect(startOf(interval, '2024-03-06T15:07:59Z')).toBe(start)
  })

  it('counts the evening to the next day, week and month', () => {
    expect(startOf('1d', '2024-03-06T23:00:00Z')).toBe('2024-03-07T05:00:00Z')
    expect(startOf('1wk', '2024-03-10T22:00:00Z')).toBe('2024-03-11T04:00:00Z')
    expect(startOf('1mo', '2024-04-30T22:00:00Z')).toBe('2024-05-01T04:00:00Z')
  })

  it('answers 60m as 1h', () => {
    expect(CHART_INTERVALS.get('60m')).toBe(CHART_INTERVALS.get('1h'))
    expect(CHART_INTERVALS.get('60m')?.name).toBe('1h')
  })
})

describe('startOfRange', () => {
  const first = parseInstant('2000-09-18T04:00:00Z')
  const wednesday = parseInstant('2024-03-06T15:07:59Z')
  const start = (range: string, now = wednesday): string | undefined => iso(startOfRange(range, now, first))

  it.each([
    ['1d', '2024-03-06T05:00:00Z'],
    ['5d', '2024-02-29T05:00:00Z'],
    ['7d', '2024-02-27T05:00:00Z'],
    ['1wk', '2024-02-28T05:00:00Z'],
    ['1mo', '2024-02-06T05:00:00Z'],
    ['6mo', '2023-09-06T04:00:00Z'],
    ['2y', '2022-03-06T05:00:00Z'],
    ['ytd', '2024-01-01T05:00:00Z'],
    ['max', '2000-09-18T04:00:00Z'],
    ['999y', '2000-09-18T04:00:00Z'],
  ])('%s begins at %s', (range, expected) => {
    expect(start(range)).toBe(expected)
  })

  it('takes the Friday for the last day of a weekend', () => {
    expect(start('1d', parseInstant('2024-03-09T15:00:00Z'))).toBe('2024-03-08T05:00:00Z')
    expect(start('1d', parseInstant('2024-03-10T15:00:00Z'))).toBe('2024-03-08T05:00:00Z')
  })

  it.each(['', 'd', '1', '1h', 'day', '-1d', '1000d'])('does not know "%s"', (range) => {
    expect(start(range)).toBeUndefined()
  })

  it('knows every range that answers offer', () => {
    for (const range of VALID_RANGES) expect(start(range)).toBeDefined()
  })
})
