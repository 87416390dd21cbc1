import { type Bar, BarSeries, tradingDay } from '@openpredict/market'

import { aggregateBy } from '../internal/aggregate.ts'
import { BoundedCache } from '../internal/bounded-cache.ts'
import { bitsAt, streamOf, uniform } from '../internal/hash.ts'
import { CACHED_DAY_BARS } from '../internal/market-of-minutes.ts'
import type { SimulatedMarket } from '../market.ts'
import { alteredBar } from './altered-bar.ts'
import type { BarFault, FaultRule } from './fault.ts'

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE

/** What is wrong with one bar, and until when. */
export interface Alteration {
  readonly kind: BarFault['kind']
  /** The open time of the bar, epoch ms. */
  readonly time: number
  /** The bar is shown like this while the latest trades that the source knows are from before; may be `Infinity`. */
  readonly until: number
  /** The bar as this fault shows it; `undefined` while it is missing. */
  readonly shown: Bar | undefined
  /** The bar as it stays in the end; `undefined` when it stays missing. */
  readonly truth: Bar | undefined
}

/** A fault of bars with its defaults filled in. */
interface BarRule {
  readonly kind: BarFault['kind']
  readonly stream: number
  readonly symbol: string | undefined
  readonly from: number
  readonly to: number
  readonly rate: number
  /** How long after its close a bar is shown altered. */
  readonly lastsMs: number
  readonly percent: number
}

/** The later hides the earlier: whatever else is wrong with a missing bar, nobody sees it. */
const ORDER: readonly BarFault['kind'][] = ['revised-bars', 'bad-ticks', 'late-bars']

/** What is wrong with the bars of markets: a function of the seed, the bar and the time, so that the truth is known. */
export class BarFaults {
  readonly #rules: readonly BarRule[]
  /** How long after its close the last bar has healed that heals at all. */
  readonly #longest: number
  /** Whether some bars never heal. */
  readonly #forGood: boolean
  readonly #finalDays = new WeakMap<SimulatedMarket, BoundedCache<{ readonly bar: Bar | undefined }>>()

  constructor(rules: readonly FaultRule[], seed: number) {
    this.#rules = rules
      .flatMap((rule, index) => barRule(rule, streamOf(seed, `bars/${index}`)) ?? [])
      .toSorted((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind))
    const lasts = this.#rules.map(({ lastsMs }) => lastsMs)
    this.#longest = Math.max(0, ...lasts.filter((ms) => ms !== Infinity))
    this.#forGood = lasts.includes(Infinity)
  }

  /** Everything that is wrong with bars that open in `[from, to)`, whenever it is shown. */
  alterations(market: SimulatedMarket, from: number, to: number): readonly Alteration[] {
    if (this.#rules.length === 0 || from >= to) return []
    const bars = market.bars(from, to).toArray()
    return bars.flatMap((bar) => this.#alterationsOf(bar, market))
  }

  /** What of it is shown while the latest trades that the source knows are from `visible`. */
  showing(market: SimulatedMarket, from: number, to: number, visible: number): readonly Alteration[] {
    const unhealed = Math.max(from, this.#unhealed(visible))
    return this.alterations(market, unhealed, to).filter(({ until }) => visible < until)
  }

  /** The bars that open in `[from, to)` as they stay in the end. */
  truth(market: SimulatedMarket, from: number, to: number): BarSeries {
    return this.#bars(market, from, to, Infinity)
  }

  /** The market as the source shows it while the latest trades it knows are from `visible`. */
  shown(market: SimulatedMarket, visible: number): SimulatedMarket {
    if (this.#rules.length === 0) return market
    return {
      ...market,
      bars: (from, to) => this.#bars(market, from, to, visible),
      dayBar: (date) => this.#dayBar(market, date, visible),
    }
  }

  #bars(market: SimulatedMarket, from: number, to: number, visible: number): BarSeries {
    const bars = market.bars(from, to)
    const first = bars.indexAtOrAfter(this.#unhealed(visible))
    if (this.#rules.length === 0 || first === bars.length) return bars
    const shown = bars.slice(0, first).toArray()
    for (const bar of bars.slice(first)) {
      const altered = this.#alterationsOf(bar, market).findLast(({ until }) => visible < until || until === Infinity)
      if (altered === undefined) shown.push(bar)
      else if (altered.shown !== undefined) shown.push(altered.shown)
    }
    return BarSeries.from(shown)
  }

  /** Where bars begin that can be shown altered: most have healed long ago. */
  #unhealed(visible: number): number {
    return this.#forGood ? -Infinity : visible - MINUTE - this.#longest
  }

  #alterationsOf(bar: Bar, { instrument }: SimulatedMarket): readonly Alteration[] {
    const hits = this.#rules.filter((rule) => isHit(rule, bar, instrument.symbol))
    if (hits.length === 0) return []
    const shown = hits.map(({ kind, stream, percent }) =>
      alteredBar(kind, bar, { instrument, bits: bitsAt(stream ^ 0x2545f491, bar.time / MINUTE), percent }),
    )
    const stays = hits.findLastIndex(({ lastsMs }) => lastsMs === Infinity)
    const truth = stays < 0 ? bar : shown[stays]
    return hits.map(({ kind, lastsMs }, i) => ({
      kind,
      time: bar.time,
      until: bar.time + MINUTE + lastsMs,
      shown: shown[i],
      truth,
    }))
  }

  #dayBar(market: SimulatedMarket, date: number, visible: number): Bar | undefined {
    const { start, end } = tradingDay(date * DAY + DAY / 2)
    const isHealing = end + this.#longest + MINUTE > visible
    if (isHealing) return dayOf(this.#bars(market, start, end, visible))
    if (!this.#forGood) return market.dayBar(date)
    let days = this.#finalDays.get(market)
    if (days === undefined) {
      days = new BoundedCache(CACHED_DAY_BARS, (label) => {
        const day = tradingDay(label * DAY + DAY / 2)
        return { bar: dayOf(this.truth(market, day.start, day.end)) }
      })
      this.#finalDays.set(market, days)
    }
    return days.get(date).bar
  }
}

function barRule(rule: FaultRule, stream: number): BarRule | undefined {
  const { fault, symbol, from = -Infinity, to = Infinity, rate = 0.01 } = rule
  if (fault.kind !== 'late-bars' && fault.kind !== 'revised-bars' && fault.kind !== 'bad-ticks') return undefined
  const { kind, minutes = 5 } = fault
  const percent = kind === 'bad-ticks' ? (fault.percent ?? 10) : 0
  return { kind, stream, symbol: symbol?.toUpperCase(), from, to, rate, lastsMs: minutes * MINUTE, percent }
}

function isHit({ stream, symbol: only, from, to, rate }: BarRule, { time }: Bar, symbol: string): boolean {
  if (time < from || time >= to || (only !== undefined && only !== symbol)) return false
  return uniform(bitsAt(streamOf(stream, symbol), time / MINUTE)) < rate
}

function dayOf(bars: BarSeries): Bar | undefined {
  const first = bars.time[0]
  return first === undefined ? undefined : aggregateBy(bars, () => tradingDay(first).start).at(0)
}
