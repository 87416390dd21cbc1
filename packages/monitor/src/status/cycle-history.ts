import type { Row, StoreReader, WaitOptions } from '@openpredict/store'

import { isLong } from '../service-levels/cycle-row.ts'
import { countCycles } from '../service-levels/success.ts'
import type { SuccessWindow } from './status-view.ts'

const MINUTE = 60_000
/** What is remembered: the longest window. */
const REMEMBERED_MS = 24 * 60 * MINUTE
/** Rows a read, two days of cycles every minute: a store with more has its newest read. */
const MOST_ROWS = 3_000
/** Cycles that started before the newest known one and were recorded after it: a cold start may take this long. */
const LATE_MS = 10 * MINUTE
/** As many durations as the widest terminal shows. */
const MOST_TIMES = 120

type Cycle = Row<'collection_cycles'>

/** The cycles of an instrument's last 24 hours. The first read takes all of them, each further one those that are new. */
export class CycleHistory {
  readonly #instrument: string
  readonly #cycles = new Map<string, Cycle>()
  #newest = Number.NEGATIVE_INFINITY
  /** The last cycle, also one that is older than what is remembered. */
  #last: Cycle | undefined

  constructor(instrument: string) {
    this.#instrument = instrument
  }

  /** Takes over what the store has by `now`. */
  async update(store: StoreReader, now: number, options: WaitOptions = {}): Promise<void> {
    const oldest = now - REMEMBERED_MS
    const query = { instrument: this.#instrument, newestFirst: true, to: now + 1 }
    const from = Math.max(oldest, this.#newest - LATE_MS)
    const rows = await store.readRows('collection_cycles', { ...query, from, limit: MOST_ROWS }, options)
    for (const row of rows) {
      this.#cycles.set(row.id, row)
      this.#newest = Math.max(this.#newest, row.started_at)
    }
    for (const [id, { started_at }] of this.#cycles) if (started_at < oldest) this.#cycles.delete(id)
    const [newest] = rows
    if (newest !== undefined) this.#last = newest
    else if (this.#last === undefined)
      [this.#last] = await store.readRows('collection_cycles', { ...query, limit: 1 }, options)
  }

  /** The cycle that started last. */
  get last(): Cycle | undefined {
    return this.#last
  }

  /** How the cycles ended that started in the last `lengthMs` before `now`. */
  window(lengthMs: number, now: number): SuccessWindow {
    const rows = [...this.#cycles.values()].filter(({ started_at }) => started_at > now - lengthMs)
    const { total: cycles, partial, failed, successRate: share } = countCycles(rows)
    return { lengthMs, cycles, partial, failed, share }
  }

  /** The durations of the last cycles that were not idle, oldest first; cold starts are left out, as in reports. */
  times(): readonly number[] {
    return [...this.#cycles.values()]
      .filter((cycle) => cycle.status !== 'idle' && !isLong(cycle))
      .toSorted((a, b) => a.started_at - b.started_at)
      .slice(-MOST_TIMES)
      .map(({ duration_ms }) => duration_ms)
  }
}
