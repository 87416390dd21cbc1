import { type BarSeries, barProblem } from '@openpredict/market'

import { CalculatorError, type CalculatorFailure } from '../errors.ts'
import type { CheckedOptions } from './checked-options.ts'

/** Bars outside these years are refused: New York's clock is not known there, nor the periods that reach over the edge. */
const FIRST_YEAR = 1988
const LAST_YEAR = 2198
const FIRST_TIME = Date.UTC(FIRST_YEAR, 0, 1)
const END_TIME = Date.UTC(LAST_YEAR + 1, 0, 1)

type OrderReason = Extract<CalculatorFailure, { kind: 'order' }>['reason']

/** How far a reader of bars has got, and which bars may come next. */
export class Position {
  #interval: number
  /** The instant from which no bar is missing: the first bar's open unless the caller vouches for another. */
  historyStart: number
  /** How many bars have been read. */
  count = 0
  /** Open and close of the last bar. */
  lastTime: number = Number.NEGATIVE_INFINITY
  lastClose: number = Number.NEGATIVE_INFINITY
  /** The close of the last bar, or later when the clock has been moved on. */
  asOf: number = Number.NEGATIVE_INFINITY

  constructor({ interval, historyStart }: Pick<CheckedOptions, 'interval' | 'historyStart'>) {
    this.#interval = interval
    this.historyStart = historyStart ?? Number.NEGATIVE_INFINITY
  }

  /** The length of the bars being read, in milliseconds. What is remembered between bars does not depend on it. */
  get interval(): number {
    return this.#interval
  }

  set interval(interval: number) {
    this.#interval = interval
  }

  /** Whether bars that may come next here may come next there. */
  isLike(other: Position): boolean {
    return this.lastClose === other.lastClose && this.asOf === other.asOf && this.interval === other.interval
  }

  /**
   * Throws a `CalculatorError` for the first of the bars that cannot come next, naming it by its index plus `offset`.
   *
   * Every bar lies on the grid of its interval, so that none reaches over the end of a session, a candle or a block.
   */
  check(bars: BarSeries, from: number, to: number, offset = 0): void {
    const { time, open, high, low, close, volume } = bars
    const { interval } = this
    let earliest = Math.max(this.lastClose, this.asOf - interval + 1, FIRST_TIME)
    for (let i = from; i < to; i++) {
      const t = time[i] as number
      const o = open[i] as number
      const h = high[i] as number
      const l = low[i] as number
      const c = close[i] as number
      const v = volume[i] as number
      const slot = t / interval
      // Written so that a value that is not a number fails.
      const fine =
        t >= earliest &&
        t < END_TIME &&
        Math.floor(slot) === slot &&
        l > 0 &&
        l <= o &&
        l <= c &&
        h >= o &&
        h >= c &&
        h < Number.POSITIVE_INFINITY &&
        v >= 0 &&
        v < Number.POSITIVE_INFINITY
      if (!fine) throw this.#refusal(bars, i, i > from ? (time[i - 1] as number) : this.lastTime, offset)
      earliest = t + interval
    }
  }

  /** Notes that the first of the bars is about to be read. */
  begin(bars: BarSeries, from: number): void {
    if (this.historyStart === Number.NEGATIVE_INFINITY) this.historyStart = bars.time[from] as number
  }

  /** Notes that the bars have been read. */
  pass(bars: BarSeries, from: number, to: number): void {
    this.count += to - from
    this.lastTime = bars.time[to - 1] as number
    this.lastClose = this.lastTime + this.interval
    // Never back: a bar that had closed by asOf is refused.
    this.asOf = this.lastClose
  }

  /** Throws a `CalculatorError` when the clock cannot be moved to `asOf`. */
  checkAsOf(asOf: number): void {
    if (Number.isSafeInteger(asOf) && asOf >= this.asOf) return
    throw new CalculatorError(
      Number.isSafeInteger(asOf)
        ? `asOf ${show(asOf)} is before ${show(this.asOf)}, where the clock already stands`
        : `asOf ${asOf}: expected an instant in whole epoch milliseconds`,
      { kind: 'as-of', found: asOf, asOf: Number.isFinite(this.asOf) ? this.asOf : undefined },
    )
  }

  #refusal(bars: BarSeries, i: number, previous: number, offset: number): CalculatorError {
    const time = bars.time[i] as number
    const index = i + offset
    const bar = bars.at(i)
    const problem = (bar && barProblem(bar)) ?? this.#timeProblem(time)
    if (problem !== undefined) {
      return new CalculatorError(`bar ${index} (${show(time)}): ${problem}`, { kind: 'bar', index, time, problem })
    }
    const { reason, text } = this.#orderProblem(time, previous)
    return new CalculatorError(`bar ${index} (${show(time)}): ${text}`, { kind: 'order', index, time, reason })
  }

  #timeProblem(time: number): string | undefined {
    if (time < FIRST_TIME || time >= END_TIME) {
      return `time ${time} is outside ${FIRST_YEAR}–${LAST_YEAR}; expected epoch milliseconds`
    }
    if (time % this.interval !== 0) {
      return `time is not a whole multiple of the ${this.interval / 1000} s that bars last; is the interval right?`
    }
    return undefined
  }

  #orderProblem(time: number, previous: number): { readonly reason: OrderReason; readonly text: string } {
    if (time === previous) return { reason: 'duplicate', text: 'there is already a bar at this time' }
    if (time < previous) return { reason: 'out-of-order', text: `opens before the last bar, ${show(previous)}` }
    // Bars of one length that lie on its grid cannot overlap: only the first can, with one of another length.
    if (time < this.lastClose) {
      return {
        reason: 'overlap',
        text: `opens before the last bar, ${show(previous)}, has closed; is the interval right?`,
      }
    }
    return { reason: 'late', text: `had closed by ${show(this.asOf)}, where the clock already stands` }
  }
}

/** An instant for a message, whatever it is. */
function show(time: number): string {
  return Number.isFinite(time) && Math.abs(time) <= 8.64e15 ? new Date(time).toISOString() : String(time)
}
