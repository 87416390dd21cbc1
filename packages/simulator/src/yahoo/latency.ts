import { SimulatorError } from '../errors.ts'
import { bitsAt, streamOf, uniform } from '../internal/hash.ts'

/** The normal deviate below which 99 % of all lie. */
const Z99 = 2.3263478740408408

/** How long the answers of a server take. */
export interface LatencyOptions {
  /**
   * The same seed gives the same times, in the same order.
   * @default 1
   */
  readonly seed?: number
  /**
   * Half of the answers take longer, in milliseconds.
   * @default 350
   */
  readonly medianMs?: number
  /**
   * One in a hundred takes longer, in milliseconds; the median itself makes all the same.
   * @default 1_500
   */
  readonly p99Ms?: number
}

/**
 * Times that answers over the internet take, in milliseconds: log-normal, so most are near the median and a few take very
 * long. Each call gives the next one.
 *
 * Throws a `SimulatorError` of kind `latency` when the median is not above 0 or the p99 is below it.
 *
 * @example
 * ```ts
 * import { createLatency } from '@openpredict/simulator'
 *
 * const steady = createLatency({ medianMs: 200, p99Ms: 200 })
 * steady() // => 200
 * createLatency({ seed: 7 })() === createLatency({ seed: 7 })() // => true
 * ```
 */
export function createLatency({ seed = 1, medianMs = 350, p99Ms = 1_500 }: LatencyOptions = {}): () => number {
  if (!(medianMs > 0 && p99Ms >= medianMs && p99Ms < Number.POSITIVE_INFINITY)) {
    throw new SimulatorError(`latency of median ${medianMs} ms and p99 ${p99Ms} ms: expected 0 < median ≤ p99`, {
      kind: 'latency',
      medianMs,
      p99Ms,
    })
  }
  const stream = streamOf(seed, 'latency')
  const deviation = Math.log(p99Ms / medianMs) / Z99
  let position = 0
  return () => {
    // Box–Muller; 1 − u is never 0.
    const radius = Math.sqrt(-2 * Math.log(1 - uniform(bitsAt(stream, position))))
    const angle = 2 * Math.PI * uniform(bitsAt(stream, position + 1))
    position += 2
    return medianMs * Math.exp(deviation * radius * Math.cos(angle))
  }
}
