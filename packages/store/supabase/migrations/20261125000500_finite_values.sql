-- Numbers that are none, and instants that never come: PostgreSQL holds NaN and both infinities in these types, JSON and
-- the programs that read it do not. The checks have the names by which the program refuses such a value itself.

do $$
declare
  -- What a value must lie between. NaN lies above everything.
  limits constant jsonb := '{"price": "numeric", "number": "double precision", "instant": "timestamptz"}';
  target record;
begin
  for target in
    select * from (values
      ('ohlc_data', 'timestamp', 'instant'), ('ohlc_data', 'open', 'price'), ('ohlc_data', 'high', 'price'),
      ('ohlc_data', 'low', 'price'), ('ohlc_data', 'close', 'price'), ('ohlc_data', 'ingested_at', 'instant'),
      ('ohlc_revisions', 'timestamp', 'instant'), ('ohlc_revisions', 'open', 'price'),
      ('ohlc_revisions', 'high', 'price'), ('ohlc_revisions', 'low', 'price'), ('ohlc_revisions', 'close', 'price'),
      ('ohlc_revisions', 'seen_at', 'instant'), ('ohlc_suspects', 'timestamp', 'instant'),
      ('ohlc_suspects', 'open', 'price'), ('ohlc_suspects', 'high', 'price'), ('ohlc_suspects', 'low', 'price'),
      ('ohlc_suspects', 'close', 'price'), ('ohlc_suspects', 'first_seen_at', 'instant'),
      ('ohlc_suspects', 'admitted_at', 'instant'), ('ohlc_history', 'timestamp', 'instant'),
      ('ohlc_history', 'open', 'price'), ('ohlc_history', 'high', 'price'), ('ohlc_history', 'low', 'price'),
      ('ohlc_history', 'close', 'price'), ('missing_minutes', 'timestamp', 'instant'),
      ('missing_minutes', 'first_asked_at', 'instant'), ('missing_minutes', 'last_asked_at', 'instant'),
      ('missing_minutes', 'healed_at', 'instant'), ('reference_levels', 'period_start', 'instant'),
      ('reference_levels', 'price', 'price'), ('reference_levels', 'period_end', 'instant'),
      ('reference_levels', 'timestamp', 'instant'), ('reference_levels', 'confirmed_at', 'instant'),
      ('reference_levels', 'as_of', 'instant'), ('fibonacci_pivots', 'period_start', 'instant'),
      ('fibonacci_pivots', 'price', 'price'), ('fibonacci_pivots', 'timestamp', 'instant'),
      ('fibonacci_pivots', 'confirmed_at', 'instant'), ('fibonacci_pivots', 'as_of', 'instant'),
      ('liquidity_events', 'period_start', 'instant'), ('liquidity_events', 'timestamp', 'instant'),
      ('liquidity_events', 'level_price', 'price'), ('liquidity_events', 'sweep_price', 'price'),
      ('liquidity_events', 'quality_score', 'number'), ('liquidity_events', 'reclaimed_at', 'instant'),
      ('liquidity_events', 'hold_bonus', 'number'), ('liquidity_events', 'event_weight', 'number'),
      ('liquidity_events', 'confirmed_at', 'instant'), ('liquidity_events', 'as_of', 'instant'),
      ('fvg', 'timestamp', 'instant'), ('fvg', 'gap_top', 'price'), ('fvg', 'gap_bottom', 'price'),
      ('fvg', 'gap_size', 'price'), ('fvg', 'touched_at', 'instant'), ('fvg', 'half_filled_at', 'instant'),
      ('fvg', 'fill_timestamp', 'instant'), ('fvg', 'fill_fraction', 'number'), ('fvg', 'inverted_at', 'instant'),
      ('fvg', 'confirmed_at', 'instant'), ('fvg', 'as_of', 'instant'), ('hourly_blocks', 'hour_start', 'instant'),
      ('hourly_blocks', 'timestamp', 'instant'), ('hourly_blocks', 'open', 'price'),
      ('hourly_blocks', 'high', 'price'), ('hourly_blocks', 'low', 'price'), ('hourly_blocks', 'close', 'price'),
      ('hourly_blocks', 'deviation_from_hour_open', 'price'), ('hourly_blocks', 'volatility_score', 'price'),
      ('hourly_blocks', 'confirmed_at', 'instant'), ('hourly_blocks', 'as_of', 'instant'),
      ('market_structure', 'timestamp', 'instant'), ('market_structure', 'level', 'price'),
      ('market_structure', 'swing_timestamp', 'instant'), ('market_structure', 'displacement', 'price'),
      ('market_structure', 'displacement_speed', 'number'), ('market_structure', 'break_weight', 'number'),
      ('market_structure', 'confirmed_at', 'instant'), ('market_structure', 'as_of', 'instant'),
      ('feature_revisions', 'replaced_at', 'instant'), ('collection_cycles', 'started_at', 'instant'),
      ('collection_cycles', 'finished_at', 'instant'), ('collection_cycles', 'duration_ms', 'number'),
      ('collection_cycles', 'waiting_ms', 'number'), ('error_log', 'timestamp', 'instant'),
      ('schema_migrations', 'applied_at', 'instant')
    ) as columns (table_name, column_name, kind)
  loop
    execute format(
      'alter table public.%1$I drop constraint if exists %2$I, add constraint %2$I
         check (%3$I > ''-infinity''::%4$s and %3$I < ''infinity''::%4$s)',
      target.table_name, target.column_name || '_is_' || target.kind, target.column_name, limits ->> target.kind
    );
  end loop;
end
$$;
