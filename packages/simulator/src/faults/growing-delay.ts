import type { FaultRule, GrowingDelay } from './fault.ts'

const MINUTE = 60_000

/**
 * How much later than usual the source is at `now`, in milliseconds; of several rules the longest. A rule without a
 * beginning begins at `startedAt`.
 */
export function extraDelay(rules: readonly FaultRule[], symbol: string, now: number, startedAt: number): number {
  let longest = 0
  for (const { fault, symbol: only, from = startedAt, to = Infinity } of rules) {
    if (fault.kind !== 'growing-delay' || now < from || now >= to) continue
    if (only === undefined || only.toUpperCase() === symbol) longest = Math.max(longest, grown(fault, now - from))
  }
  return longest
}

function grown({ secondsPerMinute = 15, mostMinutes = 10 }: GrowingDelay, ms: number): number {
  return Math.min(mostMinutes * MINUTE, Math.floor((ms * secondsPerMinute) / 60))
}
