/**
 * The value below or at which a share of the sorted values lies, by nearest rank: always one of the values, never a mean
 * of two. `share` goes from 0 (the least) to 1 (the greatest). Throws `RangeError` for a share outside and for no values.
 *
 * Source: the nearest-rank definition of the percentile, ⌈share × n⌉.
 *
 * @example
 * ```ts
 * import { percentileOf } from '@openpredict/monitor'
 *
 * percentileOf([10, 20, 30, 40], 0.95) // => 40
 * percentileOf([10, 20, 30, 40], 0.5) // => 20
 * ```
 */
export function percentileOf(sorted: readonly number[], share: number): number {
  if (!(share >= 0 && share <= 1)) throw new RangeError(`A share lies between 0 and 1, found ${share}.`)
  // Without the rounding, 0.07 × 100 is a hair above 7, and the eighth value would be taken.
  const rank = Math.max(1, Math.ceil(Number((share * sorted.length).toFixed(6))))
  const value = sorted[rank - 1]
  if (value === undefined) throw new RangeError('A percentile needs at least one value, found none.')
  return value
}
