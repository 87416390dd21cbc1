import type { Bar } from './bar.ts'

const COLUMNS = ['time', 'open', 'high', 'low', 'close', 'volume'] as const

/**
 * Many bars in columns: six `Float64Array`s of equal length, ascending in time.
 *
 * Columns are what loops over many bars read; `at` and iteration give objects where people read them. A slice is a
 * view on the same memory.
 *
 * @example
 * ```ts
 * const series = BarSeries.from([{ time: 0, open: 1, high: 2, low: 1, close: 2, volume: 5 }])
 * series.length // => 1
 * series.close[0] // => 2
 * ```
 */
export class BarSeries implements Iterable<Bar> {
  readonly time: Float64Array
  readonly open: Float64Array
  readonly high: Float64Array
  readonly low: Float64Array
  readonly close: Float64Array
  readonly volume: Float64Array

  /** Takes the columns as they are, without a copy. Throws a `RangeError` when their lengths differ. */
  constructor(columns: Readonly<Record<(typeof COLUMNS)[number], Float64Array>>) {
    this.time = columns.time
    this.open = columns.open
    this.high = columns.high
    this.low = columns.low
    this.close = columns.close
    this.volume = columns.volume
    for (const name of COLUMNS) {
      if (columns[name].length !== this.time.length) {
        throw new RangeError(
          `column ${name} has ${columns[name].length} values, expected ${this.time.length} as in time`,
        )
      }
    }
  }

  /** Copies bars into columns, in the order given. */
  static from(bars: Iterable<Bar>): BarSeries {
    const builder = new BarSeriesBuilder()
    for (const bar of bars) builder.push(bar)
    return builder.build()
  }

  /** How many bars there are. */
  get length(): number {
    return this.time.length
  }

  /** The bar at `index`; negative counts from the end; `undefined` when there is none. */
  at(index: number): Bar | undefined {
    const i = index < 0 ? index + this.length : index
    const time = this.time[i]
    return time === undefined ? undefined : this.#bar(i)
  }

  /** The bars from index `start` up to and without `end` (negative counts from the end), as a view on the same memory. */
  slice(start = 0, end: number = this.length): BarSeries {
    return new BarSeries({
      time: this.time.subarray(start, end),
      open: this.open.subarray(start, end),
      high: this.high.subarray(start, end),
      low: this.low.subarray(start, end),
      close: this.close.subarray(start, end),
      volume: this.volume.subarray(start, end),
    })
  }

  /** The index of the first bar at or after `time` (epoch ms); `length` when there is none. Needs ascending times. */
  indexAtOrAfter(time: number): number {
    let low = 0
    let high = this.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.time[middle] as number) < time) low = middle + 1
      else high = middle
    }
    return low
  }

  /** The bars that open in `[from, to)` (epoch ms), as a view on the same memory. Needs ascending times. */
  between(from: number, to: number): BarSeries {
    return this.slice(this.indexAtOrAfter(from), this.indexAtOrAfter(to))
  }

  /** All bars as objects. */
  toArray(): Bar[] {
    return [...this]
  }

  *[Symbol.iterator](): IterableIterator<Bar> {
    for (let i = 0; i < this.length; i++) yield this.#bar(i)
  }

  #bar(i: number): Bar {
    return {
      time: this.time[i] as number,
      open: this.open[i] as number,
      high: this.high[i] as number,
      low: this.low[i] as number,
      close: this.close[i] as number,
      volume: this.volume[i] as number,
    }
  }
}

/**
 * Grows a `BarSeries` bar by bar; memory doubles when it runs out.
 *
 * @example
 * ```ts
 * const builder = new BarSeriesBuilder()
 * builder.push({ time: 0, open: 1, high: 2, low: 1, close: 2, volume: 5 })
 * builder.build().at(-1)?.close // => 2
 * ```
 */
export class BarSeriesBuilder {
  #columns = allocate(64)
  #length = 0

  /** How many bars were pushed. */
  get length(): number {
    return this.#length
  }

  /** The open time of the first bar; NaN while there is none. */
  get firstTime(): number {
    return this.#length === 0 ? Number.NaN : (this.#columns.time[0] as number)
  }

  /** Appends the bars of a series from index `from` up to and without `to`; ascending is the caller's care. */
  append(bars: BarSeries, from: number, to: number): void {
    const length = this.#length + to - from
    let capacity = this.#columns.time.length
    while (capacity < length) capacity *= 2
    if (capacity > this.#columns.time.length) this.#columns = grow(this.#columns, capacity)
    const { time, open, high, low, close, volume } = this.#columns
    // Bar by bar: a view of each column costs more than the few bars that mostly come.
    for (let i = from, at = this.#length; i < to; i++, at++) {
      time[at] = bars.time[i] as number
      open[at] = bars.open[i] as number
      high[at] = bars.high[i] as number
      low[at] = bars.low[i] as number
      close[at] = bars.close[i] as number
      volume[at] = bars.volume[i] as number
    }
    this.#length = length
  }

  /** Forgets all bars, and keeps their memory for the next. */
  clear(): void {
    this.#length = 0
  }

  /** Appends a bar; it is the caller's to push them in ascending time. */
  push(bar: Bar): void {
    if (this.#length === this.#columns.time.length) this.#columns = grow(this.#columns, this.#length * 2)
    const i = this.#length++
    for (const name of COLUMNS) this.#columns[name][i] = bar[name]
  }

  /** The bars pushed so far, as a copy of exactly their size. */
  build(): BarSeries {
    return new BarSeries(grow(this.#columns, this.#length))
  }
}

type Columns = Record<(typeof COLUMNS)[number], Float64Array>

function allocate(capacity: number): Columns {
  return {
    time: new Float64Array(capacity),
    open: new Float64Array(capacity),
    high: new Float64Array(capacity),
    low: new Float64Array(capacity),
    close: new Float64Array(capacity),
    volume: new Float64Array(capacity),
  }
}

function grow(columns: Columns, capacity: number): Columns {
  const grown = allocate(capacity)
  for (const name of COLUMNS) grown[name].set(columns[name].subarray(0, capacity))
  return grown
}
