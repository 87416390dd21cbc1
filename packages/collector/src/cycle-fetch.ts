import type { BarBatch, BarSource } from '@openpredict/fetcher'
import type { Instrument } from '@openpredict/market'
import type { StoreReader } from '@openpredict/store'

import type { Progress } from './cycle-progress.ts'
import { describeFailure } from './failure.ts'
import { dueStretch } from './missing-minutes.ts'
import { fetchWarmUp } from './warm-up.ts'

const MINUTE = 60_000
const DAY = 1_440 * MINUTE
/** What is missing now is asked for again by the overlap of the next cycles; then it is looked for. */
const LOOK_AGAIN_AFTER = 15 * MINUTE

/** What fetching works with. */
export interface CycleFetchOptions {
  readonly instrument: Instrument
  readonly source: BarSource
  readonly store: StoreReader
  readonly warmUpDays?: number | undefined
  readonly reachDays?: number | undefined
}

/** The requests of one instrument's cycles: its window; with it, where they are wanted, coarser bars and missing minutes. */
export class CycleFetch {
  readonly #options: CycleFetchOptions
  /** Whether coarser bars are there, or none are needed. */
  #isWarmedUp = false
  /** When a missing minute is next due, epoch ms. */
  #lookAgainAt = Number.NEGATIVE_INFINITY

  constructor(options: CycleFetchOptions) {
    this.#options = options
  }

  /** Rejects when the window cannot be had; the rest waits for another cycle. */
  async fetch(progress: Progress, signal: AbortSignal): Promise<BarBatch> {
    const { source, instrument } = this.#options
    const { from, to, cold } = progress.window
    progress.batch = await source.fetch({ instrument, from, to, signal })
    if (progress.batch.bars.length > 0) await this.#fetchWarmUp(progress, progress.batch, signal)
    if (!cold) await this.#fetchMissing(progress, signal)
    return progress.batch
  }

  /** Minutes were found missing at `now`. */
  noteMissing(now: number): void {
    this.#lookAgainAt = Math.min(this.#lookAgainAt, now + LOOK_AGAIN_AFTER)
  }

  /** Asked for until there is an answer, unless there are some already or the minutes go back far enough. */
  async #fetchWarmUp(progress: Progress, { bars }: BarBatch, signal: AbortSignal): Promise<void> {
    const { source, store, instrument, warmUpDays: days = 60 } = this.#options
    if (this.#isWarmedUp || days === 0) return
    const oldest = (await store.oldestBar(instrument.symbol, { signal }))?.time ?? bars.time[0] ?? progress.startedAt
    const isKnown = (await store.countRows('ohlc_history', instrument.symbol, { signal })) > 0
    if (!isKnown && oldest > progress.startedAt - days * DAY) {
      try {
        progress.warmUp = await fetchWarmUp(source, { instrument, before: oldest, days, signal })
      } catch (error) {
        // Minutes matter more: levels of long periods wait for the next cycle.
        signal.throwIfAborted()
        progress.warmUpFailure = describeFailure(error)
        return
      }
    }
    this.#isWarmedUp = true
  }

  /** A second request at the most, for minutes that had no bar when they were last asked for. */
  async #fetchMissing(progress: Progress, signal: AbortSignal): Promise<void> {
    const { source, store, instrument, reachDays = 29 } = this.#options
    const { window, startedAt: now } = progress
    if (now < this.#lookAgainAt) return
    const bounds = { from: window.to - reachDays * DAY, before: window.from, now }
    const { due, lookAgainAt } = await dueStretch(store, instrument.symbol, bounds)
    // Where something is due there may be more of it: the next cycle looks again.
    this.#lookAgainAt = due === undefined ? lookAgainAt : now
    if (due === undefined) return
    try {
      progress.healing = await source.fetch({ instrument, ...due, signal })
    } catch (error) {
      // They stay due.
      signal.throwIfAborted()
      progress.healingFailure = describeFailure(error)
    }
  }
}
