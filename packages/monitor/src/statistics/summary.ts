import { percentileOf } from './percentile.ts'

/** What a series of values comes to, in the unit of the values. */
export interface Summary {
  readonly count: number
  readonly min: number
  readonly max: number
  readonly mean: number
  /** By nearest rank, as `p95` and `p99`: one of the values. */
  readonly median: number
  readonly p95: number
  readonly p99: number
}

/**
 * Sums up values in any order; `undefined` for none. Throws `RangeError` for a value that is not finite.
 *
 * @example
 * ```ts
 * import { summaryOf } from '@openpredict/monitor'
 *
 * summaryOf([3, 1, 2]) // => { count: 3, min: 1, max: 3, mean: 2, median: 2, p95: 3, p99: 3 }
 * summaryOf([]) // => undefined
 * ```
 */
export function summaryOf(values: readonly number[]): Summary | undefined {
  const sorted = values.toSorted((a, b) => a - b)
  const [min, max] = [sorted[0], sorted.at(-1)]
  if (min === undefined || max === undefined) return undefined
  const wrong = values.find((value) => !Number.isFinite(value))
  if (wrong !== undefined) throw new RangeError(`A summary needs finite values, found ${wrong}.`)
  return {
    count: sorted.length,
    min,
    max,
    mean: sorted.reduce((sum, value) => sum + value, 0) / sorted.length,
    median: percentileOf(sorted, 0.5),
    p95: percentileOf(sorted, 0.95),
    p99: percentileOf(sorted, 0.99),
  }
}
