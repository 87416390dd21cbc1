import type { Period } from '@openpredict/market'

/** How a check ended: `warning` needs a look, `failed` needs somebody. */
export type CheckVerdict = 'passed' | 'warning' | 'failed'

/** The checks by what they look at, in the order of a report. */
export const QUALITY_CHECKS = {
  continuity: 'Every open minute has a bar or a reason',
  gaps: 'No gap of more than two minutes',
  completeness: 'Bars of the minutes that the source could have given',
  order: 'Each minute once and in order',
  grid: 'Bars begin on the minute',
  'market-hours': 'No bar while the market is closed',
  prices: 'Prices and volumes that can be',
  tick: "Prices on the instrument's tick",
  outliers: 'No price far from the market',
  suspects: 'No bar held back',
  volume: 'Bars without volume',
  freshness: 'Bars as new as the source can have',
  'feature-freshness': 'Features as new as the bars',
  levels: 'Reference levels that must be there',
  pivots: 'Pivots that must be there',
  values: 'Levels and pivots agree with the bars',
  events: 'Liquidity events agree with the bars',
  'fair-value-gaps': 'Fair value gaps agree with the bars',
  recompute: 'Features are those of a new calculation',
  cycles: 'Cycles that succeeded',
  failures: 'Failures by category',
} as const

/** The name of a check: stable, for reports and their readers. */
export type CheckId = keyof typeof QUALITY_CHECKS

/** One thing that a check found. */
export interface QualityFinding {
  /** The minute, period or row that it is about, epoch ms. */
  readonly at: number
  readonly what: string
}

/** What one check says. */
export interface QualityCheck {
  readonly id: CheckId
  readonly title: string
  readonly verdict: CheckVerdict
  /** What was seen, in one line. */
  readonly summary: string
  /** What was counted and measured, by name; durations in ms. */
  readonly counts: Readonly<Record<string, number>>
  /** How many findings there are. */
  readonly found: number
  /** The first of them. */
  readonly findings: readonly QualityFinding[]
}

/** The parts of the score, 0 to 100 each; one that nothing could be said about is absent. */
export interface QualityScores {
  readonly completeness?: number
  readonly validity?: number
  readonly consistency?: number
  readonly timeliness?: number
  readonly coverage?: number
  readonly events?: number
  readonly gaps?: number
}

/** What was expected of the minutes of a window, and what there is. */
export interface MinuteCounts {
  /** Open minutes that the source could have given by now, from the first stored bar on. */
  readonly expected: number
  /** Those of them with a bar. */
  readonly bars: number
  /** Those without one that answers of the source covered. */
  readonly absentAtSource: number
  /** `bars / expected`; absent when nothing was expected. */
  readonly ratio?: number
  /** `(bars + absentAtSource) / expected`. */
  readonly accountedRatio?: number
}

/** The quality of what is stored of one instrument in a window. Instants in epoch ms. */
export interface QualityReport {
  readonly instrument: string
  readonly from: number
  /** Not included. */
  readonly to: number
  /** When it is judged. */
  readonly now: number
  /** The worst verdict of its checks. */
  readonly verdict: CheckVerdict
  /** 0 to 100; absent when nothing could be judged. */
  readonly score?: number
  readonly scores: QualityScores
  readonly minutes: MinuteCounts
  /** How late the source is taken to show a trade, ms. */
  readonly delayMs: number
  /** How far the newest bar lies behind what the source can have, ms; absent without bars, or in a window of the past. */
  readonly lagMs?: number
  readonly checks: readonly QualityCheck[]
  /** Stretches with open minutes that nobody has an answer for yet: what a backfill has to ask for. */
  readonly unanswered: readonly Period[]
}
