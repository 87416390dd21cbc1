/** The unit of a target and of what is measured against it. A ratio is a plain number, `MB` are 1,000,000 bytes. */
export type TargetUnit = 'ms' | 'bytes' | 'bytes/h' | 'bytes/s' | '%' | 'ratio'

/** A section of the testing and deployment strategy that the figures come from. */
export type TargetSection = '3.3' | '4.1' | '4.2' | '4.3' | '6.3' | '7.2' | 'B'

/** The kinds of reports that judge by targets: a run of cycles at full speed, and the watch over a day (or any window). */
export type ReportKind = 'benchmark' | 'day'

/** The categories of failures, as `collection_cycles.error_category` names them. */
export type FailureKind = 'network' | 'database' | 'data' | 'calculation' | 'system'

/** The name of a target: stable, for reports and their readers. */
export type TargetId =
  | 'mean'
  | 'p95'
  | 'p99'
  | 'max'
  | 'cycle-time'
  | 'step-fetch'
  | 'step-store_ohlc'
  | 'step-calc_ref_levels'
  | 'step-calc_pivots'
  | 'step-detect_liquidity'
  | 'step-detect_fvg'
  | 'step-segment_blocks'
  | 'step-detect_structure'
  | 'steps'
  | 'optimise-fetch'
  | 'optimise-store'
  | 'optimise-calculators'
  | 'slowdown'
  | 'upsert-p95'
  | 'memory'
  | 'memory-growth'
  | 'memory-growth-1000'
  | 'cpu'
  | 'cpu-day'
  | 'cpu-peak'
  | 'disk'
  | 'success'
  | 'errors'
  | 'uptime'
  | 'failures-network'
  | 'failures-database'
  | 'failures-data'
  | 'failures-system'
  | 'retries'
  | 'freshness'
  | 'completeness'
  | 'test-coverage'
  | 'unit-tests'
  | 'integration-tests'

/** One figure to reach. */
export interface Target {
  readonly id: TargetId
  /** What is measured, as a line of a report. */
  readonly title: string
  readonly unit: TargetUnit
  /** How the measured value has to lie to `target`; `=` is for a share that has to be whole. */
  readonly comparator: '<' | '<=' | '>' | '>=' | '='
  readonly target: number
  /** From here on, on the way to missing the target, a report says so. */
  readonly warning?: number
  /** Worse than this is critical: above it where less is better, below it where more is. */
  readonly critical?: number
  readonly sections: readonly TargetSection[]
  /** The reports that judge it; none for what no run of the collector can measure. */
  readonly reports: readonly ReportKind[]
  /** How to measure what no report measures. */
  readonly measuredBy?: string
  /** What to do where it is missed. */
  readonly advice?: string
}
