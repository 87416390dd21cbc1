import { parseInstant } from '@openpredict/market'

import type { Outage } from './plan.ts'
import type { HeardCycle, SoakEvent } from './record.ts'

/** How soon a collector was well again after one kind of trouble, over all times that it met it. */
export interface Recovery {
  readonly after: string
  readonly times: number
  /** Seconds of market time, from the end of the trouble to the end of the first cycle that succeeded. */
  readonly median: number
  readonly worst: number
}

/**
 * How long it took from the end of each outage, and from each start after a kill, to the first cycle that was well. The
 * loop waits for its next tick, so up to a minute of it is that (and 15 in a closed market).
 */
export function recoveriesOf(
  outages: readonly Outage[],
  events: readonly SoakEvent[],
  cycles: readonly HeardCycle[],
): readonly Recovery[] {
  const ends = cycles
    .filter(({ line: { status } }) => status === 'success' || status === 'idle')
    .map(({ line: { finishedAt } }) => parseInstant(finishedAt))
    .toSorted((a, b) => a - b)
  const seconds = new Map<string, number[]>()
  const note = (after: string, from: number, until = Number.POSITIVE_INFINITY): void => {
    const end = ends.find((its) => its >= from)
    // What began before the collector was well again is a story of its own.
    if (end === undefined || end > until) return
    seconds.set(after, [...(seconds.get(after) ?? []), (end - from) / 1_000])
  }
  for (const [i, { of, why, to }] of outages.entries()) {
    if (of !== 'machine') note(of === 'store' ? `store ${why}` : `source ${why}`, to, outages[i + 1]?.from)
  }
  for (const [i, event] of events.entries()) {
    if (event.what === 'start' && events.slice(0, i).some(({ what }) => what === 'kill')) note('kill -9', event.at)
  }
  return [...seconds]
    .map(([after, its]) => {
      const sorted = its.toSorted((a, b) => a - b)
      return {
        after,
        times: its.length,
        median: Math.round(sorted[Math.floor(sorted.length / 2)] ?? 0),
        worst: Math.round(sorted.at(-1) ?? 0),
      }
    })
    .toSorted((a, b) => (a.after < b.after ? -1 : 1))
}
