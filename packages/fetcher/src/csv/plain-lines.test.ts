import { type Bar, formatInstant, parseInstant } from '@openpredict/market'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { someBars } from '../../test/charts.ts'
import { BarRows } from './bar-rows.ts'
import { PlainLines } from './plain-lines.ts'

const HEADER = 'timestamp,open,high,low,close,volume'
const T = parseInstant('2024-07-01T13:30:00Z')
const BARS = someBars(T, 90)
const LINES = [
  HEADER,
  ...BARS.map(({ time, open, high, low, close, volume }) =>
    [formatInstant(time), open, high, low, close, volume].join(','),
  ),
]

/** What was read of pieces, and where it ended. */
function take(...pieces: readonly (string | Buffer)[]): {
  readonly bars: readonly Bar[]
  readonly isPlain: boolean
  readonly line: number
  readonly rest: string
  readonly ending: string | undefined
} {
  const rows = new BarRows(undefined, { interval: '1m' })
  const lines = new PlainLines(rows, ',')
  const isPlain = pieces.every((piece) => lines.take(Buffer.from(piece)))
  return {
    bars: rows.take().toArray(),
    isPlain,
    line: lines.line,
    rest: lines.rest.toString(),
    ending: lines.ending,
  }
}

describe.each([
  ['a line feed', '\n'],
  ['a carriage return and a line feed', '\r\n'],
])('lines that end in %s', (_, ending) => {
  const text = LINES.join(ending) + ending

  it('are read, in whatever pieces they come', () => {
    const whole = { bars: BARS, isPlain: true, line: LINES.length + 1, rest: '', ending }
    expect(take(text)).toEqual(whole)
    const cuts = fc.uniqueArray(fc.nat(text.length), { maxLength: 30 }).map((at) => at.toSorted((a, b) => a - b))
    fc.assert(
      fc.property(cuts, (at) => {
        expect(take(...[0, ...at].map((start, i) => text.slice(start, at[i])))).toEqual(whole)
      }),
    )
  })

  it('may be empty', () => {
    const found = take(LINES.join(ending + ending) + ending + ending)
    expect(found).toMatchObject({ bars: BARS, isPlain: true, line: 2 * LINES.length + 1 })
  })

  it.each([
    ['a quote', '"'],
    ['a carriage return', '\r'],
  ])('stop being plain at %s', (__, odd) => {
    const rest = `${LINES[8]}${odd},${ending}${LINES[9]}${ending}`
    expect(take(LINES.slice(0, 8).join(ending) + ending + rest)).toEqual({
      bars: BARS.slice(0, 7),
      isPlain: false,
      line: 9,
      rest,
      ending,
    })
  })

  it('stop being plain at one that ends in another way', () => {
    const other = ending === '\n' ? '\r\n' : '\n'
    const rest = `${LINES[2]}${other}${LINES[3]}${ending}`
    expect(take(`${LINES[0]}${ending}${LINES[1]}${ending}${rest}`)).toMatchObject({
      isPlain: false,
      line: 3,
      rest,
      ending,
    })
  })

  it('are wrong by the number that they have', () => {
    expect(() => take(`${LINES.slice(0, 50).join(ending)}${ending}${ending}x${ending}`)).toThrow(
      'line 52: found 1 field',
    )
    expect(() => take(`${LINES.slice(0, 50).join(ending)}${ending}${LINES[7]}${ending}`)).toThrow('line 51, column')
  })
})

describe('plain lines', () => {
  it('may lack an end at the end', () => {
    const rows = new BarRows(undefined, {})
    const lines = new PlainLines(rows, ',')
    lines.take(Buffer.from(LINES.join('\n')))
    expect(rows.length).toBe(BARS.length - 1)
    expect(lines.end()).toBe(true)
    expect(rows.take().toArray()).toEqual(BARS)
  })

  it('are not plain at the end with a quote', () => {
    const lines = new PlainLines(new BarRows(undefined, {}), ',')
    lines.take(Buffer.from(`${HEADER}\n"`))
    expect(lines.end()).toBe(false)
    expect(lines).toMatchObject({ line: 2, ending: '\n' })
    expect(lines.rest.toString()).toBe('"')
  })

  it.each([
    ['UTF-8', `\uFEFF${HEADER}\n`],
    ['UTF-16', Buffer.from(`\uFEFF${HEADER}\n`, 'utf16le')],
  ])('do not begin with a mark of %s', (_, text) => {
    expect(take(text)).toMatchObject({ isPlain: false, line: 1, ending: undefined, rest: text.toString() })
  })

  it('are not endless', () => {
    const long = 'x'.repeat(20_000)
    expect(take(long, long, long).isPlain).toBe(true)
    expect(take(long, long, long, long)).toMatchObject({ isPlain: false, line: 1, rest: long.repeat(4) })
  })
})
