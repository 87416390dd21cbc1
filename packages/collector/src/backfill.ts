import { type BarSource, FetchError } from '@openpredict/fetcher'
import { type Calendar, calendarOf, type Clock, type Instrument } from '@openpredict/market'
import type { Store } from '@openpredict/store'

import type { Failure } from './failure.ts'
import { importBars } from './import-bars.ts'
import { isAccountedFor } from './missing-minutes.ts'

const MINUTE = 60_000
const DAY = 1_440 * MINUTE

/** What to fill in, and from where. */
export interface BackfillOptions {
  readonly instrument: Instrument
  readonly source: BarSource
  readonly store: Store
  /** Market time. */
  readonly clock: Clock
  /** Real time: durations. */
  readonly timer: Clock
  /** The first minute, epoch ms. */
  readonly from: number
  /** The end of the minutes, epoch ms, not included; what has not closed yet is left out. */
  readonly to: number
  /** When the instrument trades. @default the instrument's own calendar */
  readonly calendar?: Calendar
  /** How much is asked for, and committed, at a time, in ms. @default a day */
  readonly portionMs?: number
  readonly signal?: AbortSignal
  /** Told after every portion. */
  readonly onPortion?: (progress: BackfillProgress) => void
}

/** How far a backfill has got. */
export interface BackfillProgress {
  readonly done: number
  readonly portions: number
  /** The portion that ended, epoch ms. */
  readonly from: number
  readonly to: number
  /** Nothing was asked: every open minute of it has a bar, or is known to be missing. */
  readonly skipped: boolean
}

/** What a backfill did. */
export interface BackfillResult {
  readonly portions: number
  /** Portions that were complete already. */
  readonly skipped: number
  readonly inserted: number
  readonly corrected: number
  readonly healed: number
  readonly missing: number
  readonly rowsWritten: number
  readonly failures: readonly Failure[]
  /** Everything before this instant (epoch ms) is out of the source's reach; absent when nothing was. */
  readonly outOfReachBefore?: number
}

/**
 * Asks the source for a span, portion by portion from the oldest on, each committed with its features before the next.
 * Portions that are complete are not asked for again, so that a backfill that was interrupted goes on where it stopped.
 *
 * Rejects as the source and the store do; what was committed stays.
 */
export async function backfill(options: BackfillOptions): Promise<BackfillResult> {
  const { instrument, store, from, to, portionMs = DAY, signal, onPortion } = options
  const { calendar = calendarOf(instrument) } = options
  const portions = portionsOf(from, to, portionMs)
  const sum = { inserted: 0, corrected: 0, healed: 0, missing: 0, rowsWritten: 0 }
  const failures: Failure[] = []
  let skipped = 0
  let outOfReachBefore: number | undefined
  for (const [index, portion] of portions.entries()) {
    signal?.throwIfAborted()
    const isDone = await isAccountedFor(store, { symbol: instrument.symbol, calendar, ...portion })
    if (isDone) skipped++
    else {
      const result = await fill(options, calendar, portion)
      if (result === undefined) outOfReachBefore = portion.to
      else {
        for (const name of SUMMED) sum[name] += result[name]
        failures.push(...result.failures)
      }
    }
    onPortion?.({ done: index + 1, portions: portions.length, ...portion, skipped: isDone })
  }
  const reach = outOfReachBefore === undefined ? {} : { outOfReachBefore }
  return { portions: portions.length, skipped, ...sum, failures, ...reach }
}

const SUMMED = ['inserted', 'corrected', 'healed', 'missing', 'rowsWritten'] as const

/** Takes one portion in; `undefined` when it lies out of the source's reach. */
async function fill(
  { instrument, source, store, clock, timer, signal }: BackfillOptions,
  calendar: Calendar,
  portion: { readonly from: number; readonly to: number },
): Promise<Awaited<ReturnType<typeof importBars>> | undefined> {
  const abort = signal === undefined ? {} : { signal }
  try {
    const { bars, from, to, watermark } = await source.fetch({ instrument, ...portion, ...abort })
    const covered = { from, to: Math.min(to, Math.floor(watermark / MINUTE) * MINUTE) }
    return await importBars({ instrument, bars, store, clock, timer, calendar, source: source.name, covered, ...abort })
  } catch (error) {
    if (error instanceof FetchError && error.failure.kind === 'out-of-reach') return undefined
    throw error
  }
}

function portionsOf(
  from: number,
  to: number,
  length: number,
): readonly { readonly from: number; readonly to: number }[] {
  const first = Math.floor(from / MINUTE) * MINUTE
  const last = Math.ceil(to / MINUTE) * MINUTE
  const count = Math.max(0, Math.ceil((last - first) / length))
  return Array.from({ length: count }, (_, i) => ({
    from: first + i * length,
    to: Math.min(last, first + (i + 1) * length),
  }))
}
