import type { Target } from './target.ts'

/** How a measured figure lies to its target. */
export type Verdict = 'met' | 'missed' | 'critical' | 'not measured'

/** A target with what was measured, in the target's unit. */
export interface Judgement {
  readonly target: Target
  /** Absent where it could not be measured. */
  readonly measured?: number
  readonly verdict: Verdict
  /** The target is met, but its warning threshold is reached. */
  readonly isNear: boolean
}

/**
 * Judges a measured figure: `critical` beyond the critical threshold, else `met` or `missed`. A figure at the threshold
 * itself is not beyond it. Better than a range is met: faster than "3 to 5 seconds" is fine. Without a figure, or with
 * one that is not a number, the verdict is `not measured`.
 *
 * @example
 * ```ts
 * import { judge, targetOf } from '@openpredict/monitor'
 *
 * judge(targetOf('p95'), 6_999).verdict // => 'met'
 * judge(targetOf('p95'), 7_000).verdict // => 'missed'
 * judge(targetOf('p95'), 10_001).verdict // => 'critical'
 * judge(targetOf('p95'), undefined).verdict // => 'not measured'
 * ```
 */
export function judge(target: Target, measured: number | undefined): Judgement {
  if (measured === undefined || Number.isNaN(measured)) return { target, verdict: 'not measured', isNear: false }
  const verdict = verdictOf(target, measured)
  return { target, measured, verdict, isNear: verdict === 'met' && isNear(target, measured) }
}

const COMPARE: Readonly<Record<Target['comparator'], (measured: number, target: number) => boolean>> = {
  '<': (measured, target) => measured < target,
  '<=': (measured, target) => measured <= target,
  '>': (measured, target) => measured > target,
  '>=': (measured, target) => measured >= target,
  '=': (measured, target) => measured === target,
}

function verdictOf({ comparator, target, critical }: Target, measured: number): Verdict {
  const isLessBetter = comparator.startsWith('<')
  if (critical !== undefined && (isLessBetter ? measured > critical : measured < critical)) return 'critical'
  return COMPARE[comparator](measured, target) ? 'met' : 'missed'
}

function isNear({ comparator, warning }: Target, measured: number): boolean {
  if (warning === undefined) return false
  return comparator.startsWith('<') ? measured >= warning : measured <= warning
}
