import fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'

import { MarketError } from './errors.ts'
import { formatInstant, parseInstant } from './instant.ts'

const year = (text: string): number => Date.parse(`${text}T00:00:00Z`)

afterEach(() => {
  vi.unstubAllEnvs()
})

describe('parseInstant', () => {
  it('reads back every instant that formatInstant writes, years 0–9999', () => {
    fc.assert(
      fc.property(fc.integer({ min: year('0000-01-01'), max: year('9999-12-31') }), (time) => {
        expect(parseInstant(formatInstant(time))).toBe(time)
      }),
    )
  })

  it('reads ISO-8601 in its usual spellings', () => {
    const noon = Date.UTC(2024, 6, 1, 12)
    for (const text of [
      '2024-07-01T12:00:00.000Z',
      '2024-07-01T12:00:00.0Z',
      '2024-07-01T12:00:00Z',
      '2024-07-01T12:00Z',
      '2024-07-01 12:00:00',
      '2024-07-01T12:00',
      ' 2024-07-01T12:00:00Z\n',
      '2024-07-01T14:00:00+02:00',
      '2024-07-01 14:00+0200',
      '2024-07-01T08:00:00-04:00',
    ]) {
      expect([text, parseInstant(text)]).toEqual([text, noon])
    }
    expect(parseInstant('2024-07-01')).toBe(Date.UTC(2024, 6, 1))
    expect(parseInstant('2024-07-01T24:00:00Z')).toBe(Date.UTC(2024, 6, 2))
    expect(parseInstant('2024-07-01T12:00:00.25Z')).toBe(noon + 250)
  })

  it.each(['UTC', 'America/New_York', 'Asia/Tokyo'])(
    'takes a time without a zone as UTC on a machine in %s',
    (zone) => {
      vi.stubEnv('TZ', zone)
      expect(new Intl.DateTimeFormat().resolvedOptions().timeZone).toBe(zone)
      expect(parseInstant('2024-07-01')).toBe(Date.UTC(2024, 6, 1))
      fc.assert(
        fc.property(fc.integer({ min: year('1990-01-01'), max: year('2050-01-01') }), (time) => {
          expect(parseInstant(formatInstant(time).slice(0, -1))).toBe(time)
        }),
      )
    },
  )

  it.each(['2023-02-29', '2023-02-30T10:00Z', '2023-04-31', '2023-13-01', '2023-00-10', '2023-01-00'])(
    'refuses %s, a date that the calendar does not have',
    (text) => {
      expect(() => parseInstant(text)).toThrow(MarketError)
    },
  )

  it('reads the 29th of February of a leap year', () => {
    expect(parseInstant('2024-02-29')).toBe(Date.UTC(2024, 1, 29))
  })

  it.each([
    '',
    'now',
    '1700434800000',
    '2024',
    '2024-07',
    '2024-7-1',
    '24-07-01',
    '+002024-07-01',
    '2024-07-01T12',
    '2024-07-01T25:00Z',
    '2024-07-01T12:60Z',
    '2024-07-01T12:00:61Z',
    '2024-07-01T12:00:00.1234Z',
    '2024-07-01Z',
    '2024-07-01T12:00:00+2',
    '2024-07-01T12:00:00 EST',
    'x2024-07-01',
    '2024-07-01x',
  ])('refuses "%s" with the text in the message and in the failure', (text) => {
    expect(() => parseInstant(text)).toThrow(
      new MarketError(`"${text}" is not an instant: expected ISO-8601 such as 2024-07-01T13:30:00Z`, {
        kind: 'instant',
        found: text,
      }),
    )
  })
})

describe('formatInstant', () => {
  it('writes UTC with milliseconds', () => {
    expect(formatInstant(Date.UTC(2024, 6, 1, 13, 30, 5, 7))).toBe('2024-07-01T13:30:05.007Z')
    expect(formatInstant(-1)).toBe('1969-12-31T23:59:59.999Z')
  })

  it('refuses numbers that are no instants', () => {
    for (const time of [Number.NaN, Number.POSITIVE_INFINITY, 8.64e15 + 1]) {
      expect(() => formatInstant(time)).toThrow(
        new MarketError(`${time} is not an instant: expected milliseconds since 1970-01-01T00:00:00Z`, {
          kind: 'instant',
          found: String(time),
        }),
      )
    }
    expect(formatInstant(8.64e15)).toBe('+275760-09-13T00:00:00.000Z')
  })
})
