/** The names of the seven pivots, from the middle out. */
export const PIVOT_LEVELS = ['PP', 'R1', 'R2', 'R3', 'S1', 'S2', 'S3'] as const

/** The name of a pivot: the pivot point, three resistances above it, three supports below. */
export type PivotLevel = (typeof PIVOT_LEVELS)[number]

/** The share of the earlier range that separates each resistance and support from the pivot point. */
const RATIO = [0.382, 0.618, 1] as const

/**
 * The Fibonacci pivots that follow from the high, low and close of an earlier period, in points, not rounded.
 *
 * `PP = (high + low + close) / 3`; `R1, S1 = PP ± 0.382 · (high − low)`, `R2, S2` with 0.618, `R3, S3` with 1.
 *
 * @example
 * ```ts
 * const { PP, R3, S3 } = fibonacciLevels({ high: 110, low: 90, close: 103 })
 * PP // => 101
 * R3 // => 121
 * S3 // => 81
 * ```
 */
export function fibonacciLevels(earlier: {
  readonly high: number
  readonly low: number
  readonly close: number
}): Record<PivotLevel, number> {
  const { high, low, close } = earlier
  const PP = (high + low + close) / 3
  const [first, second, third] = RATIO
  const range = high - low
  return {
    PP,
    R1: PP + first * range,
    R2: PP + second * range,
    R3: PP + third * range,
    S1: PP - first * range,
    S2: PP - second * range,
    S3: PP - third * range,
  }
}
