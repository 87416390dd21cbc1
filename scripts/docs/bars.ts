import { type Bar, instrumentOf } from '@openpredict/market'
import { createMarket, type SimulatedMarket } from '@openpredict/simulator'

/** Milliseconds of a minute. */
export const MINUTE = 60_000

/** A market to draw: NQ as the simulator makes it up, the same bars for the same seed everywhere. */
export function market(seed: number): SimulatedMarket {
  return createMarket({ seed, instrument: instrumentOf('NQ=F') })
}

/** What stands below the title of a picture. */
export function noteOf(seed: number, candles: string): string {
  return `NQ in a made-up market (seed ${seed}), ${candles}; times are UTC`
}

/** The bars that open in `[from, to)`. */
export function within(bars: readonly Bar[], from: number, to: number): readonly Bar[] {
  return bars.filter(({ time }) => time >= from && time < to)
}
