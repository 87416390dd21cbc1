import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

import { type Bar, barProblem, type BarSeries, formatInstant, parseInstant } from '@openpredict/market'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { someBars } from '../../test/charts.ts'
import { FetchError } from '../errors.ts'
import { parseBars, readBars, type ReadProgress, streamBars } from './read-bars.ts'

const HEADER = 'timestamp,open,high,low,close,volume'
const T = parseInstant('2024-07-01T13:30:00Z')
const BAR: Bar = { time: T, open: 20_100, high: 20_110.25, low: 20_095, close: 20_105.5, volume: 812 }
const LINE = '2024-07-01T13:30:00Z,20100,20110.25,20095,20105.5,812'
const NEXT = '2024-07-01T13:31:00Z,20105.5,20106,20101,20101,3'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'openpredict-csv-'))
})
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

function csv(bars: Iterable<Bar>): string {
  const lines = [...bars].map(({ time, open, high, low, close, volume }) =>
    [formatInstant(time), open, high, low, close, volume].join(','),
  )
  return [HEADER, ...lines, ''].join('\n')
}

/** The error of reading some lines, header included. */
function errorOf(...lines: readonly string[]): FetchError {
  try {
    parseBars(lines.join('\n'))
  } catch (error) {
    if (error instanceof FetchError) return error
    throw error
  }
  throw new Error('it did not fail')
}

/** The bars of a text; none when it has a typed failure. Anything else is thrown. */
function barsOrFailure(text: string): readonly Bar[] {
  try {
    return parseBars(text).toArray()
  } catch (error) {
    if (error instanceof FetchError) return []
    throw error
  }
}

describe('parseBars', () => {
  it.each([
    ['ISO-8601', '2024-07-01T13:30:00Z'],
    ['ISO-8601 with milliseconds', '2024-07-01T13:30:00.000Z'],
    ['ISO-8601 with an offset', '2024-07-01T09:30:00-04:00'],
    ['ISO-8601 without seconds', '2024-07-01T13:30Z'],
    ['a date and time, which are UTC', '2024-07-01 13:30:00'],
    ['epoch seconds', '1719840600'],
    ['epoch milliseconds', '1719840600000'],
  ])('reads open times as %s', (_, text) => {
    expect(parseBars(`${HEADER}\n${LINE.replace(/^[^,]+/, text)}`).toArray()).toEqual([BAR])
  })

  it('reads columns in any order and case, and leaves others alone', () => {
    const text = `Close, note ,Volume,HIGH,low,Open,Timestamp\n20105.5,hello,812,20110.25,20095,20100,2024-07-01T13:30:00Z`
    expect(parseBars(text).toArray()).toEqual([BAR])
  })

  it.each([
    ['Windows line ends', `${HEADER}\r\n${LINE}\r\n${NEXT}\r\n`],
    ['a byte order mark', `\uFEFF${HEADER}\n${LINE}\n${NEXT}\n`],
    ['a byte order mark before quotes', `\uFEFF"timestamp",open,high,low,close,volume\n${LINE}\n${NEXT}\n`],
    ['no last line end', `${HEADER}\n${LINE}\n${NEXT}`],
    ['empty lines', `\n${HEADER}\n\n${LINE}\n\n\n${NEXT}\n\n`],
    ['quotes', `"timestamp","open","high","low","close","volume"\n"${LINE.replaceAll(',', '","')}"\n${NEXT}`],
    ['spaces around', `${HEADER}\n ${LINE.replaceAll(',', ' , ')} \n${NEXT}`],
  ])('takes %s', (_, text) => {
    expect(parseBars(text).length).toBe(2)
    expect(parseBars(text).at(0)).toEqual(BAR)
  })

  it('takes an empty volume as 0', () => {
    expect(parseBars(`${HEADER}\n${LINE.replace('812', '')}`).at(0)?.volume).toBe(0)
  })

  it.each(['1e3', '1.50', '.5', '5.', '+7'])('reads %s as a number', (text) => {
    expect(parseBars(`${HEADER}\n${LINE.replace('812', text)}`).at(0)?.volume).toBe(Number(text))
  })

  it('reads a header alone as no bars', () => {
    expect(parseBars(`${HEADER}\n`).length).toBe(0)
  })

  it('reads bytes, plain or gzip', () => {
    const text = `${HEADER}\n${LINE}\n`
    expect(parseBars(Buffer.from(text)).toArray()).toEqual([BAR])
    expect(parseBars(new Uint8Array(gzipSync(text))).toArray()).toEqual([BAR])
  })

  it('gives back what was written', () => {
    const price = fc.integer({ min: 1, max: 4_000_000 }).map((steps) => steps / 4)
    const bars = fc
      .uniqueArray(
        fc.record({
          minute: fc.integer({ min: -1_000_000, max: 50_000_000 }),
          prices: fc.tuple(price, price, price, price),
          volume: fc.nat(),
        }),
        { selector: ({ minute }) => minute, maxLength: 50 },
      )
      .map((raw) =>
        raw
          .toSorted((a, b) => a.minute - b.minute)
          .map(({ minute, prices, volume }): Bar => {
            const [low = 0, open = 0, close = 0, high = 0] = prices.toSorted((a, b) => a - b)
            return { time: minute * 60_000, open, high, low, close, volume }
          }),
      )
    fc.assert(
      fc.property(bars, (written) => {
        expect(parseBars(csv(written), { interval: '1m' }).toArray()).toEqual(written)
      }),
    )
  })

  it('gives possible, ascending bars or a typed failure, whatever the text', () => {
    const cell = fc.oneof(
      fc.constantFrom('', '1', '2', '-1', 'NaN', '"', ',', '1e999', '1719840600', '1719840660', LINE, NEXT),
      fc.string(),
    )
    const line = fc.oneof(
      fc.constantFrom(LINE, NEXT, HEADER),
      fc.array(cell, { maxLength: 8 }).map((cells) => cells.join(',')),
    )
    fc.assert(
      fc.property(fc.boolean(), fc.array(line, { maxLength: 8 }), (headed, lines) => {
        const bars = barsOrFailure([...(headed ? [HEADER] : []), ...lines].join('\n'))
        expect(bars.map(barProblem).filter(Boolean)).toEqual([])
        expect(bars.filter((bar, i) => bar.time <= (bars[i - 1]?.time ?? Number.NEGATIVE_INFINITY))).toEqual([])
      }),
      { numRuns: 1_000 },
    )
  })
})

describe('a line that is wrong is named:', () => {
  it('an empty file', () => {
    expect(errorOf('').failure).toEqual({
      kind: 'csv',
      line: 1,
      found: 'an empty file',
      expected: `the header ${HEADER}`,
    })
    expect(errorOf('', '', '').failure).toMatchObject({ found: 'an empty file' })
  })

  it('missing columns', () => {
    const error = errorOf('times,open,high,low,close', LINE)
    expect(error.failure).toEqual({
      kind: 'csv',
      line: 1,
      found: 'the columns "times", "open", "high", "low", "close"',
      expected: `also timestamp, volume (of ${HEADER})`,
    })
    expect(error.category).toBe('data')
  })

  it('a column that is there twice', () => {
    expect(errorOf(`${HEADER},Close`, LINE).message).toMatch(/^line 1: found .*, expected close only once$/)
  })

  it('a field too few or too many', () => {
    expect(errorOf(HEADER, LINE, '1,2,3').message).toBe('line 3: found 3 fields, expected 6, as many as in the header')
    expect(errorOf(HEADER, `${LINE},7`).message).toMatch(/^line 2: found 7 fields/)
  })

  it.each(['', 'x', '0x10', '1_000', '1,5', 'NaN', '-', '1e', '1 2', 'Infinity'])('the price "%s"', (text) => {
    const error = errorOf(HEADER, LINE, NEXT.replace('20106', text.includes(',') ? `"${text}"` : text))
    expect(error.failure).toEqual({
      kind: 'csv',
      line: 3,
      column: 'high',
      found: JSON.stringify(text),
      expected: 'a number',
    })
  })

  it.each(['', 'yesterday', '2024-02-30T13:30:00Z', '2024-13-01', '2024-07-01T25:00:00Z', '-5', '1.5', '13/07/2024'])(
    'the timestamp "%s"',
    (text) => {
      const error = errorOf(HEADER, LINE, '', NEXT.replace(/^[^,]+/, text))
      expect(error.failure).toMatchObject({ kind: 'csv', line: 4, column: 'timestamp', found: JSON.stringify(text) })
    },
  )

  it('an impossible bar', () => {
    expect(errorOf(HEADER, LINE.replace('20110.25', '20099')).message).toBe(
      'line 2: found high 20099 is below open 20100, expected a bar whose prices and volume are possible',
    )
    expect(errorOf(HEADER, LINE.replace('20100', '-5')).message).toMatch(/open -5 is not positive/)
    expect(errorOf(HEADER, LINE.replace('812', '-1')).message).toMatch(/volume -1/)
  })

  it('a time before the one above', () => {
    expect(errorOf(HEADER, NEXT, LINE).message).toBe(
      'line 3, column timestamp: found 2024-07-01T13:30:00.000Z, expected a time after 2024-07-01T13:31:00.000Z, that of the bar before',
    )
  })

  it('the same time again', () => {
    expect(errorOf(HEADER, LINE, LINE).message).toMatch(
      /^line 3, column timestamp: found 2024-07-01T13:30:00.000Z again/,
    )
  })

  it('a time between two bars, when the interval is given', () => {
    const text = `${HEADER}\n${LINE}\n${NEXT}`
    expect(() => parseBars(text, { interval: '5m' })).toThrow(
      'line 3, column timestamp: found 2024-07-01T13:31:00.000Z, expected a time on the grid of 5m bars',
    )
    expect(parseBars(text, { interval: '1m' }).length).toBe(2)
  })

  it('quotes that do not match', () => {
    expect(errorOf(HEADER, `"${LINE}`).message).toMatch(/^line 2: found a quote that is never closed/)
    expect(errorOf(HEADER, LINE, NEXT.replace('3', '3"'), LINE).message).toMatch(
      /^line 3: found a quote inside a field/,
    )
  })

  it('the file, too, and no more than a little of what is in it', () => {
    expect(() => parseBars(`${HEADER}\n${'x'.repeat(10_000)},1,1,1,1,1`, { name: 'bars.csv' })).toThrow(
      `bars.csv: line 2, column timestamp: found "${'x'.repeat(39)}…", expected a time such as`,
    )
    expect(errorOf(HEADER, LINE.replace('812', '\u001B[31m')).message).not.toContain('\u001B')
  })
})

describe('readBars', () => {
  it('reads a plain and a gzip file, told by their content', async () => {
    const bars = someBars(T, 3_000)
    for (const name of ['bars.csv', 'bars.csv.gz']) {
      expect((await readBars(file(name, csv(bars)))).toArray()).toEqual(bars)
      expect((await readBars(file(name, gzipSync(csv(bars))))).toArray()).toEqual(bars)
    }
  })

  it.each([
    ['missing', () => join(folder, 'nowhere.csv'), 'ENOENT', /does not exist/],
    ['a folder', () => folder, 'EISDIR', /is a folder/],
    [
      'half a gzip file',
      () => file('half.gz', gzipSync(csv(someBars(T, 500))).subarray(0, 2_000)),
      'Z_BUF_ERROR',
      /could not be read/,
    ],
    [
      'a gzip file with other content',
      () => file('bad.gz', Buffer.from([0x1f, 0x8b, 8, 0, 1, 2, 3, 4, 5, 6, 7])),
      /^Z_/,
      /could not be read/,
    ],
  ] as const)('fails on what is %s', async (_, path, reason, message) => {
    const error: unknown = await readBars(path()).catch((failure: unknown) => failure)
    expect(error).toBeInstanceOf(FetchError)
    expect((error as FetchError).failure).toEqual({
      kind: 'file',
      path: path(),
      reason: expect.stringMatching(reason) as string,
    })
    expect((error as FetchError).message).toMatch(message)
    expect((error as FetchError).category).toBe('system')
  })

  it('fails on an empty file, and on one cut within its first bytes', async () => {
    await expect(readBars(file('empty.csv', ''))).rejects.toThrow(/empty\.csv: line 1: found an empty file/)
    await expect(readBars(file('one.csv', Buffer.from([0x1f])))).rejects.toThrow(/line 1: found the columns/)
  })

  it('names the file and the line, however far down', async () => {
    const path = file(
      'wrong.csv',
      csv(someBars(T, 20_000)).replace('T13:30:00.000Z,15900', 'T13:30:00.000Z,one').concat(LINE),
    )
    await expect(readBars(path)).rejects.toThrow(`${path}: line 2, column open: found "one", expected a number`)
    const late = file('late.csv', `${csv(someBars(T, 20_000))}${LINE}\n`)
    await expect(readBars(late)).rejects.toThrow(
      `${late}: line 20002, column timestamp: found 2024-07-01T13:30:00.000Z`,
    )
  })

  it('ends with the reason of its signal', async () => {
    const path = file('long.csv', csv(someBars(T, 20_000)))
    await expect(readBars(path, { signal: AbortSignal.abort('enough') })).rejects.toBe('enough')
    const stop = new AbortController()
    const reading = streamBars(path, { signal: stop.signal })
    await reading.next()
    stop.abort('enough')
    await expect(reading.next()).rejects.toBe('enough')
  })
})

describe('streamBars', () => {
  it('gives the bars in several pieces, which are all of them', async () => {
    const bars = someBars(T, 30_000)
    const path = file('pieces.csv', csv(bars))
    const pieces: BarSeries[] = []
    for await (const piece of streamBars(path)) pieces.push(piece)
    expect(pieces.length).toBeGreaterThan(3)
    expect(pieces.flatMap((piece) => piece.toArray())).toEqual(bars)
  })

  it('gives the bars before a wrong line first, and nothing of that line to who stops there', async () => {
    const bars = someBars(T, 20)
    const path = file('wrong.csv', `${csv(bars)}x,1,1,1,1,1\n`)
    const reading = streamBars(path)
    const { value } = await reading.next()
    expect((value as BarSeries).toArray()).toEqual(bars)
    await expect(reading.next()).rejects.toThrow('line 22, column timestamp')
    for await (const piece of streamBars(path)) {
      expect(piece.length).toBe(20)
      break
    }
  })

  it('goes on with quotes, wherever they begin', async () => {
    const bars = someBars(T, 20_000)
    const lines = csv(bars).trim().split('\n')
    for (const at of [1, 7_000, 20_000]) {
      const quoted = lines.with(at, (lines[at] as string).replace(/^[^,]*/, '"$&"'))
      expect((await readBars(file('quoted.csv', quoted.join('\n')))).toArray()).toEqual(bars)
      const wrong = quoted.concat('"late"", 1')
      await expect(readBars(file('quoted.csv', wrong.join('\n')))).rejects.toThrow(/line 20002: found a quote/)
    }
  })

  it('says how much of the file it has read, up to all of it', async () => {
    const text = csv(someBars(T, 30_000))
    for (const content of [text, gzipSync(text)]) {
      const seen: ReadProgress[] = []
      const path = file('progress.csv', content)
      for await (const _ of streamBars(path, { onProgress: (progress) => seen.push(progress) })) continue
      const size = Buffer.byteLength(content)
      expect(seen.length).toBeGreaterThan(3)
      expect(seen.map(({ bytes }) => bytes)).toEqual(seen.map(({ bytes }) => bytes).toSorted((a, b) => a - b))
      expect(seen.every((progress) => progress.size === size)).toBe(true)
      expect(seen.at(-1)?.bytes).toBe(size)
      expect(seen[0]?.bytes).toBeGreaterThan(0)
    }
  })

  it('closes the file when its reader has had enough', async () => {
    const path = file('pieces.csv', csv(someBars(T, 30_000)))
    for await (const piece of streamBars(path)) {
      expect(piece.length).toBeGreaterThan(0)
      break
    }
  })
})
