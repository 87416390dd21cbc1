import { barProblem, type Bar, type BarSeries, type Instrument, instrumentOf, tradingDay } from '@openpredict/market'

import { SimulatorError } from './errors.ts'
import { marketOfMinutes } from './internal/market-of-minutes.ts'
import { replayedBar, replayedTrades, replayedTradeTime } from './internal/replayed-trades.ts'
import type { SimulatedMarket } from './market.ts'

const MINUTE = 60_000
const DAY = 86_400_000

/** What to play again. */
export interface ReplayOptions {
  /** Closed 1-minute bars, ascending, each on a whole minute. */
  readonly bars: BarSeries
  /** @default NQ=F */
  readonly instrument?: Instrument
}

/**
 * Plays recorded 1-minute bars again: the same interface as a made-up market, so that the same server serves them.
 *
 * Each bar forms within its minute in twelve even trades: from the open to the extreme against the minute's direction,
 * to the other extreme, to the close. Before the first bar and after the last one nothing is traded. Throws a
 * `SimulatorError` of kind `replay` for no bars, for bars that are not in order or not on whole minutes, and for
 * impossible ones, naming the first.
 *
 * @example
 * ```ts
 * const time = parseInstant('2024-07-01T13:30:00Z')
 * const bars = BarSeries.from([{ time, open: 100, high: 104, low: 99, close: 102, volume: 60 }])
 * const market = createReplayMarket({ bars, instrument: instrumentOf('NQ=F') })
 * market.forming(time + 1_000) // => { time, open: 100, high: 100, low: 100, close: 100, volume: 5 }
 * market.forming(time + 59_999) // => bars.at(0)
 * market.lastTradeTime(time) // => -Infinity
 * ```
 */
export function createReplayMarket(options: ReplayOptions): SimulatedMarket {
  const { bars, instrument = instrumentOf('NQ=F') } = options
  check(bars)

  /** The last bar that has traded by `time`, and how many of its trades have happened by then. */
  function lastTraded(time: number): { readonly bar: Bar; readonly seen: number } | undefined {
    for (let index = bars.indexAtOrAfter(time + 1) - 1; index >= 0; index--) {
      const bar = bars.at(index) as Bar
      const seen = replayedTrades(bar, time)
      if (seen > 0) return { bar, seen }
    }
    return undefined
  }

  return marketOfMinutes({
    instrument,
    seed: undefined,
    bars: (from, to) => bars.between(from, to),
    formingMinute(time) {
      const last = lastTraded(time)
      // While the minute of `time` has not traded, the last trade is one of a bar before.
      if (last === undefined || last.bar.time + MINUTE <= time) return undefined
      return replayedBar(last.bar, last.seen, instrument)
    },
    lastTradeTime(time) {
      const last = lastTraded(time)
      return last === undefined ? -Infinity : replayedTradeTime(last.bar, last.seen)
    },
    barsOfDay(label) {
      const { start, end } = tradingDay(label * DAY + DAY / 2)
      return bars.between(start, end)
    },
  })
}

function check(bars: BarSeries): void {
  if (bars.length === 0) throw refused(-1, 'there are no bars, expected at least one')
  let before = -Infinity
  for (const [index, bar] of bars.toArray().entries()) {
    if (bar.time % MINUTE !== 0) throw refused(index, `time ${bar.time} is not a whole minute`)
    if (bar.time <= before) throw refused(index, `time ${bar.time} does not come after ${before}`)
    const problem = barProblem(bar)
    if (problem !== undefined) throw refused(index, problem)
    before = bar.time
  }
}

function refused(index: number, problem: string): SimulatorError {
  const where = index < 0 ? '' : `bar ${index}: `
  return new SimulatorError(`cannot play these bars again: ${where}${problem}`, { kind: 'replay', index, problem })
}
