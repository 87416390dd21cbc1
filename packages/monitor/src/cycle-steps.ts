/** The steps of every cycle, in order, under the names by which `collection_cycles.step_ms` tells how long each took. */
export const CYCLE_STEPS = [
  'fetch',
  'store_ohlc',
  'calc_ref_levels',
  'calc_pivots',
  'detect_liquidity',
  'detect_fvg',
  'segment_blocks',
  'detect_structure',
] as const

/** The calculators by the table that each fills, and the step in which it does. */
export const CALCULATOR_STEPS = [
  ['reference_levels', 'calc_ref_levels'],
  ['fibonacci_pivots', 'calc_pivots'],
  ['liquidity_events', 'detect_liquidity'],
  ['fvg', 'detect_fvg'],
  ['hourly_blocks', 'segment_blocks'],
  ['market_structure', 'detect_structure'],
] as const
