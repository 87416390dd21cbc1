import { type Bar, type Instrument, snapPrice } from '@openpredict/market'

import type { BarFault } from './fault.ts'

const GENERIC_TICK = 0.01

/** A bar as a fault shows it; `undefined` while it is missing. `bits` decide what is left to chance. */
export function alteredBar(
  kind: BarFault['kind'],
  bar: Bar,
  { instrument, bits, percent }: { readonly instrument: Instrument; readonly bits: number; readonly percent: number },
): Bar | undefined {
  switch (kind) {
    case 'late-bars':
      return undefined
    case 'revised-bars': {
      // Wider than it will be and with less volume: possible, and never the same.
      const tick = tickOf(instrument)
      const high = onTick(bar.high + tick * (1 + (bits & 3)), instrument)
      const low = Math.min(bar.low, onTick(bar.low - tick * ((bits >>> 2) & 3), instrument))
      const close = (bits & 16) === 0 ? high : bar.close
      return { ...bar, high, low, close, volume: Math.floor(bar.volume * 0.8) }
    }
    case 'bad-ticks': {
      const low = onTick(bar.low * (1 - percent / 100), instrument)
      // There is no price below the first tick.
      if ((bits & 1) === 1 && low < bar.low) return { ...bar, low }
      const high = Math.max(bar.high + tickOf(instrument), bar.high * (1 + percent / 100))
      return { ...bar, high: onTick(high, instrument) }
    }
  }
  return kind satisfies never
}

function tickOf({ tick = GENERIC_TICK }: Instrument): number {
  return tick
}

function onTick(price: number, instrument: Instrument): number {
  const tick = tickOf(instrument)
  return Math.max(tick, snapPrice(price, { ...instrument, tick }))
}
