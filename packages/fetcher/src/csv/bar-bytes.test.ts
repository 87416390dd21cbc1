import { type Bar, parseInstant } from '@openpredict/market'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { BarBytes, type BarBytesOptions } from './bar-bytes.ts'
import { findColumns, type Layout } from './columns.ts'

const STAMP = '2024-07-01T13:30:00Z'
const T = parseInstant(STAMP)

function reader(header = 'timestamp,open,high,low,close,volume', options: Partial<BarBytesOptions> = {}): BarBytes {
  const fields = header.split(',')
  const layout = findColumns(fields) as Layout
  return new BarBytes({ layout, width: fields.length, delimiter: ',', isUtc: true, backMs: 0, ...options })
}

/** The bar of a line, if it can be read. */
function read(bytes: BarBytes, line: string): Bar | undefined {
  // In the middle of other lines.
  const all = Buffer.from(`9,9\n${line}\n9,9,9\n`)
  return bytes.read(all, 4, all.length - 7) ? { ...bytes.bar } : undefined
}

/** The time of a line with this stamp, read after another stamp. */
function timeOf(stamp: string, before = STAMP, options: Partial<BarBytesOptions> = {}): number | undefined {
  const bytes = reader(undefined, options)
  bytes.follow(before)
  return read(bytes, `${stamp},2,4,1,3,5`)?.time
}

/** What is read of this text in place of a price. */
function numberOf(text: string): number | undefined {
  return read(reader(), `1719840600,${text},4,1,3,5`)?.open
}

describe('stamps', () => {
  it.each([
    ['2024-07-01T13:31:00Z', T + 60_000],
    ['2024-07-01T13:00:00Z', T - 1_800_000],
    ['2024-07-01T13:59:59Z', T + 1_799_000],
    ['2024-07-01T13:30:00.250Z', T + 250],
    ['2024-07-01T13:31:00', T + 60_000],
    ['1719840600', T],
    ['1719840600250', T + 250],
    ['9999999999', 9_999_999_999_000],
  ])('%s is read', (stamp, time) => {
    expect(timeOf(stamp)).toBe(time)
  })

  it.each([
    '2024-07-01T14:00:00Z',
    '2024-07-01T13:60:00Z',
    '2024-07-01T13:30:60Z',
    '2024-07-01T13:3:000Z',
    '2024-07-01T13:30-00Z',
    '2024-07-01T13:30:00.25Z',
    '2024-07-01T13:30:00+01:00',
    '2024-07-01T13:30:00ZZ',
    '2024-07-01T13:30',
    '2024-07-01T13:',
    ' 2024-07-01T13:30:00Z',
    '171984060',
    '0719840600',
    '17198406000',
    '171984060000',
    '17198406000000',
    '0719840600000',
    '',
  ])('%j is left to others', (stamp) => {
    expect(timeOf(stamp)).toBeUndefined()
  })

  it('follow what stood there before, and nothing that may not be', () => {
    expect(timeOf('2024-07-01 13:31:00', '2024-07-01 13:30:00.000')).toBe(T + 60_000)
    expect(timeOf('2024-07-01T13:31:00Z', '2024-07-01 13:30:00')).toBeUndefined()
    expect(timeOf('2024-07-01T24:01:00Z', '2024-07-01T24:00:00Z')).toBeUndefined()
    expect(timeOf('2024-07-01T13:31:00Z', '2024-07-01T13:30Z')).toBeUndefined()
    expect(read(reader(), `${STAMP},2,4,1,3,5`)).toBeUndefined()
  })

  it('need a zone where those without are not UTC', () => {
    expect(timeOf('2024-07-01T13:31:00Z', STAMP, { isUtc: false })).toBe(T + 60_000)
    expect(timeOf('2024-07-01T13:31:00', STAMP, { isUtc: false })).toBeUndefined()
    expect(timeOf('1719840600', STAMP, { isUtc: false })).toBe(T)
  })

  it('at the close open earlier', () => {
    expect(timeOf('1719840600', STAMP, { backMs: 60_000 })).toBe(T - 60_000)
  })
})

describe('numbers', () => {
  it('are those that JavaScript reads, to the last bit', () => {
    const digits = fc.integer({ min: 0, max: 9 }).map(String)
    const text = fc
      .tuple(fc.array(digits, { minLength: 1, maxLength: 14 }), fc.nat(14))
      .map(([all, at]) => `${all.slice(0, at).join('')}.${all.slice(at).join('')}`)
    fc.assert(
      fc.property(text, (number) => {
        expect(numberOf(number)).toBe(Number(number))
      }),
      { numRuns: 2_000 },
    )
  })

  it.each(['0', '7', '007', '5.', '.5', '999999999999999', '20105.25'])('%s is read', (text) => {
    expect(numberOf(text)).toBe(Number(text))
  })

  it.each(['', '.', '..', '1.2.3', '-1', '+1', '1e3', '1 ', ' 1', '1_0', 'NaN', '1234567890123456', '1;2', '1"'])(
    '%j is left to others',
    (text) => {
      expect(numberOf(text)).toBeUndefined()
    },
  )
})

describe('lines', () => {
  it('have their fields in any order, and others among them', () => {
    const bytes = reader('note,volume,close,low,high,open,timestamp,last one')
    const bar = { time: T, open: 2, high: 4, low: 1, close: 3, volume: 5 }
    expect(read(bytes, 'é,5,3,1,4,2,1719840600,')).toEqual(bar)
    expect(read(bytes, ',5,3,1,4,2,1719840600,x')).toEqual(bar)
    for (const note of ['"', '"é"', 'a\rb', 'a,b']) expect(read(bytes, `${note},5,3,1,4,2,1719840600,`)).toBeUndefined()
    expect(read(bytes, ',5,3,1,4,2,1719840600,"x"')).toBeUndefined()
  })

  it.each(['1719840600,2,4,1,3', '1719840600,2,4,1,3,', '1719840600,2,4,1,3,5,', '1719840600,2,4,1,3,5,6', '', ','])(
    'with fields too few or too many are left to others: %j',
    (line) => {
      expect(read(reader(), line)).toBeUndefined()
    },
  )

  it('end where the file ends', () => {
    const bytes = Buffer.from('1719840600,2,4,1,3,5')
    expect(reader().read(bytes, 0, bytes.length)).toBe(true)
    const short = Buffer.from('5,2,4,1,3,1719840')
    expect(reader('volume,open,high,low,close,timestamp').read(short, 0, short.length)).toBe(false)
  })
})
