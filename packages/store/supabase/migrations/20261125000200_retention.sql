-- Retention: deletes when it is told to, and says how much. Never runs by itself.

create or replace function public.prune_before(before timestamptz)
returns table (table_name text, deleted bigint)
language plpgsql
security invoker
set search_path = ''
as $$
declare
  target record;
begin
  -- The levels of a month need its bars.
  if before is null or before > now() - interval '40 days' then
    raise exception 'prune_before(%): the last 40 days are always kept', coalesce(before::text, 'null')
      using errcode = 'invalid_parameter_value';
  end if;
  for target in
    select * from (values
      ('ohlc_data', 'timestamp'), ('ohlc_revisions', 'timestamp'), ('ohlc_suspects', 'timestamp'),
      ('ohlc_history', 'timestamp'), ('missing_minutes', 'timestamp'), ('reference_levels', 'period_start'),
      ('fibonacci_pivots', 'period_start'), ('liquidity_events', 'timestamp'), ('fvg', 'timestamp'),
      ('hourly_blocks', 'hour_start'), ('market_structure', 'timestamp'), ('feature_revisions', 'replaced_at'),
      ('collection_cycles', 'started_at'), ('error_log', 'timestamp')
    ) as tables (name, time_column)
  loop
    execute format('delete from public.%I where %I < $1', target.name, target.time_column) using before;
    get diagnostics deleted = row_count;
    table_name := target.name;
    return next;
  end loop;
end
$$;
comment on function public.prune_before is 'Deletes rows from before an instant, at least 40 days ago, and says how many.';
