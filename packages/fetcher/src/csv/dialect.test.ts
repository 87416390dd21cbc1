import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { type Bar, barProblem, type BarSeries, formatInstant, newYorkOffset, parseInstant } from '@openpredict/market'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { FetchError } from '../errors.ts'
import { BarRows } from './bar-rows.ts'
import { createCsvSource } from './csv-source.ts'
import type { CsvDialect } from './dialect.ts'
import { parseBars, streamBars } from './read-bars.ts'

const NEW_YORK = 'America/New_York'
const MINUTE = 60_000
const HOUR = 60 * MINUTE

/** Bars of which only the times matter. */
function parseTimes(stamps: readonly string[], dialect: CsvDialect = {}, header = 'timestamp'): readonly string[] {
  return times(parseBars(csv(stamps, header), dialect))
}

function csv(stamps: readonly string[], header = 'timestamp'): string {
  return [`${header},open,high,low,close,volume`, ...stamps.map((stamp) => `${stamp},5,6,4,5,1`)].join('\n')
}

function times(bars: BarSeries): readonly string[] {
  return Array.from(bars.time, (time) => formatInstant(time).replace(':00.000Z', 'Z'))
}

function errorOf(stamps: readonly string[], dialect: CsvDialect = {}, header = 'timestamp'): string {
  try {
    parseTimes(stamps, dialect, header)
  } catch (error) {
    if (error instanceof FetchError) return error.message
    throw error
  }
  return 'no error'
}

/** The bars of a text; none when it has a typed failure. Anything else is thrown. */
function barsOrFailure(text: string, dialect: CsvDialect): readonly Bar[] {
  try {
    return parseBars(text, dialect).toArray()
  } catch (error) {
    if (error instanceof FetchError) return []
    throw error
  }
}

/** What a wall clock shows at an instant. */
function wallClock(time: number): string {
  return new Date(time).toISOString().slice(0, 16).replace('T', ' ')
}

describe('the columns', () => {
  const bar = { open: 20_100, high: 20_110.25, low: 20_095, close: 20_105.5, volume: 812 }
  const values = '20100,20110.25,20095,20105.5,812'
  it.each([
    ['TradingView', `time,open,high,low,close,Volume\n1719840600,${values}`],
    ['Yahoo', `Date,Open,High,Low,Close,Adj Close,Volume\n2024-07-01,20100,20110.25,20095,20105.5,1,812`],
    ['yfinance', `Datetime,Open,High,Low,Close,Volume\n2024-07-01 09:30:00-04:00,${values}`],
    [
      'MetaTrader',
      `<DATE>\t<TIME>\t<OPEN>\t<HIGH>\t<LOW>\t<CLOSE>\t<TICKVOL>\t<VOL>\t<SPREAD>\n2024.07.01\t13:30:00\t${values.replace('812', '5,812,1').replaceAll(',', '\t')}`,
    ],
    [
      'Barchart',
      `Time,Open,High,Low,Last,Change,%Chg,Volume\n"07/01/2024 13:30",20100,20110.25,20095,20105.5,1,1%,812`,
    ],
    ['Stooq', `<TICKER>,<PER>,<DATE>,<TIME>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<VOL>\nNQ,1,20240701,133000,${values}`],
    ['an API', `t,o,h,l,c,v\n1719840600000,${values}`],
    ['an API with another order', `v,c,l,h,o,t\n812,20105.5,20095,20110.25,20100,1719840600`],
    ['a European spreadsheet', `Date;Time;Open;High;Low;Close;Volume\n07/01/2024;13:30;${values.replaceAll(',', ';')}`],
    ['another platform', `Date,Time,Open,High,Low,Latest,Total_Volume\n20240701,1330,${values}`],
    [
      'a stamp beside its parts',
      `Date,Time,Timestamp,Open,High,Low,Close,Last,Volume,V\nx,y,1719840600,20100,20110.25,20095,20105.5,1,812,9`,
    ],
  ])('are those of %s', (name, text) => {
    const time = parseInstant(name === 'Yahoo' ? '2024-07-01' : '2024-07-01T13:30:00Z')
    expect(parseBars(text).toArray()).toEqual([{ time, ...bar }])
  })

  it('are named in errors as the file names them', () => {
    const header = 'Date;Time;O;H;L;Last;Vol\n'
    const error = (line: string) => () => parseBars(header + line)
    expect(error('07/01/2024;13:30;1;2;1;x;3')).toThrow('line 2, column Last: found "x", expected a number')
    expect(error('07/01/2024;25:30;1;2;1;1;3')).toThrow('line 2, column Date and Time: found "07/01/2024 25:30"')
    expect(error('07/01/2024;13:30;1;2;1;1,5;3')).toThrow('line 2, column Last: found "1,5", expected a number')
    expect(() => parseBars('Date,Time,Time,O,H,L,C,V\n')).toThrow('expected time only once')
    expect(() => parseBars('Date,Time,Open,High,Low,V\n')).toThrow('expected also close (of timestamp,open')
  })

  it('are not told apart by separators in quotes', () => {
    const text = '"a;b;c;d;e;f;g;h;i",time,open,high,low,close,volume\n1,1719840600,5,6,4,5,1'
    expect(parseBars(text).length).toBe(1)
  })

  it('are separated as the first line is, also in a file', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'openpredict-dialect-'))
    const path = join(folder, 'bars.csv')
    writeFileSync(path, '\uFEFF\r\n"time";open;high;low;close;volume\r\n07/01/2024 09:30;5;6;4;5;1\r\n')
    const found: string[] = []
    for await (const bars of streamBars(path, { timeZone: NEW_YORK })) found.push(...times(bars))
    expect(found).toEqual(['2024-07-01T13:30Z'])
    rmSync(folder, { recursive: true })
  })
})

describe('stamps', () => {
  it.each([
    '11/19/2023 18:00',
    '11/19/2023 18:00:00',
    '11/19/2023 6:00 PM',
    '11/19/2023 06:00:00 pm',
    '20231119 180000',
    '20231119 1800',
    '20231119T180000',
    '2023.11.19 18:00',
    '2023/11/19 18:00',
    '2023-11-19T18:00:00.000',
    '2023-11-19 18:00:00.000000',
    '2023-11-19 18:00',
    '2023-11-19 18:00Z',
    '2023-11-19 19:00+01:00',
    '1700416800',
  ])('may be %s', (stamp) => {
    expect(parseTimes([stamp])).toEqual(['2023-11-19T18:00Z'])
  })

  it.each([
    ['1/2/2024 12:00 AM', '2024-01-02T00:00Z'],
    ['1/2/2024 12:30 PM', '2024-01-02T12:30Z'],
    ['1/2/2024', '2024-01-02T00:00Z'],
    ['1/2/2024 10:00:00.5', '2024-01-02T10:00:00.500Z'],
    ['1/2/2024 10:00:00.004999', '2024-01-02T10:00:00.004Z'],
  ])('put %s at %s', (stamp, time) => {
    expect(parseTimes([stamp])).toEqual([time])
  })

  it.each([
    '19/11/2023 18:00',
    '02/30/2024 10:00',
    '2023-11/19 18:00',
    '11/19/2023 13:00 PM',
    '11/19/2023 0:00 AM',
    '11/19/2023 24:00',
    '11/19/2023 18:60',
    '11/19/23 18:00',
    '20231119 18',
    '20231319 180000',
    '0050-01-01 10:00',
    '2024-13-01 10:00 +01',
  ])('may not be %s', (stamp) => {
    expect(errorOf([stamp], { timeZone: NEW_YORK })).toContain(
      `line 2, column timestamp: found "${stamp}", expected a time such as`,
    )
  })

  it('of eight digits are a date in a column of dates, and epoch seconds elsewhere', () => {
    expect(parseTimes(['20231119', '20231120'], {}, 'Date')).toEqual(['2023-11-19T00:00Z', '2023-11-20T00:00Z'])
    expect(parseTimes(['20231100'], {}, 'time')[0]).toMatch(/^1970/)
  })

  it.each([
    ['930', '09:30'],
    ['93000', '09:30'],
    ['0', '00:00'],
    ['5', '00:05'],
    ['1830', '18:30'],
  ])('with the time %s in a column of its own are at %s', (time, expected) => {
    const bars = parseBars(`Date,Time,Open,High,Low,Close,Volume\n20231119,${time},5,6,4,5,1`)
    expect(times(bars)).toEqual([`2023-11-19T${expected}Z`])
  })

  it('with a zone of their own do not follow the file', () => {
    const stamps = ['2023-11-19T23:00:00Z', '2023-11-19T18:01:00-05:00', '1700434920']
    expect(parseTimes(stamps, { timeZone: 'Asia/Tokyo' })).toEqual([
      '2023-11-19T23:00Z',
      '2023-11-19T23:01Z',
      '2023-11-19T23:02Z',
    ])
  })

  it('at the close open one interval earlier', () => {
    expect(parseTimes(['11/19/2023 18:05'], { timeZone: NEW_YORK, stamp: 'close', interval: '5m' })).toEqual([
      '2023-11-19T23:00Z',
    ])
    expect(parseTimes(['1700434860'], { stamp: 'close', interval: '1m' })).toEqual(['2023-11-19T23:00Z'])
    expect(errorOf(['11/19/2023 18:04'], { stamp: 'close', interval: '5m' })).toContain(
      'expected a time on the grid of 5m bars',
    )
  })
})

describe('a dialect', () => {
  it('must have a time zone that there is', () => {
    expect(() => parseBars('', { timeZone: 'New York' })).toThrow(RangeError)
    expect(() => parseBars('', { timeZone: 'New York' })).toThrow('timeZone "New York": expected an IANA time zone')
    expect(() => createCsvSource({ path: 'x', timeZone: 'Mars' })).toThrow(RangeError)
  })

  it('must know the interval of bars that are stamped with their close', () => {
    expect(() => parseBars('', { stamp: 'close' })).toThrow(RangeError)
    expect(() => parseBars('', { stamp: 'close', interval: '1m' })).toThrow(FetchError)
  })
})

describe('local time', () => {
  it.each([
    [NEW_YORK, '2024-01-15 09:30', '2024-01-15T14:30Z'],
    [NEW_YORK, '2024-07-15 09:30', '2024-07-15T13:30Z'],
    [NEW_YORK, '2024-07-15 09:30:00', '2024-07-15T13:30Z'],
    ['Europe/London', '2024-01-15 13:30:00', '2024-01-15T13:30Z'],
    [NEW_YORK, '2024-03-10 01:59', '2024-03-10T06:59Z'],
    [NEW_YORK, '2024-03-10 03:00', '2024-03-10T07:00Z'],
    [NEW_YORK, '2024-11-03 02:00', '2024-11-03T07:00Z'],
    ['America/Chicago', '2024-07-15 08:30', '2024-07-15T13:30Z'],
    ['Europe/Berlin', '2024-10-27 03:00', '2024-10-27T02:00Z'],
    ['Asia/Kolkata', '2024-07-15 19:00', '2024-07-15T13:30Z'],
    ['Australia/Lord_Howe', '2024-04-07 02:00', '2024-04-06T15:30Z'],
    ['Etc/UTC', '2024-07-15 13:30', '2024-07-15T13:30Z'],
  ])('in %s, %s is %s', (timeZone, stamp, time) => {
    expect(parseTimes([stamp], { timeZone })).toEqual([time])
  })

  it('that clocks skip is wrong', () => {
    expect(errorOf(['03/10/2024 01:59', '03/10/2024 02:00'], { timeZone: NEW_YORK })).toBe(
      'line 3, column timestamp: found "03/10/2024 02:00", which clocks in America/New_York skip, expected a time that there is, or another time zone',
    )
    expect(errorOf(['03/10/2024 02:59'], { timeZone: NEW_YORK })).toContain('skip')
  })

  it('that clocks show twice keeps the order of the file', () => {
    const hour = ['01:00', '01:30', '01:59'].map((time) => `11/03/2024 ${time}`)
    const all = ['11/03/2024 00:59', ...hour, ...hour, '11/03/2024 02:00']
    const expected = ['04:59', '05:00', '05:30', '05:59', '06:00', '06:30', '06:59', '07:00']
    expect(parseTimes(all, { timeZone: NEW_YORK })).toEqual(expected.map((time) => `2024-11-03T${time}Z`))
    expect(parseTimes([...hour, ...hour], { timeZone: NEW_YORK })).toHaveLength(6)
  })

  it('that clocks show twice is decided by the first time that falls back', () => {
    const stamps = ['01:30', '01:10', '01:50'].map((time) => `2024-11-03 ${time}`)
    expect(parseTimes(stamps, { timeZone: NEW_YORK })).toEqual([
      '2024-11-03T05:30Z',
      '2024-11-03T06:10Z',
      '2024-11-03T06:50Z',
    ])
  })

  it('that clocks show twice is wrong where the file has it once', () => {
    const stamps = ['00:59', '01:00', '01:01', '02:00'].map((time) => `2024-11-03 ${time}`)
    const message =
      'line 3, column timestamp: found "2024-11-03 01:00", which clocks in America/New_York show twice, in a file that has it once, expected bars of both times, or stamps with their zone'
    expect(errorOf(stamps, { timeZone: NEW_YORK })).toBe(message)
    expect(errorOf(stamps.slice(0, 3), { timeZone: NEW_YORK })).toBe(message)
    expect(errorOf([...stamps, 'a later wrong line'], { timeZone: NEW_YORK })).toBe(message)
  })

  it('that clocks show twice is not given to anybody before it is decided', () => {
    const rows = new BarRows(undefined, { timeZone: NEW_YORK })
    rows.record(['time', 'o', 'h', 'l', 'c', 'v'], 1)
    const lengths = ['00:59', '01:00', '01:30', '01:00', '01:30'].map((time, i) => {
      rows.record([`2024-11-03 ${time}`, '5', '6', '4', '5', '1'], i + 2)
      return rows.length
    })
    expect(lengths).toEqual([1, 1, 1, 4, 5])
  })

  it('that falls back a second time is wrong', () => {
    const stamps = ['01:00', '01:00', '01:00'].map((time) => `2024-11-03 ${time}`)
    expect(errorOf(stamps, { timeZone: NEW_YORK })).toBe(
      'line 4, column timestamp: found 2024-11-03T06:00:00.000Z again, expected a time after 2024-11-03T06:00:00.000Z, that of the bar before',
    )
  })

  it('that clocks show twice, at the close, belongs to the bar before', () => {
    const stamps = ['01:00', '01:30', '02:00', '02:30'].map((time) => `2024-11-03 ${time}`)
    const dialect = { timeZone: NEW_YORK, stamp: 'close', interval: '30m' } as const
    expect(errorOf(stamps, dialect)).toContain('show twice')
    const all = [...stamps.slice(0, 2), ...stamps]
    expect(parseTimes(all, dialect)).toEqual(
      ['04:30', '05:00', '05:30', '06:00', '06:30', '07:00'].map((time) => `2024-11-03T${time}Z`),
    )
  })

  it("gives back New York's minutes around every kind of day", () => {
    const starts = ['2023-11-04', '2023-11-05', '2024-03-09', '2024-03-10', '2024-07-01', '2006-10-29', '2000-04-02']
    fc.assert(
      fc.property(
        fc.constantFrom(...starts),
        fc.integer({ min: -12, max: 12 }),
        fc.integer({ min: 1, max: 36 }),
        fc.constantFrom(5, 15, 30, 60),
        (start, shift, hours, step) => {
          const from = parseInstant(start) + shift * HOUR
          const all = Array.from({ length: (hours * 60) / step }, (_, i) => from + i * step * MINUTE)
          const stamps = all.map((time) => wallClock(time + newYorkOffset(time)))
          // Files that begin or end within the repeated hour may have it once.
          const [first = '', last = ''] = [stamps[0], stamps.at(-1)].map((stamp) => stamp?.slice(11, 13))
          fc.pre(first !== '01' && last !== '01')
          expect(parseTimes(stamps, { timeZone: NEW_YORK })).toEqual(
            all.map((time) => formatInstant(time).replace(':00.000Z', 'Z')),
          )
        },
      ),
      { numRuns: 100 },
    )
  })
})

describe('any text in any dialect', () => {
  it('gives possible, ascending bars or a typed failure', () => {
    const good = ['00:30', '01:00', '01:30', '01:00', '01:30', '02:00'].map((time) => `11/03/2024 ${time}`)
    const odd = ['03/10/2024 02:30', '20241103 013000', '1730611800', '20241103', '2024-11-03T01:30:00-05:00', 'x', '"']
    const stamp = fc.oneof(
      { weight: 9, arbitrary: fc.constantFrom(...good) },
      { weight: 1, arbitrary: fc.oneof(fc.constantFrom(...odd), fc.string({ maxLength: 4 })) },
    )
    const price = fc.oneof(
      { weight: 60, arbitrary: fc.constant('5') },
      { weight: 1, arbitrary: fc.oneof(fc.constantFrom('', '6', '-1', '1,5'), fc.string({ maxLength: 4 })) },
    )
    const line = fc.tuple(stamp, price, price, price, price, price)
    const file = fc
      .record({
        header: fc.constantFrom('time|o|h|l|c|v', 'Date|Open|High|Low|Last|Vol'),
        by: fc.constantFrom(',', ';', '\t'),
      })
      .chain(({ header, by }) =>
        fc
          .oneof(fc.subarray(good), fc.array(stamp, { maxLength: 5 }))
          .chain((stamps) => fc.tuple(...stamps.map((time) => line.map((cells) => [time, ...cells.slice(1)].join(by)))))
          .map((lines) => [header.replaceAll('|', by), ...lines].join('\n')),
      )
    const dialect = fc.record({
      timeZone: fc.constantFrom('UTC', NEW_YORK, 'Australia/Lord_Howe', 'Asia/Kolkata'),
      stamp: fc.constantFrom('open' as const, 'close' as const),
      interval: fc.constantFrom('1m' as const, '30m' as const),
    })
    let read = 0
    fc.assert(
      fc.property(file, dialect, (text, how) => {
        const bars = barsOrFailure(text, how)
        read += bars.length
        expect(bars.map(barProblem).filter(Boolean)).toEqual([])
        expect(bars.filter((bar, i) => bar.time <= (bars[i - 1]?.time ?? Number.NEGATIVE_INFINITY))).toEqual([])
      }),
      { numRuns: 2_000 },
    )
    expect(read, 'bars read').toBeGreaterThan(300)
  })
})
