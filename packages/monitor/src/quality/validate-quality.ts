import { type Calendar, calendarOf, formatInstant, type Instrument } from '@openpredict/market'
import type { Store, WaitOptions } from '@openpredict/store'

import { barsAsThen, portionsOf, type ReadBars, storedBars } from './bar-portions.ts'
import { CycleAccount } from './cycle-checks.ts'
import { FeaturePass, type FeatureResult, reachedBy } from './feature-pass.ts'
import { featureFreshnessCheck, featureLag, freshnessCheck, pastFreshnessCheck, timeliness } from './freshness.ts'
import { MarketPass } from './market-pass.ts'
import type { QualityCheck, QualityReport, QualityScores } from './quality-report.ts'
import { qualityScore } from './quality-score.ts'
import { barLag, countedSpan, delayOf } from './quality-span.ts'
import { recompute as recomputed, type RecomputeResult } from './recompute.ts'
import { KEPT_FINDINGS, worstOf } from './tally.ts'

const MINUTE = 60_000
const DAY = 1_440 * MINUTE
/** The targets of cycles are those of a day: of a longer window its last day is judged. */
const CYCLES_MS = DAY
/** So much before a window the week before its week may have begun. */
const LOOKBACK_MS = 15 * DAY
/** How far back the newest bar is looked for that was known at an instant. */
const THEN_MS = 5 * DAY

/** What is judged, and as of when. Instants in epoch ms. */
export interface ValidateOptions {
  readonly store: Store
  readonly instrument: Instrument
  readonly from: number
  /** Not included. */
  readonly to: number
  /** Market time: what the source can have is counted from it. A window that ends before it lies in the past. */
  readonly now: number
  /**
   * Only bars, reasons and cycles that were stored by this instant count, with the prices that they had. Features are
   * always those of today: stores keep no others. @default everything that is stored
   */
  readonly knownAt?: number
  /** When the instrument trades. @default its own calendar */
  readonly calendar?: Calendar
  /** Calculates all features again from all stored bars, and compares every row of the window. @default false */
  readonly recompute?: boolean
  /** How many findings of a check are told. @default 5 */
  readonly findings?: number
  readonly signal?: AbortSignal
}

/**
 * Judges what is stored of an instrument in a window: whether each open minute has a bar or a reason, whether bars can
 * be, whether features are there and agree with the bars, whether everything is as new as it can be, and how cycles went.
 *
 * Reads bars in portions of 30 days, so that memory does not grow with the window but by the features in it. Writes
 * nothing. Throws a `RangeError` for a window that is empty; rejects as the store does.
 *
 * @example
 * import { openStore } from '@openpredict/store'
 *
 * const store = await openStore('sqlite::memory:', { clock: createManualClock(0) })
 * const now = Date.UTC(2024, 6, 1, 15)
 * const report = await validateQuality({ store, instrument: instrumentOf('NQ=F'), from: now - 3_600_000, to: now, now })
 * report.verdict // => 'failed'
 * report.checks.find(({ id }) => id === 'freshness').summary // => 'no bar is stored'
 */
export async function validateQuality(options: ValidateOptions): Promise<QualityReport> {
  const { store, instrument, from, to, now, knownAt, findings: keep = KEPT_FINDINGS, signal } = options
  const { calendar = calendarOf(instrument), recompute = false } = options
  if (!(from < to))
    throw new RangeError(`The window is empty: from ${formatInstant(from)} has to lie before to ${formatInstant(to)}.`)
  const wait: WaitOptions = signal === undefined ? {} : { signal }
  const { symbol } = instrument
  const lookback = lookbackOf(from)

  const delayMs = await delayOf(store, instrument, now, wait)
  const oldest = (await store.oldestBar(symbol, wait))?.time
  const newest = (await store.newestBar(symbol, wait))?.time
  const close = newest === undefined ? undefined : newest + MINUTE
  const reached = await reachedBy(store, symbol, wait)
  const end = Math.min(to, close ?? to, reached.reference_levels ?? to)
  const read = storedBars(store, symbol, wait)
  const readThen = knownAt === undefined ? read : barsAsThen(store, symbol, knownAt, wait)
  const known = knownAt === undefined ? newest : await newestThen(readThen, Math.min(to, knownAt))

  const missing = await store.readRows('missing_minutes', { instrument: symbol, to, newestFirst: true, limit: 1 }, wait)
  const askedAt = missing[0]?.first_asked_at ?? Number.NEGATIVE_INFINITY
  const newestMissing = knownAt === undefined || askedAt <= knownAt ? missing[0]?.timestamp : undefined
  const span = countedSpan({ from, to, now, delayMs, oldest, newest: known, newestMissing })
  const market = new MarketPass({ store, instrument, calendar, from, to, knownAt, span, keep, wait })
  const features = await FeaturePass.open({ store, instrument, from, to, lookback, oldest, end, keep, wait })
  // The rule of outliers wants the hour before the window; features want all from `lookback` on.
  const begin = Math.max(lookback, Math.min(oldest ?? from, from))
  for await (const portion of portionsOf(read, begin, to)) {
    features.take(portion.bars)
    if (knownAt === undefined) await market.take(portion)
  }
  if (knownAt !== undefined)
    for await (const portion of portionsOf(readThen, from - DAY, to)) await market.take(portion)

  const bars = market.result()
  const rows = features.result()
  const again =
    recompute && oldest !== undefined
      ? await recomputed(store, { instrument, from, to, reached: reached.reference_levels, oldest }, keep, wait)
      : undefined
  const isPast = to < now
  const lagMs = isPast || known === undefined ? undefined : barLag({ now, newest: known, delayMs, calendar })
  const checks = [
    ...bars.checks,
    isPast ? pastFreshnessCheck() : freshnessCheck(known, lagMs, delayMs),
    featureFreshnessCheck({ oldest, newest, reached }),
    ...rows.checks,
    ...(again === undefined ? [] : [again.check]),
    ...(await cycleChecks(store, { symbol, from, to }, keep, wait)),
  ]
  const lag = featureLag({ oldest, newest, reached })
  const scores = scoresOf({
    completeness: bars.minutes.ratio,
    validity: bars.validity,
    timeliness: isPast ? undefined : lagMs === undefined ? 0 : timeliness(Math.max(lagMs, lag)) / 100,
    rows,
    again,
  })
  const score = qualityScore(scores)
  return {
    instrument: symbol,
    from,
    to,
    now,
    verdict: worstOf(checks.map(({ verdict }) => verdict)),
    ...(score === undefined ? {} : { score }),
    scores,
    minutes: bars.minutes,
    delayMs,
    ...(lagMs === undefined ? {} : { lagMs }),
    checks,
    unanswered: bars.unanswered,
  }
}

/** The start of the month that `from` lies in, or that of the week before its week, whichever is earlier. */
function lookbackOf(from: number): number {
  const date = new Date(from)
  return Math.min(
    Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1),
    Math.floor((from - LOOKBACK_MS) / MINUTE) * MINUTE,
  )
}

async function newestThen(read: ReadBars, before: number): Promise<number | undefined> {
  return (await read(before - THEN_MS, before)).at(-1)?.time
}

async function cycleChecks(
  store: Store,
  { symbol, from, to }: { readonly symbol: string; readonly from: number; readonly to: number },
  keep: number,
  wait: WaitOptions,
): Promise<readonly QualityCheck[]> {
  const account = new CycleAccount(keep)
  const query = { instrument: symbol, from: Math.max(from, to - CYCLES_MS), to }
  for await (const cycle of store.streamRows('collection_cycles', query, wait)) account.add(cycle)
  return account.checks()
}

/** The parts of the score, from shares of 1. */
function scoresOf({
  completeness,
  validity,
  timeliness: timely,
  rows,
  again,
}: {
  readonly completeness: number | undefined
  readonly validity: number | undefined
  readonly timeliness: number | undefined
  readonly rows: FeatureResult
  readonly again: RecomputeResult | undefined
}): QualityScores {
  const compared = rows.compared + (again?.compared ?? 0)
  const agreeing = rows.agreeing + (again?.agreeing ?? 0)
  const shares = {
    completeness,
    validity,
    consistency: compared === 0 ? undefined : agreeing / compared,
    timeliness: timely,
    coverage: rows.coverage,
    events: rows.events,
    gaps: rows.gaps,
  }
  return Object.fromEntries(
    Object.entries(shares).flatMap(([part, share]) => (share === undefined ? [] : [[part, 100 * share]])),
  )
}
