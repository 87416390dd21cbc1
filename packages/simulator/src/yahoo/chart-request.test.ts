import { parseInstant } from '@openpredict/market'
import { describe, expect, it } from 'vitest'

import { parseChartRequest } from './chart-request.ts'

const DAY = 86_400_000
const now = parseInstant('2024-03-06T15:00:30Z')
const context = { now, firstTrade: parseInstant('2000-09-18T04:00:00Z') }
const NOW = now / 1000
const parse = (query: Record<string, string | number>) =>
  parseChartRequest(
    new URLSearchParams(Object.entries(query).map(([key, value]): [string, string] => [key, String(value)])),
    context,
  )

describe('parseChartRequest', () => {
  it('reads a window in Unix seconds', () => {
    expect(parse({ interval: '1m', period1: NOW - 600, period2: NOW - 60, includePrePost: 'true' })).toMatchObject({
      interval: { name: '1m' },
      period1: now - 600_000,
      period2: now - 60_000,
      range: '',
      includePrePost: true,
    })
  })

  it('ends at now unless told otherwise', () => {
    expect(parse({ interval: '1m', period1: NOW - 600 })).toMatchObject({ period2: now, includePrePost: false })
  })

  it('reads a range, and takes minutes of one day when nothing is asked for', () => {
    expect(parse({ interval: '5m', range: '5d' })).toMatchObject({
      interval: { name: '5m' },
      period1: parseInstant('2024-02-29T05:00:00Z'),
      period2: now,
      range: '5d',
    })
    expect(parse({})).toMatchObject({ interval: { name: '1m' }, range: '1d' })
    expect(parse({ range: '1y' })).toMatchObject({ interval: { name: '1d' }, range: '1y' })
    expect(parse({ period1: NOW - 600 })).toMatchObject({ interval: { name: '1d' }, range: '' })
  })

  it('prefers the window to the range', () => {
    expect(parse({ interval: '1m', period1: NOW - 600, range: '1d' })).toMatchObject({ period1: now - 600_000 })
  })

  it('begins with the first trade', () => {
    expect(parse({ interval: '1d', period1: -1e11 })).toMatchObject({ period1: context.firstTrade })
  })

  it.each([
    [
      { interval: '7m' },
      'Invalid input - interval=7m is not supported. Valid intervals: [1m, 2m, 5m, 15m, 30m, 60m, 90m, 1h, 4h, 1d, 5d, 1wk, 1mo, 3mo]',
    ],
    [{ interval: '1m', range: '1x' }, 'Invalid input - range=1x is not supported'],
    [{ period1: 'x' }, 'Invalid input - period1 is not a number'],
    [{ period1: '' }, 'Invalid input - period1 is not a number'],
    [{ period1: 1e13 }, 'Invalid input - period1 is not a number'],
    [{ period1: 1, period2: 'x' }, 'Invalid input - period2 is not a number'],
    [
      { period1: NOW, period2: NOW },
      `Invalid input - start date cannot be after end date. startDate = ${NOW}, endDate = ${NOW}`,
    ],
    [
      { period1: NOW, period2: NOW - 1 },
      `Invalid input - start date cannot be after end date. startDate = ${NOW}, endDate = ${NOW - 1}`,
    ],
    [{ period1: 1, period2: 969_249_600 }, "Data doesn't exist for startDate = 1, endDate = 969249600"],
    [{ period1: NOW + 1, period2: NOW + 60 }, `Data doesn't exist for startDate = ${NOW + 1}, endDate = ${NOW + 60}`],
  ])('refuses %j with 400', (query: Record<string, string | number>, description) => {
    expect(parse(query)).toEqual({ status: 400, code: 'Bad Request', description })
  })

  it.each([
    ['1m', 30],
    ['2m', 60],
    ['5m', 60],
    ['15m', 60],
    ['30m', 60],
    ['90m', 60],
    ['60m', 730],
    ['1h', 730],
  ])('serves %s for the last %d days and refuses earlier windows with 422', (interval, days) => {
    const oldest = NOW - days * 86_400
    expect(parse({ interval, period1: oldest, period2: oldest + 60 })).toMatchObject({ period1: now - days * DAY })
    expect(parse({ interval, period1: oldest - 1, period2: oldest + 60 })).toEqual({
      status: 422,
      code: 'Unprocessable Entity',
      description: `${interval === '60m' ? '1h' : interval} data not available for startTime=${oldest - 1} and endTime=${oldest + 60}. The requested range must be within the last ${days} days.`,
    })
  })

  it('serves 8 days of minutes a request and refuses more with 422', () => {
    expect(parse({ interval: '1m', period1: NOW - 8 * 86_400, period2: NOW })).toMatchObject({ period2: now })
    expect(parse({ interval: '1m', period1: NOW - 8 * 86_400, period2: NOW + 1 })).toEqual({
      status: 422,
      code: 'Unprocessable Entity',
      description: `1m data not available for startTime=${NOW - 8 * 86_400} and endTime=${NOW + 1}. Only 8 days worth of 1m granularity data are allowed to be fetched per request.`,
    })
    expect(parse({ interval: '5m', period1: NOW - 59 * 86_400, period2: NOW })).toMatchObject({ period2: now })
  })

  it('counts weekdays in ranges of days', () => {
    expect(parse({ interval: '1m', range: '8d' })).toMatchObject({ period1: parseInstant('2024-02-26T05:00:00Z') })
    expect(parse({ interval: '5m', range: '60d' })).toMatchObject({ period1: parseInstant('2023-12-14T05:00:00Z') })
    for (const [interval, range] of [
      ['1m', '9d'],
      ['1m', '1mo'],
      ['5m', '61d'],
      ['5m', '3mo'],
      ['1h', '5y'],
    ] as const) {
      expect(parse({ interval, range })).toMatchObject({ status: 422 })
    }
  })
})
