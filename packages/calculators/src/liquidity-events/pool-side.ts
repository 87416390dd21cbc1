import type { BarSeries } from '@openpredict/market'

import { reaches } from '../internal/distances.ts'
import { TIE } from '../internal/round.ts'
import type { LiquidityRules } from './liquidity-rules.ts'
import type { LiquidityEventRow, PoolType } from './row.ts'
import { hold, type Sweep, sweepRow } from './sweep.ts'

/** A price where stops rest. */
interface Pool {
  readonly levelType: PoolType
  readonly periodStart: number
  readonly price: number
  /** The first instant at which a bar does not count any more; infinity for pools that are replaced instead. */
  readonly expiresAt: number
  /** The highest bar of an approach that is open: its high, NaN while there is none, and its time. */
  approachHigh: number
  approachTime: number
}

/**
 * The pools above or below the market, and the sweeps whose hold is being counted. Written for pools at highs; those at
 * lows are the same with the signs of all prices turned.
 */
export class PoolSide {
  readonly #sign: 1 | -1
  readonly #rules: LiquidityRules
  readonly #finish: (row: LiquidityEventRow) => void
  readonly pools: Pool[] = []
  readonly sweeps: Sweep[] = []
  /** The high from which on a bar concerns a pool; minus infinity when every bar does, because of an open approach. */
  trigger: number = Number.POSITIVE_INFINITY

  /** `sign`: 1 for highs, −1 for lows. `finish` takes rows that are final. */
  constructor(sign: 1 | -1, rules: LiquidityRules, finish: (row: LiquidityEventRow) => void) {
    this.#sign = sign
    this.#rules = rules
    this.#finish = finish
  }

  /**
   * A pool becomes active at `now`, at an unsigned `price`. One with an expiry never replaces another; one without takes
   * the place of the pool of its type.
   */
  activate(
    levelType: PoolType,
    periodStart: number,
    price: number,
    now: number,
    expiresAt: number = Number.POSITIVE_INFINITY,
  ): void {
    const replaces = expiresAt === Number.POSITIVE_INFINITY
    const isGone = (pool: Pool): boolean => pool.expiresAt <= now || (replaces && pool.levelType === levelType)
    let kept = 0
    for (const pool of this.pools) if (!isGone(pool)) this.pools[kept++] = pool
    this.pools.length = kept
    const signed = this.#sign * price
    this.pools.push({
      levelType,
      periodStart,
      price: signed,
      expiresAt,
      approachHigh: Number.NaN,
      approachTime: Number.NaN,
    })
    this.#setTrigger()
  }

  /** Takes the bars from index `i` up to and without `end`; no pool becomes active between them. */
  take(bars: BarSeries, i: number, end: number, interval: number): void {
    const { high, low } = bars
    for (let k = i; k < end; k++) {
      if (this.sweeps.length > 0) this.#hold(bars, k, interval)
      const extreme = this.#sign === 1 ? (high[k] as number) : -(low[k] as number)
      if (extreme >= this.trigger) this.#meet(bars, k, interval)
    }
  }

  /** The rows of the sweeps that can still change. */
  liveRows(): LiquidityEventRow[] {
    return this.sweeps.map((sweep) => this.#row(sweep))
  }

  /** The rows among them that were created or changed since the last call. */
  takeChanges(): LiquidityEventRow[] {
    if (this.sweeps.length === 0) return []
    const changed = this.sweeps.filter((sweep) => sweep.isChanged)
    for (const sweep of changed) sweep.isChanged = false
    return changed.map((sweep) => this.#row(sweep))
  }

  /** Bar `k` goes on with the holds. Bars are passed by index: numbers that are passed are put into objects first. */
  #hold(bars: BarSeries, k: number, interval: number): void {
    const { sweeps } = this
    let kept = 0
    for (const sweep of sweeps) {
      if (hold(sweep, bars, k, interval, this.#sign, this.#rules)) sweeps[kept++] = sweep
      else this.#finish(this.#row(sweep))
    }
    sweeps.length = kept
  }

  /** Bar `k` comes near a pool, or an approach is open. */
  #meet(bars: BarSeries, k: number, interval: number): void {
    const { pools } = this
    const { minPenetration, approachDistance, retreatDistance } = this.#rules
    const time = bars.time[k] as number
    const high = this.#sign === 1 ? (bars.high[k] as number) : -(bars.low[k] as number)
    let kept = 0
    for (const pool of pools) {
      if (time >= pool.expiresAt) continue
      const penetration = high - pool.price
      if (reaches(penetration, minPenetration)) {
        this.#sweep(pool, bars, k, interval)
        continue
      }
      pools[kept++] = pool
      const isApproaching = !Number.isNaN(pool.approachHigh)
      if (isApproaching && reaches(-penetration, retreatDistance)) this.#nearMiss(pool, time + interval)
      // The earliest of equally high bars is remembered.
      else if (isApproaching ? high > pool.approachHigh : reaches(penetration, -approachDistance)) {
        pool.approachHigh = high
        pool.approachTime = time
      }
    }
    pools.length = kept
    this.#setTrigger()
  }

  /** Bar `k` takes the pool. */
  #sweep({ levelType, periodStart, price }: Pool, bars: BarSeries, k: number, interval: number): void {
    const time = bars.time[k] as number
    const high = this.#sign === 1 ? (bars.high[k] as number) : -(bars.low[k] as number)
    const isOutside = this.#sign * (bars.close[k] as number) > price
    const isClean = reaches(high - price, this.#rules.cleanPenetration)
    const sweep: Sweep = {
      levelType,
      periodStart,
      price,
      timestamp: time,
      sweepPrice: high,
      quality: isOutside ? 'RUN' : isClean ? 'CLEAN_SWEEP' : 'WICK',
      confirmedAt: time + interval,
      reclaimedAt: Number.NaN,
      heldMs: 0,
      isChanged: true,
    }
    if (hold(sweep, bars, k, interval, this.#sign, this.#rules)) this.sweeps.push(sweep)
    else this.#finish(this.#row(sweep))
  }

  /** Price has turned away from the pool, which stays active. */
  #nearMiss(pool: Pool, at: number): void {
    const { levelType, periodStart, price, approachTime, approachHigh } = pool
    this.#finish(
      this.#row({
        levelType,
        periodStart,
        price,
        timestamp: approachTime,
        sweepPrice: approachHigh,
        quality: 'NEAR_MISS',
        confirmedAt: at,
        reclaimedAt: Number.NaN,
        heldMs: 0,
        isChanged: true,
      }),
    )
    pool.approachHigh = Number.NaN
  }

  #row(sweep: Sweep): LiquidityEventRow {
    return sweepRow(sweep, this.#sign, this.#rules)
  }

  #setTrigger(): void {
    let lowest = Number.POSITIVE_INFINITY
    for (const { price, approachHigh } of this.pools) {
      if (!Number.isNaN(approachHigh)) lowest = Number.NEGATIVE_INFINITY
      if (price < lowest) lowest = price
    }
    // A little early: `reaches` decides.
    this.trigger = lowest - this.#rules.approachDistance - 2 * TIE
  }
}
