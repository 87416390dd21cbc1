import type { Bar, BarSeries, Interval } from '@openpredict/market'

import type { Calculator, CalculatorOptions, HistoryOptions } from '../calculator.ts'
import { BarReader } from '../internal/bar-reader.ts'
import { checkOptions, requireOption } from '../internal/checked-options.ts'
import { MINUTE } from '../internal/periods.ts'
import { Range } from '../internal/range.ts'
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
export class ReferenceLevels extends BarReader implements Calculator<ReferenceLevelRow> {
  readonly table = 'reference_levels'
  readonly #trackers: readonly LevelTracker[]
  /** The highs and lows among them: they change with bars that begin no period too. */
  readonly #ranges: readonly LevelTracker[]
  readonly #range = new Range()
  /** The instant before which no bar begins or ends a period. */
  #until = Number.NEGATIVE_INFINITY
  #ended: ReferenceLevelRow[] = []
  #takenCount = 0
  #takenAsOf = Number.NEGATIVE_INFINITY

  constructor(options: ReferenceLevelsOptions = {}) {
    const { openTolerance = 15 } = options
    const checked = checkOptions(options)
    requireOption(openTolerance >= 0, 'openTolerance', openTolerance, 'minutes, 0 or more')
    super(checked)
    const { decimals } = checked
    this.#ranges = [
      ...SESSIONS.map((definition) => new SessionRange(definition, decimals)),
      ...PREVIOUS.map((definition) => new PreviousRange(definition, decimals)),
    ]
    this.#trackers = [
      ...OPENS.map((definition) => new OpenLevel(definition, openTolerance * MINUTE, decimals)),
      ...this.#ranges,
    ]
  }

  warmUp(bars: BarSeries | readonly Bar[], interval: Interval): void {
    this.feedAs(interval, bars)
  }

  /** The rows that are current, in the order of `LEVEL_TYPES`. */
  current(): ReferenceLevelRow[] {
    const { lastClose, asOf } = this.position
    return this.#trackers.flatMap((tracker) => tracker.rows(lastClose, asOf))
  }

  takeChanges(): ReferenceLevelRow[] {
    const { count, asOf } = this.position
    const current = this.current()
    // With a new bar every current row changes, in its timestamp at least. The clock alone only completes sessions.
    const changed =
      count > this.#takenCount
        ? current
        : current.filter(({ confirmed_at }) => confirmed_at !== null && confirmed_at > this.#takenAsOf)
    const rows = [...this.#ended, ...changed]
    this.#ended = []
    this.#takenCount = count
    this.#takenAsOf = asOf
    return rows
  }

  protected override take(bars: BarSeries, from: number, to: number): void {
    let i = from
    while (i < to) {
      if ((bars.time[i] as number) >= this.#until) {
        this.#turn(bars, i, i > from ? (bars.time[i - 1] as number) + this.position.interval : this.position.lastClose)
      }
      i = this.#range.scan(bars, i, to, this.#until)
      for (const tracker of this.#ranges) tracker.extend(this.#range)
    }
  }

  /** Begins and ends periods with bar `i`. */
  #turn(bars: BarSeries, i: number, lastClose: number): void {
    const { interval, historyStart } = this.position
    const time = bars.time[i] as number
    const first = { time, open: bars.open[i] as number, close: time + interval, lastClose, historyStart }
    this.#until = Number.POSITIVE_INFINITY
    for (const tracker of this.#trackers) {
      if (time >= tracker.until) for (const row of tracker.turn(first)) this.#ended.push(row)
      if (tracker.until < this.#until) this.#until = tracker.until
    }
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
  const calculator = new ReferenceLevels(options)
  calculator.feed(bars)
  if (options.asOf !== undefined) calculator.advanceTo(options.asOf)
  return calculator.takeChanges().toSorted((a, b) => a.period_start - b.period_start)
}
