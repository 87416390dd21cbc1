import { instrumentOf } from '@openpredict/market'

import type { ReferenceOptions } from './rows.ts'

/**
 * Differences and means of prices against limits: whatever is within this of a limit is the limit. 18 110.10 − 18 109.60
 * is not quite 0.5 in binary, and no trader would say that it is less.
 */
const NOISE = 1e-9

export function atLeast(difference: number, limit: number): boolean {
  return difference >= limit - NOISE
}

export function atMost(difference: number, limit: number): boolean {
  return difference <= limit + NOISE
}

export function moreThan(difference: number, limit: number): boolean {
  return difference > limit + NOISE
}

/**
 * A default distance, given for NQ, of the instrument in question: in the ratio of the usual daily ranges, rounded to the
 * nearest tick, never less than one. Without a tick it is not rounded.
 */
export function defaultDistance(points: number, { instrument = 'NQ=F' }: ReferenceOptions): number {
  const { tick, decimals, rangeRatio } = instrumentOf(instrument)
  const distance = points * rangeRatio
  if (tick === undefined) return distance
  return Number((Math.max(1, Math.round(distance / tick)) * tick).toFixed(decimals))
}
