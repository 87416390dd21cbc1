import type { Bar, BarSeries, Instrument, Interval } from '@openpredict/market'

import type { CalculatorSnapshot } from './internal/snapshot.ts'

/** The feature tables, in the order in which the engine runs their calculators. */
export const FEATURE_TABLES = [
  'reference_levels',
  'fibonacci_pivots',
  'liquidity_events',
  'fvg',
  'hourly_blocks',
  'market_structure',
] as const

/** The table that a calculator's rows belong to. */
export type FeatureTable = (typeof FEATURE_TABLES)[number]

/** What every calculator can be told. */
export interface CalculatorOptions {
  /**
   * Whose bars these are: decides how prices are rounded and, for some calculators, the default distances.
   *
   * @default NQ=F
   */
  readonly instrument?: Instrument
  /**
   * The length of the bars that are fed.
   *
   * @default '1m'
   */
  readonly interval?: Interval
  /**
   * The instant (epoch ms) from which no bar is missing. It decides which periods are known from their start; say it
   * when trading was halted between it and the first bar.
   *
   * @default the open of the first bar
   */
  readonly historyStart?: number
}

/** What the functions over a whole history can be told besides. */
export interface HistoryOptions {
  /**
   * How far the clock has run (epoch ms), at or after the close of the last bar.
   *
   * @default the close of the last bar
   */
  readonly asOf?: number
}

/**
 * Turns closed bars into the rows of one feature table, a bar at a time or many at once: the rows are the same.
 *
 * Bars come in ascending order, each once, none before it has closed. Rows and their instants never depend on bars that
 * come later, except in the columns that describe what is still going on.
 */
export interface Calculator<Row extends object> {
  readonly table: FeatureTable

  /** The instant (epoch ms) up to which everything is known; `undefined` before the first bar. */
  readonly asOf: number | undefined

  /** The open (epoch ms) of the last bar taken; `undefined` before the first. */
  readonly lastTime: number | undefined

  /**
   * Takes one closed bar.
   *
   * Throws a `CalculatorError` of kind `bar` or `order` for a bar that cannot be; nothing has changed then. Its index is
   * the number of bars taken before.
   */
  next(bar: Bar): void

  /**
   * Takes closed bars, from index `from` up to and without `to`. Columns are the fast path.
   *
   * Throws a `CalculatorError` of kind `bar` or `order` naming the first bar that cannot be, by its index in `bars`; none
   * of them has been taken then.
   *
   * @param from Default 0.
   * @param to Default all that there are.
   */
  feed(bars: BarSeries | readonly Bar[], from?: number, to?: number): void

  /**
   * Takes bars of another length, usually coarser ones from before the first bar of the usual length, so that levels of
   * periods that began long ago are known. Otherwise as `feed`.
   */
  warmUp(bars: BarSeries | readonly Bar[], interval: Interval): void

  /**
   * Moves the clock on to `asOf` (epoch ms): no bar that closes by then is still to come.
   *
   * Throws a `CalculatorError` of kind `as-of` when that is earlier than the clock already stands.
   */
  advanceTo(asOf: number): void

  /**
   * The rows that were created or changed since the last call, each once with its latest values, as copies.
   *
   * After a first call over a whole history this is the history: every row there ever was. A row that gave way to a newer
   * one is handed over once more, final.
   */
  takeChanges(): Row[]

  /**
   * The rows that can never change again and were not handed over yet, each once; `takeChanges` then leaves them out. For
   * files of any length: what is finished can be written and forgotten, and `takeChanges` at the end gives the rest.
   */
  takeFinished(): Row[]

  /** The rows that hold now, as copies. */
  current(): Row[]

  /**
   * The rows that a forming bar would create or change if it closed as it stands. Nothing is committed: `next` takes the
   * bar when it has closed.
   *
   * Throws as `next` does.
   */
  peek(bar: Bar): Row[]

  /** The whole state as plain JSON: rows that were not taken yet included. */
  snapshot(): CalculatorSnapshot

  /**
   * Goes on from a snapshot, which was made with the same options, as if there had been no interruption.
   *
   * Throws a `CalculatorError` of kind `snapshot` for one that does not belong here; nothing has changed then.
   */
  restore(snapshot: CalculatorSnapshot): void
}
