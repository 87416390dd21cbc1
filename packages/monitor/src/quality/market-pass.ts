import type { Calendar, Instrument } from '@openpredict/market'
import type { Row, StoreReader, WaitOptions } from '@openpredict/store'

import type { Portion } from './bar-portions.ts'
import { BarOrder } from './bar-order.ts'
import { BarSanity } from './bar-sanity.ts'
import { MinuteAccount } from './minute-account.ts'
import { Outliers, suspectsCheck } from './outliers.ts'
import type { MinuteCounts, QualityCheck } from './quality-report.ts'
import type { CountedSpan } from './quality-span.ts'

/** What the checks of bars go by. */
export interface MarketPassOptions {
  readonly store: StoreReader
  readonly instrument: Instrument
  readonly calendar: Calendar
  readonly from: number
  readonly to: number
  /** Only what was recorded by then counts; `undefined`: everything. */
  readonly knownAt: number | undefined
  readonly span: CountedSpan
  readonly keep: number
  readonly wait: WaitOptions
}

/** The checks of the bars of a window, in one pass. */
export class MarketPass {
  readonly #options: MarketPassOptions
  readonly #minutes: MinuteAccount
  readonly #order: BarOrder
  readonly #sanity: BarSanity
  readonly #outliers: Outliers
  readonly #suspects: Row<'ohlc_suspects'>[] = []

  constructor(options: MarketPassOptions) {
    const { instrument, calendar, span, from, keep } = options
    this.#options = options
    this.#minutes = new MinuteAccount(calendar, span, from, keep)
    this.#order = new BarOrder(calendar, keep)
    this.#sanity = new BarSanity(instrument, keep)
    this.#outliers = new Outliers(from, keep)
  }

  /** Takes the next bars; those before the window only tell what is usual. */
  async take(portion: Portion): Promise<void> {
    const { store, instrument, from: begin, to: end, knownAt, wait } = this.#options
    const [from, to] = [Math.max(portion.from, begin), Math.min(portion.to, end)]
    if (from >= to) {
      this.#outliers.take(portion.bars.between(portion.from, Math.min(portion.to, end)))
      return
    }
    const query = { instrument: instrument.symbol, from, to }
    const missing = missingThen(await store.readRows('missing_minutes', query, wait), knownAt)
    const suspects = suspectsThen(await store.readRows('ohlc_suspects', query, wait), knownAt)
    const admitted = new Set(suspects.flatMap((row) => (row.admitted_at === null ? [] : [row.timestamp])))
    const bars = portion.bars.between(from, to)
    const inside = { from, to, bars }
    this.#outliers.take(portion.bars.between(portion.from, to), admitted)
    this.#minutes.take(inside, { missing, suspects })
    this.#order.take(inside)
    this.#sanity.take(bars)
    this.#suspects.push(...suspects.filter((row) => row.admitted_at === null))
  }

  /** What the pass found. */
  result(): {
    readonly checks: readonly QualityCheck[]
    readonly minutes: MinuteCounts
    readonly unanswered: ReturnType<MinuteAccount['unanswered']>
    /** The share of bars that nothing is wrong with; `undefined` without bars. */
    readonly validity: number | undefined
  } {
    const checks = [
      ...this.#minutes.checks(),
      ...this.#order.checks(),
      ...this.#sanity.checks(),
      this.#outliers.check(),
      suspectsCheck(this.#suspects, this.#options.keep),
    ]
    const { bars } = this.#sanity
    const wrong = this.#order.wrong + this.#sanity.wrong + this.#outliers.wrong
    const validity = bars === 0 ? undefined : Math.max(0, bars - wrong) / bars
    return { checks, minutes: this.#minutes.counts(), unanswered: this.#minutes.unanswered(), validity }
  }
}

function missingThen(
  rows: readonly Row<'missing_minutes'>[],
  knownAt: number | undefined,
): readonly Row<'missing_minutes'>[] {
  if (knownAt === undefined) return rows
  return rows.flatMap((row) => {
    if (row.first_asked_at !== null && row.first_asked_at > knownAt) return []
    return [row.healed_at !== null && row.healed_at > knownAt ? { ...row, healed_at: null } : row]
  })
}

function suspectsThen(
  rows: readonly Row<'ohlc_suspects'>[],
  knownAt: number | undefined,
): readonly Row<'ohlc_suspects'>[] {
  if (knownAt === undefined) return rows
  return rows.flatMap((row) => {
    if (row.first_seen_at > knownAt) return []
    return [row.admitted_at !== null && row.admitted_at > knownAt ? { ...row, admitted_at: null } : row]
  })
}
