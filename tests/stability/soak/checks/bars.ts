import { type Bar, formatInstant } from '@openpredict/market'

import type { Check } from './check.ts'

/** Stored bars are the simulator's, minute by minute, from the first to the last that it could have given. */
export const checkBars: Check = async ({ store, instrument, truth }) => {
  const stored = new Map(
    (await store.readBars({ instrument: instrument.symbol })).toArray().map((bar) => [bar.time, bar]),
  )
  const differences: string[] = []
  for (const bar of truth) {
    const found = stored.get(bar.time)
    if (found === undefined) differences.push(`${formatInstant(bar.time)} is not stored: ${prices(bar)}`)
    else if (prices(found) !== prices(bar)) {
      differences.push(`${formatInstant(bar.time)} is stored as ${prices(found)}, and is ${prices(bar)}`)
    }
    stored.delete(bar.time)
  }
  for (const bar of stored.values())
    differences.push(`${formatInstant(bar.time)} is stored and never was: ${prices(bar)}`)
  return { check: 'bars', compared: truth.length, differences }
}

function prices({ open, high, low, close, volume }: Bar): string {
  return `${open}/${high}/${low}/${close} × ${volume}`
}
