import { type Calendar, formatInstant } from '@openpredict/market'

import type { Portion } from './bar-portions.ts'
import type { QualityCheck } from './quality-report.ts'
import { checkOf, counted, Tally } from './tally.ts'

const MINUTE = 60_000

/** Looks at the times of bars: each minute once, ascending, on the minute, while the market is open. */
export class BarOrder {
  readonly #calendar: Calendar
  readonly #order: Tally
  readonly #grid: Tally
  readonly #hours: Tally
  #last = Number.NEGATIVE_INFINITY

  constructor(calendar: Calendar, keep: number) {
    this.#calendar = calendar
    this.#order = new Tally(keep)
    this.#grid = new Tally(keep)
    this.#hours = new Tally(keep)
  }

  /** How many bars have a time that cannot be. */
  get wrong(): number {
    return this.#order.found + this.#grid.found
  }

  /** Takes the next bars. */
  take({ from, to, bars: { time } }: Portion): void {
    const open = this.#calendar.openPeriods(from, to)
    let period = 0
    for (const at of time) {
      const last = this.#last
      if (at === last) this.#order.add(at, () => 'is there twice')
      else if (at < last) this.#order.add(at, () => `comes after ${formatInstant(last)}`)
      else this.#last = at
      if (at % MINUTE !== 0) this.#grid.add(at, () => 'does not begin on a minute')
      while (period < open.length && (open[period]?.end ?? 0) <= at) period++
      if (at < (open[period]?.start ?? Number.POSITIVE_INFINITY) && !this.#calendar.isOpen(at))
        this.#hours.add(at, () => 'lies in a closed market')
    }
  }

  checks(): readonly QualityCheck[] {
    const [order, grid, hours] = [this.#order, this.#grid, this.#hours]
    return [
      checkOf(
        'order',
        order.found > 0 ? 'failed' : 'passed',
        order.found > 0 ? counted(order.found, 'bar') + ' twice or out of order' : 'none twice, all in order',
        { counts: { bars: order.found }, tally: order },
      ),
      checkOf(
        'grid',
        grid.found > 0 ? 'failed' : 'passed',
        grid.found > 0 ? counted(grid.found, 'bar') + ' between two minutes' : 'all on whole minutes',
        { counts: { bars: grid.found }, tally: grid },
      ),
      // The calendar may not know of an opening that no rule foresaw.
      checkOf(
        'market-hours',
        hours.found > 0 ? 'warning' : 'passed',
        hours.found > 0 ? counted(hours.found, 'bar') + ' in a closed market' : 'none in a closed market',
        { counts: { bars: hours.found }, tally: hours },
      ),
    ]
  }
}
