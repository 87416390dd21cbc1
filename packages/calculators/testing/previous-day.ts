import type { Bar } from '@openpredict/market'

import { LiquidityEvents, type LiquidityEventsOptions } from '../src/liquidity-events/liquidity-events.ts'
import type { LiquidityEventRow } from '../src/liquidity-events/row.ts'
import { barsFrom, mirrored, newYork, nyBar, type Prices } from './hand-made-bars.ts'

const MINUTE = 60_000

/** 18:00 in New York: a trading day begins. */
export const OPEN: number = newYork('2024-07-02 18:00')

/** The open of the minute after so many others of the day. */
export const minute = (n: number): number => OPEN + n * MINUTE

/** The only bar of the day before: a high of 1000 and a low of 900, outside of all sessions. */
export const YESTERDAY: Bar = nyBar('2024-07-02 12:30', [950, 1000, 900, 950])

/** History reaches back to the start of that day. */
export const HISTORY: { readonly historyStart: number } = { historyStart: newYork('2024-07-01 18:00') }

/** A price that is far from both pools. */
export const FAR = 950

/** Either side of the market: rules are written down for highs, and hold for lows with all prices upside down. */
export interface Side {
  readonly pool: 'PREV_DAY_HIGH' | 'PREV_DAY_LOW'
  readonly direction: 'BEARISH' | 'BULLISH'
  readonly price: (atHighs: number) => number
  readonly prices: (atHighs: Prices) => Prices
}

export const SIDES: readonly Side[] = [
  { pool: 'PREV_DAY_HIGH', direction: 'BEARISH', price: (price) => price, prices: (prices) => prices },
  {
    pool: 'PREV_DAY_LOW',
    direction: 'BULLISH',
    price: (price) => 1900 - price,
    prices: (prices) => mirrored(prices, 1900),
  },
]

/** A calculator that has taken yesterday's bar and then, from the open on, minutes as they look at highs. */
export function fedAt(
  { prices: turned }: Side,
  minutes: readonly (Prices | null)[],
  options: LiquidityEventsOptions = {},
): LiquidityEvents {
  const events = new LiquidityEvents({ ...HISTORY, ...options })
  const sided = minutes.map((prices) => (prices === null ? null : turned(prices)))
  events.feed([YESTERDAY, ...barsFrom(OPEN, sided)])
  return events
}

/** The events of one side's pool, each with its last values. */
export function eventsAt(
  side: Side,
  minutes: readonly (Prices | null)[],
  options: LiquidityEventsOptions = {},
): LiquidityEventRow[] {
  const rows = fedAt(side, minutes, options).takeChanges()
  return rows.filter(({ level_type }) => level_type === side.pool).toSorted((a, b) => a.timestamp - b.timestamp)
}
