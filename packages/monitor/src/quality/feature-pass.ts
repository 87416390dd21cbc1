import type { BarSeries, Instrument } from '@openpredict/market'
import type { Row, StoreReader, WaitOptions } from '@openpredict/store'

import { EventTrial } from './event-trial.ts'
import { ExpectedLevels } from './expected-levels.ts'
import type { Reached } from './freshness.ts'
import { GapTrial } from './gap-trial.ts'
import { levelChecks } from './level-checks.ts'
import type { QualityCheck } from './quality-report.ts'
import { RowTrials } from './row-trial.ts'
import { storedWarmUp } from './warm-up.ts'

const HOUR = 3_600_000
/** The blocks of an hour. */
const BLOCKS = 7

/** What the checks of features go by. */
export interface FeaturePassOptions {
  readonly store: StoreReader
  readonly instrument: Instrument
  readonly from: number
  readonly to: number
  /** Bars from here on are taken: levels of periods that were current in the window may have begun then. */
  readonly lookback: number
  readonly oldest: number | undefined
  /** The instant up to which bars and features are known. */
  readonly end: number
  readonly keep: number
  readonly wait: WaitOptions
}

/** What the checks of features say, and what the score needs of them. */
export interface FeatureResult {
  readonly checks: readonly QualityCheck[]
  readonly coverage: number | undefined
  readonly compared: number
  readonly agreeing: number
  readonly events: number | undefined
  readonly gaps: number | undefined
}

/** The checks of stored features against the bars, in one pass over these. */
export class FeaturePass {
  readonly #end: number
  readonly #keep: number
  readonly #expected: ExpectedLevels
  readonly #events: RowTrials
  readonly #gaps: RowTrials
  readonly #storedLevels: readonly Row<'reference_levels'>[]
  readonly #storedPivots: readonly Row<'fibonacci_pivots'>[]

  private constructor(
    { end, keep }: FeaturePassOptions,
    expected: ExpectedLevels,
    trials: { readonly events: readonly EventTrial[]; readonly gaps: readonly GapTrial[] },
    stored: {
      readonly levels: readonly Row<'reference_levels'>[]
      readonly pivots: readonly Row<'fibonacci_pivots'>[]
    },
  ) {
    this.#end = end
    this.#keep = keep
    this.#expected = expected
    this.#events = new RowTrials(trials.events, keep)
    this.#gaps = new RowTrials(trials.gaps, keep)
    this.#storedLevels = stored.levels
    this.#storedPivots = stored.pivots
  }

  /** Reads the rows of the window, before any bar: what rows say of later bars is then known to be later. */
  static async open(options: FeaturePassOptions): Promise<FeaturePass> {
    const { store, instrument, from, to, lookback, oldest, wait } = options
    const { symbol } = instrument
    const expected = new ExpectedLevels(instrument, from, await historyStart(options))
    if (oldest !== undefined && oldest >= lookback)
      expected.warmUp(await storedWarmUp(store, { instrument: symbol, from: lookback, firstBar: oldest }, wait))
    const within = { instrument: symbol, from, to }
    const since = { instrument: symbol, from: lookback, to }
    const first = oldest ?? Number.POSITIVE_INFINITY
    const events = await store.readRows('liquidity_events', within, wait)
    const gaps = await store.readRows('fvg', within, wait)
    return new FeaturePass(
      options,
      expected,
      {
        events: events.map((row) => new EventTrial(row)),
        // A candle of coarser bars cannot be looked at.
        gaps: gaps.map((row) => new GapTrial(row)).filter((trial) => trial.from >= first),
      },
      {
        levels: await store.readRows('reference_levels', since, wait),
        pivots: await store.readRows('fibonacci_pivots', since, wait),
      },
    )
  }

  /** Takes the next bars. */
  take(all: BarSeries): void {
    const bars = all.between(Number.NEGATIVE_INFINITY, this.#end)
    this.#expected.take(bars)
    this.#events.take(bars, this.#end)
    this.#gaps.take(bars, this.#end)
  }

  result(): FeatureResult {
    this.#expected.end()
    const { levels, pivots } = this.#expected
    const stored = { storedLevels: this.#storedLevels, storedPivots: this.#storedPivots }
    const { checks, ...counts } = levelChecks({ levels, pivots, ...stored }, this.#keep)
    return {
      ...counts,
      checks: [
        ...checks,
        this.#events.check('events', 'event', this.#end),
        this.#gaps.check('fair-value-gaps', 'gap', this.#end),
      ],
      events: this.#events.share,
      gaps: this.#gaps.share,
    }
  }
}

/** From when on no bar is missing in what is taken, where history begins earlier; `undefined`: from the first bar. */
async function historyStart({
  store,
  instrument: { symbol },
  lookback,
  oldest,
  wait,
}: FeaturePassOptions): Promise<number | undefined> {
  if (oldest !== undefined && oldest < lookback) return lookback
  const [earlier] = await store.readRows('ohlc_history', { instrument: symbol, to: lookback, limit: 1 }, wait)
  return earlier === undefined ? undefined : lookback
}

/** How far the features have come, by the tables that change with every bar. */
export async function reachedBy(store: StoreReader, instrument: string, wait: WaitOptions): Promise<Reached> {
  const newest = { instrument, newestFirst: true }
  const [level] = await store.readRows('reference_levels', { ...newest, limit: 1 }, wait)
  const blocks = await store.readRows('hourly_blocks', { ...newest, limit: BLOCKS }, wait)
  // A bar that changes nothing about its block leaves the row as it was.
  const ends = blocks.map(({ timestamp, as_of: asOf }) => Math.max(asOf, timestamp + HOUR / BLOCKS))
  return { reference_levels: level?.as_of, hourly_blocks: ends.length === 0 ? undefined : Math.max(...ends) }
}
