import type { Bar } from '@openpredict/market'

import { COLUMNS, type Layout } from './columns.ts'

const ZERO = 0x30
const POINT = 0x2e
const COLON = 0x3a
const Z = 0x5a
/** A whole number of that many digits is exact in a double. */
const EXACT_DIGITS = 15
const QUOTE = 0x22
const CARRIAGE_RETURN = 0x0d
/** `2023-11-19T18:30:00Z`, of which the hour is the first part. */
const STAMP = /^(\d{4}-\d{2}-\d{2}[T ](?:[01]\d|2[0-3]):)\d{2}:\d{2}(\.\d{3})?Z?$/
const IGNORED = -1
const TIME = COLUMNS.indexOf('timestamp')

export interface BarBytesOptions {
  readonly layout: Layout
  /** How many fields a line has. */
  readonly width: number
  /** What separates them, one character. */
  readonly delimiter: string
  /** Whether stamps without a zone are UTC. */
  readonly isUtc: boolean
  /** From the stamp back to the open, in milliseconds. */
  readonly backMs: number
}

/**
 * Reads bars from the bytes of plain lines without making a text of them, many times as fast. It knows plain decimal
 * numbers, UTC stamps of the same hour as the stamp that it was told to `follow`, and epoch seconds and milliseconds as of
 * this century. What it reads is what reading the texts gives; all else it leaves to those who can say what is wrong.
 */
export class BarBytes {
  /** The bar that was read last. It is the same object each time. */
  readonly bar: Bar
  readonly #bar: { -readonly [Name in keyof Bar]: number }
  /** What each field holds: a place in `COLUMNS`, or `IGNORED`. */
  readonly #columns: Int8Array
  readonly #values = new Float64Array(COLUMNS.length)
  readonly #delimiter: number
  readonly #isUtc: boolean
  readonly #backMs: number
  #hour: Buffer = Buffer.alloc(0)
  #hourStart = 0
  /** Where the field that was read last ends. */
  #end = 0

  constructor({ layout, width, delimiter, isUtc, backMs }: BarBytesOptions) {
    this.#columns = new Int8Array(width).fill(IGNORED)
    for (const [i, column] of COLUMNS.entries()) this.#columns[layout.index[column]] = i
    this.#delimiter = delimiter.charCodeAt(0)
    this.#isUtc = isUtc
    this.#backMs = backMs
    this.#bar = { time: 0, open: 0, high: 0, low: 0, close: 0, volume: 0 }
    this.bar = this.#bar
  }

  /** Is told a stamp that is right: those that come next are probably of the same hour. */
  follow(stamp: string): void {
    const [, hour] = STAMP.exec(stamp) ?? []
    if (hour === undefined) return
    this.#hour = Buffer.from(hour)
    this.#hourStart = Date.parse(`${hour.replace(' ', 'T')}00:00Z`)
  }

  /** Reads the line in `[start, end)` into `bar`, if it can. */
  read(bytes: Buffer, start: number, end: number): boolean {
    const values = this.#values
    const last = this.#columns.length - 1
    let at = start
    for (let i = 0; i <= last; i++) {
      const column = this.#columns[i] as number
      if (column === IGNORED) this.#skip(bytes, at, end)
      else {
        const value = column === TIME ? this.#time(bytes, at) : this.#decimal(bytes, at, end)
        if (Number.isNaN(value)) return false
        values[column] = value
      }
      // One field too few, one too many, or something behind a number.
      if (i === last ? this.#end !== end : this.#end >= end || bytes[this.#end] !== this.#delimiter) return false
      at = this.#end + 1
    }
    const bar = this.#bar
    bar.time = (values[0] as number) - this.#backMs
    bar.open = values[1] as number
    bar.high = values[2] as number
    bar.low = values[3] as number
    bar.close = values[4] as number
    bar.volume = values[5] as number
    return true
  }

  /** Nothing may stand in a field that makes it a parser's. */
  #skip(bytes: Buffer, at: number, end: number): void {
    let i = at
    while (i < end && bytes[i] !== this.#delimiter && bytes[i] !== QUOTE && bytes[i] !== CARRIAGE_RETURN) i++
    this.#end = i
  }

  /** The digits are put together one by one and divided by a power of ten once, which rounds as `Number` does. */
  #decimal(bytes: Buffer, at: number, end: number): number {
    let value = 0
    let scale = 0
    let i = at
    for (; i < end; i++) {
      const byte = bytes[i] as number
      if (byte >= ZERO && byte <= ZERO + 9) {
        value = value * 10 + byte - ZERO
        scale *= 10
      } else if (byte === POINT && scale === 0) scale = 1
      else break
    }
    this.#end = i
    const length = i - at
    // Nothing, or a point alone.
    if (length > EXACT_DIGITS || length <= (scale === 0 ? 0 : 1)) return Number.NaN
    return scale === 0 ? value : value / scale
  }

  #time(bytes: Buffer, at: number): number {
    const hour = this.#hour
    let same = 0
    while (same < hour.length && bytes[at + same] === hour[same]) same++
    return same > 0 && same === hour.length
      ? this.#hourStart + this.#sinceHour(bytes, at + same)
      : this.#epoch(bytes, at)
  }

  /** `MM:SS`, milliseconds if there are any, and `Z`. */
  #sinceHour(bytes: Buffer, at: number): number {
    const minutes = digits(bytes, at, 2)
    const seconds = digits(bytes, at + 3, 2)
    if (!(minutes < 60 && seconds < 60) || bytes[at + 2] !== COLON) return Number.NaN
    const hasMs = bytes[at + 5] === POINT
    const ms = hasMs ? digits(bytes, at + 6, 3) : 0
    this.#end = at + (hasMs ? 9 : 5)
    if (bytes[this.#end] === Z) this.#end++
    else if (!this.#isUtc) return Number.NaN
    return (minutes * 60 + seconds) * 1_000 + ms
  }

  #epoch(bytes: Buffer, at: number): number {
    const seconds = digits(bytes, at, 10)
    const rest = digits(bytes, at + 10, 3)
    this.#end = at + (Number.isNaN(rest) ? 10 : 13)
    // Leading zeros, or a number that is not that long after all.
    if (!(seconds >= 1e9)) return Number.NaN
    return Number.isNaN(rest) ? seconds * 1_000 : seconds * 1_000 + rest
  }
}

/** The number that so many digits write; NaN where anything else stands. */
function digits(bytes: Buffer, at: number, count: number): number {
  let value = 0
  for (let i = at; i < at + count; i++) {
    const digit = (bytes[i] ?? 0) - ZERO
    if (digit < 0 || digit > 9) return Number.NaN
    value = value * 10 + digit
  }
  return value
}
