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
    readTogether([this], bars, from, to)
  }

  advanceTo(asOf: number): void {
    this.position.checkAsOf(asOf)
    this.position.asOf = asOf
  }

  /** Takes bars of another length. */
  protected feedAs(interval: Interval, bars: BarSeries | readonly Bar[]): void {
    requireOption(Object.hasOwn(INTERVAL_MS, interval), 'interval', interval, 'an interval such as 5m')
    const usual = this.position.interval
    this.position.interval = intervalMs(interval)
    try {
      this.feed(bars)
    } finally {
      this.position.interval = usual
    }
  }

  /** Takes checked bars, at least one. `position` still stands before them. */
  protected abstract take(bars: BarSeries, from: number, to: number): void

  #read(bars: BarSeries, from: number, to: number): void {
    this.position.begin(bars, from)
    this.take(bars, from, to)
    this.position.pass(bars, from, to)
  }

  /**
   * Gives the same bars to several readers, all or none; neighbours that stand at the same place share one check. A bar
   * that is refused is named by its index plus `offset`.
   */
  static read(readers: readonly BarReader[], bars: BarSeries, from: number, to: number, offset: number): void {
    let checked: Position | undefined
    for (const { position } of readers) {
      if (checked?.isLike(position)) continue
      position.check(bars, from, to, offset)
      checked = position
    }
    for (const reader of readers) reader.#read(bars, from, to)
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

/** Gives bars in either shape to several readers, all or none. */
export function readTogether(
  readers: readonly BarReader[],
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
  if ('time' in bars) BarReader.read(readers, bars, from, to, 0)
  else BarReader.read(readers, BarSeries.from(bars.slice(from, to)), 0, to - from, from)
}
