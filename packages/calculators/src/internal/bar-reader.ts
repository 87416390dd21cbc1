import { type Bar, BarSeries, INTERVAL_MS, type Interval, intervalMs } from '@openpredict/market'

import { type CheckedOptions, requireOption } from './checked-options.ts'
import { OneBar } from './one-bar.ts'
import { Position } from './position.ts'

/**
 * Reads closed bars, one or many, through one path: a single bar is a series of one. Checks them before any is taken, so
 * that a refusal leaves everything as it was.
 */
export abstract class BarReader {
  protected readonly position: Position
  readonly #one = new OneBar()

  constructor(options: CheckedOptions) {
    this.position = new Position(options)
  }

  get asOf(): number | undefined {
    return Number.isFinite(this.position.asOf) ? this.position.asOf : undefined
  }

  get lastTime(): number | undefined {
    return this.position.count > 0 ? this.position.lastTime : undefined
  }

  next(bar: Bar): void {
    const bars = this.#one.set(bar)
    this.position.check(bars, 0, 1, this.position.count)
    this.#read(bars, 0, 1)
  }

  feed(bars: BarSeries | readonly Bar[], from = 0, to: number = bars.length): void {
    asColumns(
      (columns, start, end, offset) => {
        this.position.check(columns, start, end, offset)
        this.#read(columns, start, end)
      },
      bars,
      from,
      to,
    )
  }

  advanceTo(asOf: number): void {
    this.position.checkAsOf(asOf)
    this.position.asOf = asOf
  }

  /** Takes bars of another length. */
  protected feedAs(interval: Interval, bars: BarSeries | readonly Bar[]): void {
    BarReader.withInterval([this], interval, () => this.feed(bars))
  }

  /** Takes checked bars, at least one. `position` still stands before them. */
  protected abstract take(bars: BarSeries, from: number, to: number): void

  #read(bars: BarSeries, from: number, to: number): void {
    this.position.begin(bars, from)
    this.take(bars, from, to)
    this.position.pass(bars, from, to)
  }

  /**
   * Throws for the first bar that one of the readers cannot take next; neighbours that stand at the same place share one
   * check. The bar is named by its index plus `offset`.
   */
  static check(readers: readonly BarReader[], bars: BarSeries, from: number, to: number, offset: number): void {
    let checked: Position | undefined
    for (const { position } of readers) {
      if (checked?.isLike(position)) continue
      position.check(bars, from, to, offset)
      checked = position
    }
  }

  /** Gives the same checked bars to several readers. */
  static read(readers: readonly BarReader[], bars: BarSeries, from: number, to: number): void {
    for (const reader of readers) reader.#read(bars, from, to)
  }

  /** Lets readers take bars of another length for the time of `work`. */
  static withInterval(readers: readonly BarReader[], interval: Interval, work: () => void): void {
    requireOption(Object.hasOwn(INTERVAL_MS, interval), 'interval', interval, 'an interval such as 5m')
    const usual = readers.map(({ position }) => position.interval)
    for (const { position } of readers) position.interval = intervalMs(interval)
    try {
      work()
    } finally {
      for (const [i, { position }] of readers.entries()) position.interval = usual[i] as number
    }
  }

  /** How many bars a reader has taken. */
  static countOf(reader: BarReader): number {
    return reader.position.count
  }

  /** Moves the clocks of several readers, all or none. */
  static advance(readers: readonly BarReader[], asOf: number): void {
    for (const reader of readers) reader.position.checkAsOf(asOf)
    for (const reader of readers) reader.advanceTo(asOf)
  }
}

/** What takes columns of bars, from an index to another. `offset`: what to add to an index to name a bar. */
export type TakeColumns = (bars: BarSeries, from: number, to: number, offset: number) => void

/** Gives bars in either shape, a part of them or all, to what takes columns. */
export function asColumns(
  take: TakeColumns,
  bars: BarSeries | readonly Bar[],
  from = 0,
  to: number = bars.length,
): void {
  requireOption(
    Number.isInteger(from) && Number.isInteger(to) && from >= 0 && from <= to && to <= bars.length,
    'from, to',
    `${from}, ${to}`,
    `ascending indexes into ${bars.length} bars`,
  )
  if (from === to) return
  if ('time' in bars) take(bars, from, to, 0)
  else take(BarSeries.from(bars.slice(from, to)), 0, to - from, from)
}
