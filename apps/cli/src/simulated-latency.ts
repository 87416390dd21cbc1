import { createLatency } from '@openpredict/simulator'

import type { Latency } from './options.ts'

/** What a simulator's server is told of `--latency`; nothing where its answers take no time. */
export function latencyOf(latency: Latency | undefined, seed: number): { readonly latency?: () => number } {
  if (latency === undefined || latency === 0) return {}
  return { latency: latency === 'default' ? createLatency({ seed }) : () => latency }
}
