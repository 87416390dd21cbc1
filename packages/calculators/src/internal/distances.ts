import type { Instrument } from '@openpredict/market'

import { TIE } from './round.ts'

/**
 * Whether a difference of prices is at least `limit`: 2100.6 − 2100.4 is at least 0.2, although as floats it is not. Prices
 * have at most 8 decimals, so differences that are not equal lie further apart than `TIE`.
 */
export function reaches(difference: number, limit: number): boolean {
  return difference >= limit - TIE
}

/** Whether a difference of prices is more than `limit`. */
export function exceeds(difference: number, limit: number): boolean {
  return difference > limit + TIE
}

/**
 * A distance in points for an instrument, from the one that is usual for NQ: in the ratio of their usual daily ranges,
 * rounded to the tick, at least one tick.
 */
export function usualDistance(forNq: number, { tick, decimals, rangeRatio }: Instrument): number {
  const distance = forNq * rangeRatio
  if (tick === undefined) return distance
  return Number((Math.max(1, Math.round(distance / tick)) * tick).toFixed(decimals))
}
