-- Views for consumers. They show what the reader may read (security_invoker), never what their owner may.

create or replace view public.current_levels with (security_invoker = true) as
select distinct on (instrument, level_type)
  instrument, level_type, period_start, period_end, price, complete, timestamp, confirmed_at
from public.reference_levels
order by instrument, level_type, period_start desc;
comment on view public.current_levels is 'The newest level of each type.';

create or replace view public.open_gaps with (security_invoker = true) as
select
  instrument, timeframe, timestamp, fvg_type, gap_top, gap_bottom, gap_size,
  fill_fraction, touched_at, half_filled_at, confirmed_at
from public.fvg
where not filled;
comment on view public.open_gaps is 'Fair value gaps that are not filled yet.';

-- A pool is active when its period is complete, no newer one of its type has taken its place, and no event has used it
-- up. A near miss uses nothing up. Equal highs and lows are no levels and stand in no table until they are taken.
create or replace view public.active_pools with (security_invoker = true) as
select latest.instrument, latest.level_type, latest.period_start, latest.period_end, latest.price, latest.confirmed_at
from (
  select distinct on (instrument, level_type)
    instrument, level_type, period_start, period_end, price, confirmed_at
  from public.reference_levels
  where complete and (level_type like '%\_HIGH' or level_type like '%\_LOW')
  order by instrument, level_type, period_start desc
) as latest
where not exists (
  select from public.liquidity_events as event
  where event.instrument = latest.instrument
    and event.level_type = latest.level_type
    and event.period_start = latest.period_start
    and event.quality <> 'NEAR_MISS'
);
comment on view public.active_pools is 'Highs and lows that are complete, current, and not taken.';

-- A trading day begins at 18:00 in New York.
create or replace view public.todays_events with (security_invoker = true) as
select
  instrument, level_type, period_start, timestamp, quality, event_type, direction, level_price, sweep_price,
  quality_score, reclaimed_at, hold_minutes, hold_confirmed, hold_bonus, event_weight, confirmed_at
from public.liquidity_events
where timestamp >= (
  date_trunc('day', (now() at time zone 'America/New_York') + interval '6 hours') - interval '6 hours'
) at time zone 'America/New_York';
comment on view public.todays_events is 'Liquidity events of the trading day that is running.';

create or replace view public.latest_cycle with (security_invoker = true) as
select distinct on (instrument)
  instrument, cycle, started_at, finished_at, duration_ms, waiting_ms, status, failed_step, error_category,
  bars_fetched, bars_new, rows_written, step_ms, host, version
from public.collection_cycles
order by instrument, started_at desc, cycle desc;
comment on view public.latest_cycle is 'The newest run of the collector for each instrument.';
