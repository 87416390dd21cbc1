import type { Bar, BarSeries } from '@openpredict/market'

import type { CalculatorOptions, HistoryOptions } from '../calculator.ts'
import { checkOptions, requireNumber } from '../internal/checked-options.ts'
import { MINUTE } from '../internal/periods.ts'
import { historyOf } from '../internal/history.ts'
import { Range } from '../internal/range.ts'
import { RowCalculator } from '../internal/row-calculator.ts'
import type { LevelTracker } from './level-tracker.ts'
import { OPENS, PREVIOUS, SESSIONS } from './level-types.ts'
import { OpenLevel } from './open-level.ts'
import { PreviousRange } from './previous-range.ts'
import type { ReferenceLevelRow } from './row.ts'
import { SessionRange } from './session-range.ts'

/** What reference levels can be told. */
export interface ReferenceLevelsOptions extends CalculatorOptions {
  /**
   * How many minutes after its period's start the first bar of `DAILY_OPEN`, `MIDNIGHT_OPEN` and `NY_OPEN` may open;
   * exactly so many is still in time.
   *
   * @default 15
   */
  readonly openTolerance?: number
}

/**
 * The levels that traders watch: the opens of months, weeks, days and hours, the highs and lows of the Asian, London and
 * New York sessions, and those of the previous trading day and week.
 *
 * Each level type has one row for each of its periods; the latest is current. A level appears only when history reaches
 * back to its period's start. See docs/concepts/reference-levels.md for every definition.
 *
 * @example
 * ```ts
 * const levels = new ReferenceLevels()
 * const time = parseInstant('2024-07-01T13:00:00Z')
 * levels.next({ time, open: 19_950.25, high: 19_961, low: 19_948.5, close: 19_960, volume: 812 })
 * levels.current().map(({ level_type, price }) => `${level_type} ${price}`) // => ['1H_OPEN 19950.25']
 * ```
 */
export class ReferenceLevels extends RowCalculator<ReferenceLevelRow> {
  readonly table = 'reference_levels'
  readonly #opens: readonly OpenLevel[]
  readonly #sessions: readonly SessionRange[]
  readonly #previous: readonly PreviousRange[]
  readonly #trackers: readonly LevelTracker[]
  /** The highs and lows among them: they change with bars that begin no period too. */
  readonly #ranges: readonly LevelTracker[]
  readonly #range = new Range()
  readonly #progress = {
    /** The instant before which no bar begins or ends a period. */
    until: Number.NEGATIVE_INFINITY,
    /** How many bars had been read, and what asOf was, when changes were taken last. */
    takenCount: 0,
    takenAsOf: Number.NEGATIVE_INFINITY,
  }

  constructor(options: ReferenceLevelsOptions = {}) {
    const { openTolerance = 15 } = options
    const checked = checkOptions(options)
    requireNumber('openTolerance', openTolerance, 0, 'minutes')
    super(checked, { openTolerance })
    const { decimals } = checked
    this.#opens = OPENS.map((definition) => new OpenLevel(definition, openTolerance * MINUTE, decimals))
    this.#sessions = SESSIONS.map((definition) => new SessionRange(definition, decimals))
    this.#previous = PREVIOUS.map((definition) => new PreviousRange(definition, decimals))
    this.#ranges = [...this.#sessions, ...this.#previous]
    this.#trackers = [...this.#opens, ...this.#ranges]
  }

  /** The rows that are current, in the order of `LEVEL_TYPES`. */
  current(): ReferenceLevelRow[] {
    const { lastClose, asOf } = this.position
    return this.#trackers.flatMap((tracker) => tracker.rows(lastClose, asOf))
  }

  protected override parts(): Readonly<Record<string, object>> {
    return { progress: this.#progress, ...Object.fromEntries(this.#trackers.entries()) }
  }

  /** With the next bar every current row changes, in its timestamp at least. */
  protected override live(): ReferenceLevelRow[] {
    return this.current()
  }

  protected override takeLiveChanges(): ReferenceLevelRow[] {
    const { count, asOf } = this.position
    const { takenCount, takenAsOf } = this.#progress
    const current = this.current()
    this.#progress.takenCount = count
    this.#progress.takenAsOf = asOf
    if (count > takenCount) return current
    // The clock alone only completes sessions.
    return current.filter(({ confirmed_at }) => confirmed_at !== null && confirmed_at > takenAsOf)
  }

  protected override take(bars: BarSeries, from: number, to: number): void {
    let i = from
    while (i < to) {
      if ((bars.time[i] as number) >= this.#progress.until) {
        this.#turn(bars, i, i > from ? (bars.time[i - 1] as number) + this.position.interval : this.position.lastClose)
      }
      i = this.#range.scan(bars, i, to, this.#progress.until)
      for (const tracker of this.#ranges) tracker.extend(this.#range)
    }
  }

  /** Begins and ends periods with bar `i`. */
  #turn(bars: BarSeries, i: number, lastClose: number): void {
    const { interval, historyStart } = this.position
    const time = bars.time[i] as number
    const first = { time, open: bars.open[i] as number, close: time + interval, lastClose, historyStart }
    let until = Number.POSITIVE_INFINITY
    for (const tracker of this.#trackers) {
      if (time >= tracker.until) for (const row of tracker.turn(first)) this.finish(row)
      if (tracker.until < until) until = tracker.until
    }
    this.#progress.until = until
  }
}

/**
 * Every reference level of a whole history, each with its last values, ordered by the start of its period. Otherwise as
 * `ReferenceLevels`.
 *
 * @example
 * ```ts
 * const time = parseInstant('2024-07-01T13:58:00Z')
 * const bars = [0, 1, 2].map((minute) => {
 *   return { time: time + minute * 60_000, open: 100 + minute, high: 110, low: 90, close: 100, volume: 1 }
 * })
 * const rows = referenceLevels(bars, { historyStart: parseInstant('2024-07-01T13:00:00Z') })
 * rows.map(({ level_type, price }) => `${level_type} ${price}`)
 * // => ['1H_OPEN 100', '4H_OPEN 102', '1H_OPEN 102']
 * ```
 */
export function referenceLevels(
  bars: BarSeries | readonly Bar[],
  options: ReferenceLevelsOptions & HistoryOptions = {},
): ReferenceLevelRow[] {
  return historyOf(new ReferenceLevels(options), bars, options).toSorted((a, b) => a.period_start - b.period_start)
}
