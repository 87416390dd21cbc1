// A calculator of your own beside the engine, over the same closed bars and the rows that the engine makes of them.
//
//   npm install @openpredict/calculators @openpredict/fetcher @openpredict/market
//   node custom-calculator.ts
//
// The engine runs its own six and no others: the store has a table for each of them, and snapshots and corrections know
// them. One more stands beside: it is given every bar that the engine is given, and reads the engine's rows.
import { join } from 'node:path'

import { createEngine, type FairValueGapRow } from '@openpredict/calculators'
import { readBars } from '@openpredict/fetcher'
import { type Bar, formatInstant, tradingDay } from '@openpredict/market'

/** The volume-weighted average price of the running trading day: the sum of typical price × volume over that of volume. */
class SessionVwap {
  #day = Number.NaN
  #traded = 0
  #volume = 0

  /** In points; `undefined` before anything was traded in this day. */
  get price(): number | undefined {
    return this.#volume === 0 ? undefined : this.#traded / this.#volume
  }

  /** Takes one closed bar. */
  next({ time, high, low, close, volume }: Bar): void {
    const { start } = tradingDay(time)
    if (start !== this.#day) {
      this.#day = start
      this.#traded = 0
      this.#volume = 0
    }
    this.#traded += ((high + low + close) / 3) * volume
    this.#volume += volume
  }
}

const bars = await readBars(join(import.meta.dirname, 'data', 'nq-5m.csv'), { interval: '5m' })
const engine = createEngine({ interval: '5m' })
const vwap = new SessionVwap()
const holding = (gap: FairValueGapRow, price: number): boolean => gap.gap_bottom <= price && price <= gap.gap_top
let found = 0

for (const bar of bars) {
  engine.next(bar)
  vwap.next(bar)
  const { price } = vwap
  if (price === undefined) continue
  // The average price lies in a gap that is new and open: two reasons to look at one place.
  for (const gap of engine.takeChanges().fvg) {
    if (gap.confirmed_at !== engine.asOf || gap.filled || !holding(gap, price)) continue
    found += 1
    console.log(
      `${formatInstant(engine.asOf)} ${gap.fvg_type} ${gap.gap_bottom}–${gap.gap_top} holds VWAP ${price.toFixed(2)}`,
    )
  }
}
console.log(`${found} of the gaps of ${bars.length} bars; VWAP of the running day ${vwap.price?.toFixed(2)}`)
