import type { LiveMemory } from './benchmark-sample.ts'

/** An hour of market time, at a cycle a minute. */
const HOUR = 60

/**
 * How much more is in use with every hour of market time (60 rounds), in bytes: the slope of the straight line that fits
 * the measurements best, without the first tenth of the run, in which caches fill. `undefined` when what is left is less
 * than an hour, in which growth could not be told from chance.
 *
 * @example
 * ```ts
 * import { memoryGrowth } from '@openpredict/monitor'
 *
 * const live = [0, 50, 100, 150].map((round) => ({ round, bytes: 20_000_000 + 1_000 * round }))
 * memoryGrowth(live) // => 60000
 * ```
 */
export function memoryGrowth(live: readonly LiveMemory[]): number | undefined {
  const rounds = live.at(-1)?.round ?? 0
  const settled = live.filter(({ round }) => round >= rounds / 10)
  const first = settled[0]
  if (first === undefined || rounds - first.round < HOUR) return undefined
  const count = settled.length
  const meanRound = settled.reduce((sum, { round }) => sum + round, 0) / count
  const meanBytes = settled.reduce((sum, { bytes }) => sum + bytes, 0) / count
  let [products, squares] = [0, 0]
  for (const { round, bytes } of settled) {
    products += (round - meanRound) * (bytes - meanBytes)
    squares += (round - meanRound) ** 2
  }
  return (products / squares) * HOUR
}
