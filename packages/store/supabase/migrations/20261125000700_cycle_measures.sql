-- What was measured at the end of a cycle: how far behind the source it is, requests, and what the process uses.

alter table public.collection_cycles add column if not exists measures jsonb;

-- Takes over rows as they stand in another store. `changes`: {"rows": {table: [row]}, "removed": {table: [key, order]},
-- "instruments": [name], "expected": {instrument: history version}}. Removes first, so that a key may be in both.
-- With a lease, it is the end of what the lease was for: sent twice, it is done once, and answered alike.
create or replace function public.openpredict_replicate(changes jsonb, lease uuid default null)
returns jsonb
language plpgsql
security invoker
set search_path = ''
set lock_timeout = '1s'
set statement_timeout = '30s'
as $$
#variable_conflict use_column
declare
  written bigint := 0;
  removed bigint := 0;
  affected bigint;
  answer jsonb;
begin
  perform pg_advisory_xact_lock(1330663504, 1);
  if exists (
    select from public.store_leases
    where holder is distinct from lease and result is null and expires_at > clock_timestamp()
  ) then
    raise exception 'another program is writing' using errcode = 'OPL02';
  end if;
  if lease is not null then
    -- Locked until the end of this: whoever gives the lease back waits, and knows what has come of it.
    select result into answer from public.store_leases where holder = lease for update;
    if answer is not null then return answer; end if;
    if not exists (select from public.store_leases where holder = lease and expires_at > clock_timestamp()) then
      raise exception 'the lease has expired' using errcode = 'OPL01';
    end if;
  end if;
  if exists (
    select from jsonb_each_text(coalesce(changes -> 'expected', '{}')) as expected
    left join public.instrument_state as stored on stored.instrument = expected.key
    where coalesce(stored.history_version, 0) <> expected.value::bigint
  ) then
    raise exception 'another program has begun a new history' using errcode = 'OPL03';
  end if;

  if changes -> 'removed' ? 'reference_levels' then
    delete from public.reference_levels as stored
    using jsonb_populate_recordset(null::public.reference_levels, changes -> 'removed' -> 'reference_levels') as gone
    where (stored.instrument, stored.level_type, stored.period_start)
      = (gone.instrument, gone.level_type, gone.period_start)
      and (stored.as_of_version, stored.as_of) <= (gone.as_of_version, gone.as_of);
    get diagnostics affected = row_count;
    removed := removed + affected;
  end if;
  if changes -> 'removed' ? 'fibonacci_pivots' then
    delete from public.fibonacci_pivots as stored
    using jsonb_populate_recordset(null::public.fibonacci_pivots, changes -> 'removed' -> 'fibonacci_pivots') as gone
    where (stored.instrument, stored.period, stored.period_start, stored.level)
      = (gone.instrument, gone.period, gone.period_start, gone.level)
      and (stored.as_of_version, stored.as_of) <= (gone.as_of_version, gone.as_of);
    get diagnostics affected = row_count;
    removed := removed + affected;
  end if;
  if changes -> 'removed' ? 'liquidity_events' then
    delete from public.liquidity_events as stored
    using jsonb_populate_recordset(null::public.liquidity_events, changes -> 'removed' -> 'liquidity_events') as gone
    where (stored.instrument, stored.level_type, stored.period_start, stored.timestamp, stored.quality)
      = (gone.instrument, gone.level_type, gone.period_start, gone.timestamp, gone.quality)
      and (stored.as_of_version, stored.as_of) <= (gone.as_of_version, gone.as_of);
    get diagnostics affected = row_count;
    removed := removed + affected;
  end if;
  if changes -> 'removed' ? 'fvg' then
    delete from public.fvg as stored
    using jsonb_populate_recordset(null::public.fvg, changes -> 'removed' -> 'fvg') as gone
    where (stored.instrument, stored.timeframe, stored.timestamp, stored.fvg_type)
      = (gone.instrument, gone.timeframe, gone.timestamp, gone.fvg_type)
      and (stored.as_of_version, stored.as_of) <= (gone.as_of_version, gone.as_of);
    get diagnostics affected = row_count;
    removed := removed + affected;
  end if;
  if changes -> 'removed' ? 'hourly_blocks' then
    delete from public.hourly_blocks as stored
    using jsonb_populate_recordset(null::public.hourly_blocks, changes -> 'removed' -> 'hourly_blocks') as gone
    where (stored.instrument, stored.hour_start, stored.block_number)
      = (gone.instrument, gone.hour_start, gone.block_number)
      and (stored.as_of_version, stored.as_of) <= (gone.as_of_version, gone.as_of);
    get diagnostics affected = row_count;
    removed := removed + affected;
  end if;
  if changes -> 'removed' ? 'market_structure' then
    delete from public.market_structure as stored
    using jsonb_populate_recordset(null::public.market_structure, changes -> 'removed' -> 'market_structure') as gone
    where (stored.instrument, stored.timeframe, stored.timestamp, stored.break_type, stored.direction)
      = (gone.instrument, gone.timeframe, gone.timestamp, gone.break_type, gone.direction)
      and (stored.as_of_version, stored.as_of) <= (gone.as_of_version, gone.as_of);
    get diagnostics affected = row_count;
    removed := removed + affected;
  end if;

  if changes -> 'rows' ? 'ohlc_data' then
    insert into public.ohlc_data
    select * from jsonb_populate_recordset(null::public.ohlc_data, changes -> 'rows' -> 'ohlc_data')
    on conflict (instrument, timestamp) do update set
      open = excluded.open, high = excluded.high, low = excluded.low, close = excluded.close,
      volume = excluded.volume, source = excluded.source, ingested_at = excluded.ingested_at,
      revision = excluded.revision
    where (excluded.revision, excluded.ingested_at) >= (ohlc_data.revision, ohlc_data.ingested_at)
      and not (
        (ohlc_data.open, ohlc_data.high, ohlc_data.low, ohlc_data.close, ohlc_data.volume, ohlc_data.source,
          ohlc_data.ingested_at, ohlc_data.revision)
        is not distinct from
        (excluded.open, excluded.high, excluded.low, excluded.close, excluded.volume, excluded.source,
          excluded.ingested_at, excluded.revision)
      );
    get diagnostics affected = row_count;
    written := written + affected;
  end if;
  if changes -> 'rows' ? 'ohlc_revisions' then
    insert into public.ohlc_revisions
    select * from jsonb_populate_recordset(null::public.ohlc_revisions, changes -> 'rows' -> 'ohlc_revisions')
    on conflict (instrument, timestamp, revision) do nothing;
    get diagnostics affected = row_count;
    written := written + affected;
  end if;
  if changes -> 'rows' ? 'ohlc_suspects' then
    insert into public.ohlc_suspects
    select * from jsonb_populate_recordset(null::public.ohlc_suspects, changes -> 'rows' -> 'ohlc_suspects')
    on conflict (instrument, timestamp) do update set
      open = excluded.open, high = excluded.high, low = excluded.low, close = excluded.close,
      volume = excluded.volume, reason = excluded.reason, first_seen_at = excluded.first_seen_at,
      times_seen = excluded.times_seen, admitted_at = coalesce(ohlc_suspects.admitted_at, excluded.admitted_at)
    where (excluded.first_seen_at, excluded.times_seen) >= (ohlc_suspects.first_seen_at, ohlc_suspects.times_seen)
      and not (
        (ohlc_suspects.open, ohlc_suspects.high, ohlc_suspects.low, ohlc_suspects.close, ohlc_suspects.volume,
          ohlc_suspects.reason, ohlc_suspects.first_seen_at, ohlc_suspects.times_seen, ohlc_suspects.admitted_at)
        is not distinct from
        (excluded.open, excluded.high, excluded.low, excluded.close, excluded.volume, excluded.reason,
          excluded.first_seen_at, excluded.times_seen, coalesce(ohlc_suspects.admitted_at, excluded.admitted_at))
      );
    get diagnostics affected = row_count;
    written := written + affected;
  end if;
  if changes -> 'rows' ? 'ohlc_history' then
    insert into public.ohlc_history
    select * from jsonb_populate_recordset(null::public.ohlc_history, changes -> 'rows' -> 'ohlc_history')
    on conflict (instrument, interval, timestamp) do update set
      open = excluded.open, high = excluded.high, low = excluded.low, close = excluded.close,
      volume = excluded.volume, source = excluded.source
    where true
      and not (
        (ohlc_history.open, ohlc_history.high, ohlc_history.low, ohlc_history.close, ohlc_history.volume,
          ohlc_history.source)
        is not distinct from
        (excluded.open, excluded.high, excluded.low, excluded.close, excluded.volume, excluded.source)
      );
    get diagnostics affected = row_count;
    written := written + affected;
  end if;
  if changes -> 'rows' ? 'missing_minutes' then
    insert into public.missing_minutes
    select * from jsonb_populate_recordset(null::public.missing_minutes, changes -> 'rows' -> 'missing_minutes')
    on conflict (instrument, timestamp) do update set
      state = excluded.state, times_asked = excluded.times_asked, first_asked_at = excluded.first_asked_at,
      last_asked_at = excluded.last_asked_at, healed_at = coalesce(missing_minutes.healed_at, excluded.healed_at)
    where excluded.times_asked >= missing_minutes.times_asked
      and not (
        (missing_minutes.state, missing_minutes.times_asked, missing_minutes.first_asked_at,
          missing_minutes.last_asked_at, missing_minutes.healed_at)
        is not distinct from
        (excluded.state, excluded.times_asked, excluded.first_asked_at, excluded.last_asked_at,
          coalesce(missing_minutes.healed_at, excluded.healed_at))
      );
    get diagnostics affected = row_count;
    written := written + affected;
  end if;
  if changes -> 'rows' ? 'reference_levels' then
    insert into public.reference_levels
    select * from jsonb_populate_recordset(null::public.reference_levels, changes -> 'rows' -> 'reference_levels')
    on conflict (instrument, level_type, period_start) do update set
      price = excluded.price, period_end = excluded.period_end, complete = excluded.complete,
      timestamp = excluded.timestamp, confirmed_at = excluded.confirmed_at,
      history_version = excluded.history_version, as_of_version = excluded.as_of_version, as_of = excluded.as_of
    where (excluded.as_of_version, excluded.as_of) >= (reference_levels.as_of_version, reference_levels.as_of)
      and not (
        (reference_levels.price, reference_levels.period_end, reference_levels.complete, reference_levels.timestamp,
          reference_levels.confirmed_at, reference_levels.history_version, reference_levels.as_of_version,
          reference_levels.as_of)
        is not distinct from
        (excluded.price, excluded.period_end, excluded.complete, excluded.timestamp, excluded.confirmed_at,
          excluded.history_version, excluded.as_of_version, excluded.as_of)
      );
    get diagnostics affected = row_count;
    written := written + affected;
  end if;
  if changes -> 'rows' ? 'fibonacci_pivots' then
    insert into public.fibonacci_pivots
    select * from jsonb_populate_recordset(null::public.fibonacci_pivots, changes -> 'rows' -> 'fibonacci_pivots')
    on conflict (instrument, period, period_start, level) do update set
      price = excluded.price, timestamp = excluded.timestamp, confirmed_at = excluded.confirmed_at,
      history_version = excluded.history_version, as_of_version = excluded.as_of_version, as_of = excluded.as_of
    where (excluded.as_of_version, excluded.as_of) >= (fibonacci_pivots.as_of_version, fibonacci_pivots.as_of)
      and not (
        (fibonacci_pivots.price, fibonacci_pivots.timestamp, fibonacci_pivots.confirmed_at,
          fibonacci_pivots.history_version, fibonacci_pivots.as_of_version, fibonacci_pivots.as_of)
        is not distinct from
        (excluded.price, excluded.timestamp, excluded.confirmed_at, excluded.history_version, excluded.as_of_version,
          excluded.as_of)
      );
    get diagnostics affected = row_count;
    written := written + affected;
  end if;
  if changes -> 'rows' ? 'liquidity_events' then
    insert into public.liquidity_events
    select * from jsonb_populate_recordset(null::public.liquidity_events, changes -> 'rows' -> 'liquidity_events')
    on conflict (instrument, level_type, period_start, timestamp, quality) do update set
      event_type = excluded.event_type, direction = excluded.direction, level_price = excluded.level_price,
      sweep_price = excluded.sweep_price, quality_score = excluded.quality_score,
      reclaimed_at = excluded.reclaimed_at, hold_minutes = excluded.hold_minutes,
      hold_confirmed = excluded.hold_confirmed, hold_bonus = excluded.hold_bonus,
      event_weight = excluded.event_weight, confirmed_at = excluded.confirmed_at,
      history_version = excluded.history_version, as_of_version = excluded.as_of_version, as_of = excluded.as_of
    where (excluded.as_of_version, excluded.as_of) >= (liquidity_events.as_of_version, liquidity_events.as_of)
      and not (
        (liquidity_events.event_type, liquidity_events.direction, liquidity_events.level_price,
          liquidity_events.sweep_price, liquidity_events.quality_score, liquidity_events.reclaimed_at,
          liquidity_events.hold_minutes, liquidity_events.hold_confirmed, liquidity_events.hold_bonus,
          liquidity_events.event_weight, liquidity_events.confirmed_at, liquidity_events.history_version,
          liquidity_events.as_of_version, liquidity_events.as_of)
        is not distinct from
        (excluded.event_type, excluded.direction, excluded.level_price, excluded.sweep_price, excluded.quality_score,
          excluded.reclaimed_at, excluded.hold_minutes, excluded.hold_confirmed, excluded.hold_bonus,
          excluded.event_weight, excluded.confirmed_at, excluded.history_version, excluded.as_of_version,
          excluded.as_of)
      );
    get diagnostics affected = row_count;
    written := written + affected;
  end if;
  if changes -> 'rows' ? 'fvg' then
    insert into public.fvg
    select * from jsonb_populate_recordset(null::public.fvg, changes -> 'rows' -> 'fvg')
    on conflict (instrument, timeframe, timestamp, fvg_type) do update set
      gap_top = excluded.gap_top, gap_bottom = excluded.gap_bottom, gap_size = excluded.gap_size,
      filled = excluded.filled, touched_at = excluded.touched_at, half_filled_at = excluded.half_filled_at,
      fill_timestamp = excluded.fill_timestamp, fill_fraction = excluded.fill_fraction,
      inverted_at = excluded.inverted_at, confirmed_at = excluded.confirmed_at,
      history_version = excluded.history_version, as_of_version = excluded.as_of_version, as_of = excluded.as_of
    where (excluded.as_of_version, excluded.as_of) >= (fvg.as_of_version, fvg.as_of)
      and not (
        (fvg.gap_top, fvg.gap_bottom, fvg.gap_size, fvg.filled, fvg.touched_at, fvg.half_filled_at,
          fvg.fill_timestamp, fvg.fill_fraction, fvg.inverted_at, fvg.confirmed_at, fvg.history_version,
          fvg.as_of_version, fvg.as_of)
        is not distinct from
        (excluded.gap_top, excluded.gap_bottom, excluded.gap_size, excluded.filled, excluded.touched_at,
          excluded.half_filled_at, excluded.fill_timestamp, excluded.fill_fraction, excluded.inverted_at,
          excluded.confirmed_at, excluded.history_version, excluded.as_of_version, excluded.as_of)
      );
    get diagnostics affected = row_count;
    written := written + affected;
  end if;
  if changes -> 'rows' ? 'hourly_blocks' then
    insert into public.hourly_blocks
    select * from jsonb_populate_recordset(null::public.hourly_blocks, changes -> 'rows' -> 'hourly_blocks')
    on conflict (instrument, hour_start, block_number) do update set
      timestamp = excluded.timestamp, open = excluded.open, high = excluded.high, low = excluded.low,
      close = excluded.close, volume = excluded.volume, deviation_from_hour_open = excluded.deviation_from_hour_open,
      bias = excluded.bias, volatility_score = excluded.volatility_score, complete = excluded.complete,
      confirmed_at = excluded.confirmed_at, history_version = excluded.history_version,
      as_of_version = excluded.as_of_version, as_of = excluded.as_of
    where (excluded.as_of_version, excluded.as_of) >= (hourly_blocks.as_of_version, hourly_blocks.as_of)
      and not (
        (hourly_blocks.timestamp, hourly_blocks.open, hourly_blocks.high, hourly_blocks.low, hourly_blocks.close,
          hourly_blocks.volume, hourly_blocks.deviation_from_hour_open, hourly_blocks.bias,
          hourly_blocks.volatility_score, hourly_blocks.complete, hourly_blocks.confirmed_at,
          hourly_blocks.history_version, hourly_blocks.as_of_version, hourly_blocks.as_of)
        is not distinct from
        (excluded.timestamp, excluded.open, excluded.high, excluded.low, excluded.close, excluded.volume,
          excluded.deviation_from_hour_open, excluded.bias, excluded.volatility_score, excluded.complete,
          excluded.confirmed_at, excluded.history_version, excluded.as_of_version, excluded.as_of)
      );
    get diagnostics affected = row_count;
    written := written + affected;
  end if;
  if changes -> 'rows' ? 'market_structure' then
    insert into public.market_structure
    select * from jsonb_populate_recordset(null::public.market_structure, changes -> 'rows' -> 'market_structure')
    on conflict (instrument, timeframe, timestamp, break_type, direction) do update set
      level = excluded.level, swing_timestamp = excluded.swing_timestamp, displacement = excluded.displacement,
      displacement_speed = excluded.displacement_speed, displacement_quality = excluded.displacement_quality,
      break_weight = excluded.break_weight, confirmed_at = excluded.confirmed_at,
      history_version = excluded.history_version, as_of_version = excluded.as_of_version, as_of = excluded.as_of
    where (excluded.as_of_version, excluded.as_of) >= (market_structure.as_of_version, market_structure.as_of)
      and not (
        (market_structure.level, market_structure.swing_timestamp, market_structure.displacement,
          market_structure.displacement_speed, market_structure.displacement_quality, market_structure.break_weight,
          market_structure.confirmed_at, market_structure.history_version, market_structure.as_of_version,
          market_structure.as_of)
        is not distinct from
        (excluded.level, excluded.swing_timestamp, excluded.displacement, excluded.displacement_speed,
          excluded.displacement_quality, excluded.break_weight, excluded.confirmed_at, excluded.history_version,
          excluded.as_of_version, excluded.as_of)
      );
    get diagnostics affected = row_count;
    written := written + affected;
  end if;
  if changes -> 'rows' ? 'feature_revisions' then
    insert into public.feature_revisions
    select * from jsonb_populate_recordset(null::public.feature_revisions, changes -> 'rows' -> 'feature_revisions')
    on conflict (id) do nothing;
    get diagnostics affected = row_count;
    written := written + affected;
  end if;
  if changes -> 'rows' ? 'collection_cycles' then
    insert into public.collection_cycles
    select * from jsonb_populate_recordset(null::public.collection_cycles, changes -> 'rows' -> 'collection_cycles')
    on conflict (id) do update set
      instrument = excluded.instrument, cycle = excluded.cycle, started_at = excluded.started_at,
      finished_at = excluded.finished_at, duration_ms = excluded.duration_ms, waiting_ms = excluded.waiting_ms,
      status = excluded.status, failed_step = excluded.failed_step, error_category = excluded.error_category,
      bars_fetched = excluded.bars_fetched, bars_new = excluded.bars_new, rows_written = excluded.rows_written,
      step_ms = excluded.step_ms, host = excluded.host, version = excluded.version,
      measures = excluded.measures
    where excluded.finished_at >= collection_cycles.finished_at
      and not (
        (collection_cycles.instrument, collection_cycles.cycle, collection_cycles.started_at,
          collection_cycles.finished_at, collection_cycles.duration_ms, collection_cycles.waiting_ms,
          collection_cycles.status, collection_cycles.failed_step, collection_cycles.error_category,
          collection_cycles.bars_fetched, collection_cycles.bars_new, collection_cycles.rows_written,
          collection_cycles.step_ms, collection_cycles.host, collection_cycles.version,
          collection_cycles.measures)
        is not distinct from
        (excluded.instrument, excluded.cycle, excluded.started_at, excluded.finished_at, excluded.duration_ms,
          excluded.waiting_ms, excluded.status, excluded.failed_step, excluded.error_category, excluded.bars_fetched,
          excluded.bars_new, excluded.rows_written, excluded.step_ms, excluded.host, excluded.version,
          excluded.measures)
      );
    get diagnostics affected = row_count;
    written := written + affected;
  end if;
  if changes -> 'rows' ? 'error_log' then
    insert into public.error_log
    select * from jsonb_populate_recordset(null::public.error_log, changes -> 'rows' -> 'error_log')
    on conflict (id) do nothing;
    get diagnostics affected = row_count;
    written := written + affected;
  end if;
  if changes -> 'rows' ? 'instrument_state' then
    insert into public.instrument_state
    select * from jsonb_populate_recordset(null::public.instrument_state, changes -> 'rows' -> 'instrument_state')
    on conflict (instrument) do update set
      history_version = excluded.history_version
    where excluded.history_version > instrument_state.history_version
      and not (
        (instrument_state.history_version)
        is not distinct from
        (excluded.history_version)
      );
    get diagnostics affected = row_count;
    written := written + affected;
  end if;

  answer := jsonb_build_object(
    'written', written,
    'removed', removed,
    'history_versions', (
      select coalesce(jsonb_object_agg(asked.name, coalesce(stored.history_version, 0)), '{}')
      from jsonb_array_elements_text(coalesce(changes -> 'instruments', '[]')) as asked (name)
      left join public.instrument_state as stored on stored.instrument = asked.name
    )
  );
  if lease is not null then
    update public.store_leases set result = answer where holder = lease;
  end if;
  return answer;
end
$$;
comment on function public.openpredict_replicate is 'Takes over rows as they stand in another store, in one transaction.';
