import {
  type Bar,
  barProblem,
  type BarSeries,
  BarSeriesBuilder,
  formatInstant,
  type Interval,
  intervalMs,
} from '@openpredict/market'

import { FetchError } from '../errors.ts'
import { createInstantReader } from './instants.ts'

const COLUMNS = ['timestamp', 'open', 'high', 'low', 'close', 'volume'] as const

type Column = (typeof COLUMNS)[number]

const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i

/** Turns the records of a CSV file into bars, the first record being the header. Throws at the first one that is wrong. */
export class BarRows {
  readonly #subject: string | undefined
  readonly #interval: Interval | undefined
  readonly #instant = createInstantReader()
  #indices: Readonly<Record<Column, number>> | undefined
  #width = 0
  #builder = new BarSeriesBuilder()
  #last = Number.NEGATIVE_INFINITY

  constructor(subject: string | undefined, interval: Interval | undefined) {
    this.#subject = subject
    this.#interval = interval
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
    if (this.#indices === undefined) {
      this.#indices = this.#header(fields, line)
      this.#width = fields.length
      return
    }
    if (fields.length !== this.#width) {
      throw this.error(line, `${fields.length} fields`, `${this.#width}, as many as in the header`)
    }
    const bar = this.#bar(fields, this.#indices, line)
    this.#check(bar, line)
    this.#last = bar.time
    this.#builder.push(bar)
  }

  /** Throws when there was not even a header. */
  end(): void {
    if (this.#indices === undefined) throw this.error(1, 'an empty file', `the header ${COLUMNS.join(',')}`)
  }

  /** What is wrong with a line, as a typed error. */
  error(line: number, found: string, expected: string, column?: string): FetchError {
    const failure = { kind: 'csv', line, found, expected, ...(column === undefined ? {} : { column }) } as const
    return new FetchError(failure, this.#subject === undefined ? {} : { subject: this.#subject })
  }

  #header(fields: readonly string[], line: number): Readonly<Record<Column, number>> {
    const names = fields.map((field) => field.trim().toLowerCase())
    const found = `the columns ${names.map(quoted).join(', ')}`
    const missing = COLUMNS.filter((column) => !names.includes(column))
    if (missing.length > 0) throw this.error(line, found, `also ${missing.join(', ')} (of ${COLUMNS.join(',')})`)
    const twice = COLUMNS.find((column) => names.indexOf(column) !== names.lastIndexOf(column))
    if (twice !== undefined) throw this.error(line, found, `${twice} only once`)
    return Object.fromEntries(COLUMNS.map((column) => [column, names.indexOf(column)])) as Record<Column, number>
  }

  #bar(fields: readonly string[], indices: Readonly<Record<Column, number>>, line: number): Bar {
    const field = (column: Column): string => (fields[indices[column]] as string).trim()
    const number = (column: Column): number => {
      const text = field(column)
      if (!NUMBER.test(text)) throw this.error(line, quoted(text), 'a number', column)
      return Number(text)
    }
    const time = this.#instant(field('timestamp'))
    if (time === undefined) {
      const expected = 'an open time such as 2024-07-01T13:30:00Z, or epoch seconds or milliseconds'
      throw this.error(line, quoted(field('timestamp')), expected, 'timestamp')
    }
    return {
      time,
      open: number('open'),
      high: number('high'),
      low: number('low'),
      close: number('close'),
      volume: field('volume') === '' ? 0 : number('volume'),
    }
  }

  #check(bar: Bar, line: number): void {
    const problem = barProblem(bar)
    if (problem !== undefined) throw this.error(line, problem, 'a bar whose prices and volume are possible')
    if (bar.time <= this.#last) {
      const found = bar.time === this.#last ? `${formatInstant(bar.time)} again` : formatInstant(bar.time)
      throw this.error(line, found, `a time after ${formatInstant(this.#last)}, that of the bar before`, 'timestamp')
    }
    if (this.#interval !== undefined && bar.time % intervalMs(this.#interval) !== 0) {
      throw this.error(line, formatInstant(bar.time), `a time on the grid of ${this.#interval} bars`, 'timestamp')
    }
  }
}

/** A text of the file in quotes, without control characters and not too long. */
function quoted(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 39)}…` : text)
}
