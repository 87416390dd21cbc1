import { type Bar, type Instrument, snapPrice } from '@openpredict/market'

/** How many trades each minute of bars that are played again is given. */
const TRADES = 12
/** Which of them make the two extremes; the first is the open, the last the close. */
const FIRST_EXTREME = 4
const SECOND_EXTREME = 8

/** How many of a bar's trades have happened by `time`. */
export function replayedTrades(bar: Bar, time: number): number {
  const second = Math.floor((time - bar.time) / 1000)
  let seen = 0
  while (seen < TRADES && secondOf(seen) <= second) seen++
  return seen
}

/** When the last of the first `seen` trades of a bar happened, epoch ms. */
export function replayedTradeTime(bar: Bar, seen: number): number {
  return bar.time + secondOf(seen - 1) * 1000
}

/**
 * A bar with its first `seen` trades only, from 1.
 *
 * Nobody knows how the price went within a minute: here it goes from the open first to the extreme that lies against
 * the minute's direction, then to the other one, then to the close, straight and in even steps.
 */
export function replayedBar(bar: Bar, seen: number, instrument: Instrument): Bar {
  if (seen >= TRADES) return bar
  let high = bar.open
  let low = bar.open
  let close = bar.open
  for (let k = 1; k < seen; k++) {
    close = priceOf(bar, k, instrument)
    high = Math.max(high, close)
    low = Math.min(low, close)
  }
  return { time: bar.time, open: bar.open, high, low, close, volume: Math.ceil((bar.volume * seen) / TRADES) }
}

/** The second of the minute, from 1 to 56. */
function secondOf(k: number): number {
  return 1 + 5 * k
}

function priceOf(bar: Bar, k: number, instrument: Instrument): number {
  const [first, second] = bar.close >= bar.open ? [bar.low, bar.high] : [bar.high, bar.low]
  if (k === FIRST_EXTREME) return first
  if (k === SECOND_EXTREME) return second
  const price =
    k < FIRST_EXTREME
      ? between(bar.open, first, k / FIRST_EXTREME)
      : k < SECOND_EXTREME
        ? between(first, second, (k - FIRST_EXTREME) / (SECOND_EXTREME - FIRST_EXTREME))
        : between(second, bar.close, (k - SECOND_EXTREME) / (TRADES - 1 - SECOND_EXTREME))
  const snapped =
    instrument.tick === undefined ? Number(price.toFixed(instrument.decimals)) : snapPrice(price, instrument)
  return Math.min(bar.high, Math.max(bar.low, snapped))
}

function between(from: number, to: number, share: number): number {
  return from + (to - from) * share
}
