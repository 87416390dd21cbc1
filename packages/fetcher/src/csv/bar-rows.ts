import { type Bar, barProblem, type BarSeries, BarSeriesBuilder, formatInstant, intervalMs } from '@openpredict/market'

import { FetchError } from '../errors.ts'
import { BarBytes } from './bar-bytes.ts'
import { COLUMNS, type Column, findColumns, type Layout } from './columns.ts'
import { checkDialect, type CheckedDialect, type CsvDialect } from './dialect.ts'
import { createInstantReader } from './instants.ts'
import type { LocalInstants } from './time-zone.ts'

const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i

/** Bars of an hour that clocks repeat, of which it is not known yet whether it is the first time. */
interface Undecided {
  readonly line: number
  readonly stamp: string
  readonly bars: Bar[]
}

/** Turns the records of a CSV file into bars, the first record being the header. Throws at the first one that is wrong. */
export class BarRows {
  readonly #subject: string | undefined
  readonly #dialect: CheckedDialect
  /** What open times are multiples of. */
  readonly #grid: number
  #instant: ReturnType<typeof createInstantReader> = () => undefined
  #layout: Layout | undefined
  #width = 0
  #bytes: BarBytes | undefined
  #builder = new BarSeriesBuilder()
  #last = Number.NEGATIVE_INFINITY
  #undecided: Undecided | undefined

  /** Throws a `RangeError` for a dialect that cannot be read. */
  constructor(subject: string | undefined, dialect: CsvDialect) {
    this.#subject = subject
    this.#dialect = checkDialect(dialect)
    this.#grid = this.#dialect.interval === undefined ? 1 : intervalMs(this.#dialect.interval)
  }

  /** How many bars wait to be taken. */
  get length(): number {
    return this.#builder.length
  }

  /** The bars since the last time. */
  take(): BarSeries {
    const bars = this.#builder.build()
    this.#builder = new BarSeriesBuilder()
    return bars
  }

  /** Takes in the record that ends on a line. */
  record(fields: readonly string[], line: number): void {
    if (this.#layout === undefined) {
      this.#layout = this.#header(fields, line)
      this.#width = fields.length
      const { timeZone } = this.#dialect
      this.#instant = createInstantReader({ timeZone, compactDates: this.#layout.compactDates })
      return
    }
    if (fields.length !== this.#width) {
      throw this.error(line, `${fields.length} fields`, `${this.#width}, as many as in the header`)
    }
    const stamp = stampOf(fields, this.#layout)
    const instants = this.#read(stamp, line, this.#layout)
    if (typeof instants === 'number') {
      this.#refuseUndecided()
      this.#bytes?.follow(stamp)
      this.#push(this.#bar(fields, instants - this.#dialect.backMs, line, this.#layout))
    } else {
      this.#repeated(fields, instants, { line, stamp, bars: [] }, this.#layout)
    }
  }

  /**
   * Takes in the line in `[start, end)`, if it can be read from its bytes alone and is right; returns false, and has done
   * nothing, when it is for `record`.
   */
  bytes(bytes: Buffer, start: number, end: number, delimiter: string): boolean {
    if (this.#layout === undefined || this.#layout.timeIndex !== undefined) return false
    const { timeZone, backMs } = this.#dialect
    this.#bytes ??= new BarBytes({
      layout: this.#layout,
      width: this.#width,
      delimiter,
      isUtc: timeZone === 'UTC',
      backMs,
    })
    const isBar = this.#bytes.read(bytes, start, end)
    if (!isBar || this.#undecided !== undefined || this.#problem(this.#bytes.bar) !== undefined) return false
    this.#push(this.#bytes.bar)
    return true
  }

  /** Throws when there was not even a header, or when the file ends before an hour that clocks repeat is decided. */
  end(): void {
    if (this.#layout === undefined) throw this.error(1, 'an empty file', `the header ${COLUMNS.join(',')}`)
    this.#refuseUndecided()
  }

  /** What is wrong with a line, as a typed error. */
  error(line: number, found: string, expected: string, column?: string): FetchError {
    const failure = { kind: 'csv', line, found, expected, ...(column === undefined ? {} : { column }) } as const
    return new FetchError(failure, this.#subject === undefined ? {} : { subject: this.#subject })
  }

  #header(fields: readonly string[], line: number): Layout {
    const layout = findColumns(fields)
    if (!('missing' in layout)) return layout
    const found = `the columns ${fields.map((field) => quoted(field.trim().toLowerCase())).join(', ')}`
    const { missing, twice } = layout
    if (missing.length > 0) throw this.error(line, found, `also ${missing.join(', ')} (of ${COLUMNS.join(',')})`)
    throw this.error(line, found, `${twice} only once`)
  }

  /** The instant of a stamp, or both of one that clocks show twice. */
  #read(stamp: string, line: number, { names }: Layout): number | LocalInstants {
    const instants = this.#instant(stamp)
    if (instants === undefined) {
      const expected = 'a time such as 2024-07-01T13:30:00Z or 07/01/2024 13:30, or epoch seconds or milliseconds'
      throw this.error(line, quoted(stamp), expected, names.timestamp)
    }
    if (typeof instants !== 'number' && instants.length === 0) {
      const found = `${quoted(stamp)}, which clocks in ${this.#dialect.timeZone} skip`
      throw this.error(line, found, 'a time that there is, or another time zone', names.timestamp)
    }
    return instants
  }

  /**
   * Takes in a bar whose stamp clocks show twice. It is the first time as long as times ascend; where they fall back
   * it is the second, and only then it is certain that what was before is the first.
   */
  #repeated(fields: readonly string[], instants: LocalInstants, here: Undecided, layout: Layout): void {
    const [first, second] = instants.map((time) => time - this.#dialect.backMs) as [number, number]
    if (first > this.#last) {
      const bar = this.#bar(fields, first, here.line, layout)
      this.#undecided ??= here
      this.#undecided.bars.push(bar)
      this.#last = bar.time
      return
    }
    const bar = this.#bar(fields, second, here.line, layout)
    for (const decided of this.#undecided?.bars ?? []) this.#builder.push(decided)
    this.#undecided = undefined
    this.#push(bar)
  }

  #refuseUndecided(): void {
    if (this.#undecided === undefined) return
    const { line, stamp } = this.#undecided
    const found = `${quoted(stamp)}, which clocks in ${this.#dialect.timeZone} show twice, in a file that has it once`
    throw this.error(line, found, 'bars of both times, or stamps with their zone', this.#layout?.names.timestamp)
  }

  #push(bar: Bar): void {
    this.#last = bar.time
    this.#builder.push(bar)
  }

  #bar(fields: readonly string[], time: number, line: number, { index, names }: Layout): Bar {
    const field = (column: Column): string => (fields[index[column]] as string).trim()
    const number = (column: Column): number => {
      const text = field(column)
      if (!NUMBER.test(text)) throw this.error(line, quoted(text), 'a number', names[column])
      return Number(text)
    }
    const bar: Bar = {
      time,
      open: number('open'),
      high: number('high'),
      low: number('low'),
      close: number('close'),
      volume: field('volume') === '' ? 0 : number('volume'),
    }
    this.#check(bar, line, names.timestamp)
    return bar
  }

  #check(bar: Bar, line: number, column: string): void {
    const problem = this.#problem(bar)
    if (problem === undefined) return
    throw this.error(line, problem.found, problem.expected, problem.isTime ? column : undefined)
  }

  /** What is wrong with a bar: by itself, or after the one before. */
  #problem(bar: Bar): { readonly found: string; readonly expected: string; readonly isTime: boolean } | undefined {
    const found = barProblem(bar)
    if (found !== undefined) return { found, expected: 'a bar whose prices and volume are possible', isTime: false }
    if (bar.time <= this.#last) {
      const before = formatInstant(this.#last)
      const again = bar.time === this.#last ? `${before} again` : formatInstant(bar.time)
      return { found: again, expected: `a time after ${before}, that of the bar before`, isTime: true }
    }
    if (bar.time % this.#grid !== 0) {
      const expected = `a time on the grid of ${this.#dialect.interval} bars`
      return { found: formatInstant(bar.time), expected, isTime: true }
    }
    return undefined
  }
}

/** The stamp of a line, date and time joined where they have a column each. */
function stampOf(fields: readonly string[], { index, timeIndex }: Layout): string {
  const stamp = (fields[index.timestamp] as string).trim()
  if (timeIndex === undefined) return stamp
  const time = (fields[timeIndex] as string).trim()
  // Times without colons lose their leading zeros in spreadsheets: 930 is 09:30, 93000 is 09:30:00.
  return `${stamp} ${/^\d{1,6}$/.test(time) ? time.padStart(time.length > 4 ? 6 : 4, '0') : time}`
}

/** A text of the file in quotes, without control characters and not too long. */
function quoted(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 39)}…` : text)
}
