import type { BarRows } from './bar-rows.ts'

const LINE_FEED = 0x0a
const CARRIAGE_RETURN = 0x0d
const BEYOND_ASCII = 0x80
/** No line of bars is longer. */
const LONGEST_LINE = 64 * 1024
/** What lines that end as they should do not hold without quotes. */
const NOT_PLAIN = /["\r]/

/**
 * Reads plain lines, many times as fast as a parser. Plain is what most files of bars are: no quotes, and lines that all
 * end in a line feed, or all in a carriage return and a line feed. At the first that is not it stops, and a parser goes on
 * from there. What comes out of both, errors included, is what the parser alone gives.
 */
export class PlainLines {
  /** What separates fields, one character. */
  readonly delimiter: string
  readonly #rows: BarRows
  #line = 1
  #rest: Buffer = Buffer.alloc(0)
  #ending: '\n' | '\r\n' | undefined

  constructor(rows: BarRows, delimiter: string) {
    this.#rows = rows
    this.delimiter = delimiter
  }

  /** The number of the next line, 1 at first. */
  get line(): number {
    return this.#line
  }

  /** The bytes from that line on, as far as they were given. */
  get rest(): Buffer {
    return this.#rest
  }

  /** What ends lines; `undefined` before the first. */
  get ending(): '\n' | '\r\n' | undefined {
    return this.#ending
  }

  /** Reads the lines that these bytes complete. Returns false when the next one is not plain. */
  take(bytes: Buffer): boolean {
    const all = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes])
    // The mark of an encoding is no part of a line.
    let isPlain = this.#line > 1 || (all[0] ?? 0) < BEYOND_ASCII
    let start = 0
    while (isPlain) {
      const end = all.indexOf(LINE_FEED, start)
      if (end < 0) break
      isPlain = this.#ended(all, start, end)
      if (isPlain) start = end + 1
    }
    this.#rest = all.subarray(start)
    return isPlain && this.#rest.length <= LONGEST_LINE
  }

  /** Reads what is left as the last line. Returns false when it is not plain. */
  end(): boolean {
    return this.#read(this.#rest, 0, this.#rest.length)
  }

  #ended(bytes: Buffer, start: number, end: number): boolean {
    const ending = end > start && bytes[end - 1] === CARRIAGE_RETURN ? '\r\n' : '\n'
    const isPlain = ending === (this.#ending ?? ending) && this.#read(bytes, start, end + 1 - ending.length)
    if (isPlain) this.#ending = ending
    return isPlain
  }

  #read(bytes: Buffer, start: number, end: number): boolean {
    if (end > start && !this.#rows.bytes(bytes, start, end, this.delimiter)) {
      const text = bytes.toString('utf8', start, end)
      if (NOT_PLAIN.test(text)) return false
      this.#rows.record(text.split(this.delimiter), this.#line)
    }
    this.#line++
    return true
  }
}
