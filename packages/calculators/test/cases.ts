import { type Bar, instrumentOf, type Interval } from '@openpredict/market'
import fc from 'fast-check'

import type { EngineOptions } from '../src/index.ts'
import { lengthOf, type MarketPlan, marketOf, marketPlans, type SmallInterval, vouchedTimes } from './markets.ts'
import type { ReferenceOptions } from './reference/rows.ts'
import { ownOptions, type OwnOptions, type Settings, settings } from './settings.ts'
import { swingingPlans } from './swinging-markets.ts'

/** What the references are told: the same as the engine. */
export type NaiveOptions = ReferenceOptions & OwnOptions

/** A market with the options that its calculators are made with. */
export interface Case {
  readonly plan: MarketPlan
  /** How long before the first bar history is vouched for to begin. */
  readonly vouched: number | undefined
  readonly settings: Settings
}

/** How large markets may be; any size unless said otherwise. */
export interface Size {
  readonly maxSegments?: number
  readonly maxBars?: number
}

/** Markets of both kinds: those that calendars are hard for, and those in which much happens at a few prices. */
export function cases(size: Size = {}): fc.Arbitrary<Case> {
  return casesOf(fc.oneof(marketPlans(size), swingingPlans(size)))
}

/** Cases of one kind of market. */
export function casesOf(plan: fc.Arbitrary<MarketPlan>): fc.Arbitrary<Case> {
  return fc.record({ plan, vouched: vouchedTimes, settings })
}

/** The bars of a case, and its options as the engine and as the reference want them. */
export interface Market {
  readonly bars: Bar[]
  readonly options: EngineOptions
  readonly naive: NaiveOptions
}

/** Makes the bars and the options of a case. */
export function opened({ plan, vouched, settings: chosen }: Case): Market {
  const bars = marketOf(plan)
  const { interval, contract } = plan
  const shared = {
    interval,
    ...(vouched === undefined ? {} : { historyStart: (bars[0]?.time ?? 0) - vouched }),
    ...ownOptions(chosen, plan),
  }
  return {
    bars,
    options: { ...shared, instrument: instrumentOf(contract.symbol) },
    naive: { ...shared, instrument: contract.symbol },
  }
}

/** A market before which there are coarser bars. */
export interface WarmCase {
  readonly coarse: MarketPlan
  readonly fine: MarketPlan
  readonly lengths: readonly [coarse: SmallInterval, fine: SmallInterval]
  /** How long after the last coarse bar the first fine one comes at the earliest. */
  readonly pause: number
  readonly settings: Settings
}

/** Pairs of lengths in which candles go on from coarse to fine bars, and in which they cannot. */
const LENGTHS: readonly (readonly [coarse: SmallInterval, fine: SmallInterval])[] = [
  ['5m', '1m'],
  ['10m', '1m'],
  ['15m', '1m'],
  ['1h', '1m'],
  ['10m', '5m'],
  ['10m', '5m'],
  ['1h', '5m'],
  ['1h', '15m'],
]

/** Any small market that begins with coarser bars; nothing is vouched for. */
export function warmCases(): fc.Arbitrary<WarmCase> {
  const plan = fc.oneof(marketPlans({ maxSegments: 10 }), swingingPlans({ maxBars: 36 }))
  const pause = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 3000 }))
  return fc.record({ coarse: plan, fine: plan, lengths: fc.constantFrom(...LENGTHS), pause, settings })
}

/** The bars of a market with coarser ones before, and the options as the engine and as the reference want them. */
export interface WarmMarket extends Omit<Market, 'bars'> {
  readonly coarse: Bar[]
  readonly interval: Interval
  readonly fine: Bar[]
}

/** Makes the bars and the options of a case with coarser bars. */
export function openedWarm({ coarse, fine, lengths: [interval, base], pause, settings: chosen }: WarmCase): WarmMarket {
  const { contract } = coarse
  const before = marketOf({ ...coarse, interval })
  const until = (before.at(-1)?.time ?? 0) + lengthOf(interval)
  const plan = { ...fine, contract, interval: base, start: until + pause * 60_000 }
  const shared = { interval: base, ...ownOptions(chosen, plan) }
  return {
    coarse: before,
    interval,
    fine: marketOf(plan),
    options: { ...shared, instrument: instrumentOf(contract.symbol) },
    naive: { ...shared, instrument: contract.symbol, warmUp: { until, interval } },
  }
}
