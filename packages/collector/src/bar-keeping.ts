import { type BarBatch, splitSuspects, type Suspect } from '@openpredict/fetcher'
import { type Bar, BarSeries, type Instrument } from '@openpredict/market'
import type { BarOrigin, Row, StoreTransaction } from '@openpredict/store'

import { healMissing } from './missing-minutes.ts'

const MINUTE = 60_000
/** How many stored bars before an answer tell what is usual: sixty true ranges and the close before them. */
const CONTEXT_BARS = 61
/** A suspect is believed at its third sighting: when two later answers have repeated it. */
const SIGHTINGS = 3

/** What storing a set of bars changed. */
export interface KeptBars {
  /** Bars that were not there, ascending. */
  readonly inserted: BarSeries
  /** Stored bars that were replaced because the source now says something else. */
  readonly corrected: number
  readonly unchanged: number
  /** Minutes that had been missing. */
  readonly healed: number
  /** Whether the history that features were computed from is another one now. */
  readonly historyChanged: boolean
}

/**
 * Stores bars: new ones are inserted, equal ones left alone, different ones replaced with the old one kept.
 *
 * `known` is the instant up to which features have been computed: a new bar that had closed by then arrived late and
 * changes history, as a replaced one does. So does one that was missing: whoever has been started again since cannot
 * tell from the features how far the clock had moved when no bar came.
 */
export async function keepBars(
  tx: StoreTransaction,
  instrument: Instrument,
  bars: BarSeries,
  { known, ...origin }: BarOrigin & { readonly known: number | undefined },
): Promise<KeptBars> {
  const { inserted, unchanged, differing } = await tx.putBars(instrument.symbol, bars, origin)
  const found: readonly Bar[] = differing.map((difference) => difference.found)
  if (found.length > 0) await tx.reviseBars(instrument.symbol, found, origin)
  const first = inserted.time[0]
  const late = first !== undefined && known !== undefined && first + MINUTE <= known
  const healed = await healMissing(tx, instrument.symbol, inserted.time, origin.ingestedAt)
  const historyChanged = found.length > 0 || late || healed > 0
  return { inserted, corrected: found.length, unchanged, healed, historyChanged }
}

/**
 * Holds back the bars of an answer that are too far from the market to be believed at once, and returns the others.
 *
 * A bar held back is recorded, and comes back when two later answers repeat it or the next bar opens within its range.
 */
export async function holdBackSuspects(
  tx: StoreTransaction,
  instrument: Instrument,
  { bars }: Pick<BarBatch, 'bars'>,
  now: number,
): Promise<{ readonly admitted: BarSeries; readonly heldBack: number }> {
  const from = bars.time[0]
  const last = bars.time.at(-1)
  if (from === undefined || last === undefined) return { admitted: bars, heldBack: 0 }
  const { symbol } = instrument
  const context = await tx.readBars({ instrument: symbol, to: from, last: CONTEXT_BARS })
  const { admitted, suspects } = splitSuspects(bars, context)
  const rows = await tx.readRows('ohlc_suspects', { instrument: symbol, from, to: last + 1 })
  if (suspects.length === 0 && rows.every((row) => row.admitted_at !== null)) return { admitted, heldBack: 0 }

  const seen = suspects.map((suspect) => sighting(suspect, rows, now))
  const believed = seen.filter(({ row }) => row.admitted_at !== null).map(({ suspect }) => suspect.bar)
  const cleared = rows
    .filter((row) => row.admitted_at === null && isSame(row, admitted.at(admitted.indexAtOrAfter(row.timestamp))))
    .map((row) => ({ ...row, admitted_at: now }))
  await tx.putSuspects(symbol, [...seen.map(({ row }) => row), ...cleared])
  const all = BarSeries.from([...admitted, ...believed].toSorted((a, b) => a.time - b.time))
  return { admitted: all, heldBack: suspects.length - believed.length }
}

type SuspectRow = Omit<Row<'ohlc_suspects'>, 'instrument'>

/** Whether a suspect is this bar, with these prices. */
function isSame(row: Row<'ohlc_suspects'>, bar: Bar | undefined): boolean {
  return (
    row.timestamp === bar?.time &&
    row.open === bar.open &&
    row.high === bar.high &&
    row.low === bar.low &&
    row.close === bar.close
  )
}

/** The row of a suspect after one more sighting. Other prices than those seen before begin the count anew. */
function sighting(
  suspect: Suspect,
  rows: readonly Row<'ohlc_suspects'>[],
  now: number,
): { readonly suspect: Suspect; readonly row: SuspectRow } {
  const { time, open, high, low, close, volume } = suspect.bar
  const same = rows.find((row) => isSame(row, suspect.bar))
  const timesSeen = (same?.times_seen ?? 0) + 1
  const row = {
    timestamp: time,
    open,
    high,
    low,
    close,
    volume,
    reason: suspect.reason,
    first_seen_at: same?.first_seen_at ?? now,
    times_seen: timesSeen,
    admitted_at: same?.admitted_at ?? (timesSeen >= SIGHTINGS ? now : null),
  }
  return { suspect, row }
}
