import { bell, bitsAt, uniform } from './hash.ts'

/** More trades than these in a minute only repeat prices that others have made. */
export const MOST_TRADES = 12

/** Where a minute starts, ends, and how it wanders in between. Prices in ticks. */
export interface MinuteShape {
  readonly minute: number
  readonly open: number
  readonly close: number
  /** How many trades there are, from 1. With one trade, open and close are the same. */
  readonly trades: number
  /** How far prices stray between open and close. */
  readonly spread: number
}

/** The pull of both ends on each trade of a minute: √(f(1−f)) at the fraction f of the way, as of a Brownian bridge. */
const FREEDOM: readonly Float64Array[] = /* @__PURE__ */ Array.from({ length: MOST_TRADES + 1 }, (_, trades) =>
  Float64Array.from({ length: trades }, (_trade, k) => {
    const share = trades > 1 ? k / (trades - 1) : 0
    return Math.sqrt(share * (1 - share))
  }),
)

/** The price of one trade of a minute, in ticks. `k` counts from 0; the first is the open, the last the close. */
export function tradePrice(stream: number, shape: MinuteShape, k: number): number {
  const { minute, open, close, trades, spread } = shape
  if (k === 0) return open
  if (k >= trades - 1) return close
  const straight = open + ((close - open) * k) / (trades - 1)
  const stray = spread * (FREEDOM[trades]?.[k] ?? 0) * bell(bitsAt(stream, minute * MOST_TRADES + k))
  return Math.max(1, Math.floor(straight + stray + 0.5))
}

/** The second of the minute, 1 to 59, at which a trade happens; later trades never happen earlier. */
export function tradeSecond(stream: number, minute: number, trades: number, k: number): number {
  const share = uniform(bitsAt(stream ^ 0x5bd1e995, minute * MOST_TRADES + k))
  return 1 + Math.floor(((k + share) * 59) / trades)
}

/** The contracts traded with the first `seen` trades of a minute: one each at least, as `volume` is not below `trades`. */
export function volumeUpTo(volume: number, trades: number, seen: number): number {
  return Math.floor((volume * seen) / trades)
}
