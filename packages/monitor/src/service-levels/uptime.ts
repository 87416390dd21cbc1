import type { Period } from '@openpredict/market'

import type { Outage } from './outages.ts'

/** How much of the time a collector was there, in milliseconds and shares of 0 to 1. */
export interface Uptime {
  /** From the first that is known of it in the window to the window's end. */
  readonly observedMs: number
  /** Without any cycle. */
  readonly downMs: number
  /** With cycles that failed, two or more in a row. */
  readonly failingMs: number
  /** The share in which the process ran, whatever came of its cycles; absent where nothing was observed. */
  readonly share?: number | undefined
  /** The share in which it ran and cycles did not keep failing. */
  readonly available?: number | undefined
}

/**
 * Adds up outages. A process that runs and fails is up: that it fails is what the success rate says, and a success rate
 * of 95 % allows for more of it than an uptime of 99 % would.
 */
export function uptimeOf(outages: readonly Outage[], observed: Period): Uptime {
  const observedMs = Math.max(0, observed.end - observed.start)
  const sum = (kind: Outage['kind']): number =>
    outages.reduce((ms, outage) => (outage.kind === kind ? ms + Math.max(0, outage.end - outage.start) : ms), 0)
  const [downMs, failingMs] = [sum('silent'), sum('failing')]
  if (observedMs === 0) return { observedMs, downMs, failingMs }
  return {
    observedMs,
    downMs,
    failingMs,
    share: 1 - downMs / observedMs,
    available: Math.max(0, 1 - (downMs + failingMs) / observedMs),
  }
}
