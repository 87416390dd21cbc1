import type { FeatureTable } from '@openpredict/calculators'

/** The eight steps of a cycle, in order, under the names that are recorded. */
export const STEPS = [
  'fetch',
  'store_ohlc',
  'calc_ref_levels',
  'calc_pivots',
  'detect_liquidity',
  'detect_fvg',
  'segment_blocks',
  'detect_structure',
] as const

/** The step that follows them where rows are delivered to a remote store. */
export const DELIVER = 'deliver'

export type StepName = (typeof STEPS)[number] | typeof DELIVER

/** The step in which each calculator runs. */
export const STEP_OF_TABLE: Readonly<Record<FeatureTable, StepName>> = {
  reference_levels: 'calc_ref_levels',
  fibonacci_pivots: 'calc_pivots',
  liquidity_events: 'detect_liquidity',
  fvg: 'detect_fvg',
  hourly_blocks: 'segment_blocks',
  market_structure: 'detect_structure',
}
