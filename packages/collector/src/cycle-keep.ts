import type { BarBatch } from '@openpredict/fetcher'
import type { BarSeries, Calendar, Instrument } from '@openpredict/market'
import type { StoreTransaction } from '@openpredict/store'

import { holdBackSuspects, keepBars, type KeptBars } from './bar-keeping.ts'
import type { Progress } from './cycle-progress.ts'
import { recordMissing } from './missing-minutes.ts'
import { WARM_UP_INTERVAL } from './warm-up.ts'

const MINUTE = 60_000

/** What keeping works with, within one transaction. */
export interface Keeping {
  readonly tx: StoreTransaction
  readonly instrument: Instrument
  readonly calendar: Calendar
  /** The name of the source. */
  readonly source: string
  /** Market time, epoch ms. */
  readonly now: number
  /** The instant up to which features have been computed, epoch ms. */
  readonly known: number | undefined
}

/** Stores the bars of an answer that can be believed, and counts them in `progress`. */
export async function keepBatch(progress: Progress, batch: BarBatch, keeping: Keeping): Promise<KeptBars> {
  const { tx, instrument, source, now, known } = keeping
  const { admitted, heldBack } = await holdBackSuspects(tx, instrument, batch, now)
  const kept = await keepBars(tx, instrument, admitted, { source, ingestedAt: now, known })
  progress.barsNew += kept.inserted.length
  progress.barsCorrected += kept.corrected
  progress.barsHeldBack += heldBack
  progress.minutesHealed += kept.healed
  return kept
}

/** Stores coarser bars; whether there were any. */
export async function keepWarmUp(bars: BarSeries | undefined, { tx, instrument, source }: Keeping): Promise<boolean> {
  if (bars === undefined || bars.length === 0) return false
  await tx.putHistoryBars(instrument.symbol, WARM_UP_INTERVAL, bars, { source })
  return true
}

/**
 * Every open minute from the first bar up to the watermark has a bar now, or is recorded as missing. Returns how many
 * were not known to be missing. `newestBefore` is the newest bar that was stored before this cycle.
 */
export async function noteMissing(
  { healing }: Progress,
  batch: BarBatch,
  { tx, instrument: { symbol }, calendar, now, newestBefore }: Keeping & { readonly newestBefore: number | undefined },
): Promise<number> {
  const first = (await tx.oldestBar(symbol))?.time
  if (first === undefined) return 0
  const note = async (from: number, to: number, askedAt: number | undefined): Promise<number> =>
    await recordMissing(tx, { symbol, calendar, from: Math.max(from, first), to, askedAt })
  const closed = Math.floor(batch.watermark / MINUTE) * MINUTE
  let found = await note(batch.from, Math.min(batch.to, closed), now)
  if (healing !== undefined) found += await note(healing.from, healing.to, now)
  // Away for longer than the source reaches back.
  if (newestBefore !== undefined) found += await note(newestBefore + MINUTE, batch.from, undefined)
  return found
}
