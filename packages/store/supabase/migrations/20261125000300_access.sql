-- Who may do what: service_role writes, authenticated reads, anon nothing. The roles are Supabase's; on a PostgreSQL
-- without them there is nothing to grant, and only the owner of the tables reaches them. Nothing is said about objects of
-- others in the schema, now or later: a later migration does for what it adds what this one does for what is there.

revoke all on function public.prune_before(timestamptz) from public;

do $$
declare
  tables constant text[] := array[
    'ohlc_data', 'ohlc_revisions', 'ohlc_suspects', 'ohlc_history', 'missing_minutes', 'reference_levels',
    'fibonacci_pivots', 'liquidity_events', 'fvg', 'hourly_blocks', 'market_structure', 'feature_revisions',
    'collection_cycles', 'error_log', 'instrument_state', 'schema_migrations'
  ];
  views constant text[] := array['current_levels', 'open_gaps', 'active_pools', 'todays_events', 'latest_cycle'];
  name text;
begin
  -- Supabase grants everything on everything new to all three roles: taken back first, so that what follows is all.
  foreach name in array array['anon', 'authenticated', 'service_role'] loop
    if not exists (select from pg_catalog.pg_roles where rolname = name) then continue; end if;
    execute format('revoke all on %s from %I',
      (select string_agg(format('public.%I', t), ', ') from unnest(tables || views) as t), name);
    execute format('revoke all on function public.prune_before(timestamptz) from %I', name);
  end loop;

  if exists (select from pg_catalog.pg_roles where rolname = 'authenticated') then
    foreach name in array tables || views loop
      execute format('grant select on public.%I to authenticated', name);
    end loop;
    foreach name in array tables loop
      execute format('drop policy if exists authenticated_reads on public.%I', name);
      execute format('create policy authenticated_reads on public.%I for select to authenticated using (true)', name);
    end loop;
  end if;

  if exists (select from pg_catalog.pg_roles where rolname = 'service_role') then
    foreach name in array tables loop
      execute format('grant select, insert, update, delete on public.%I to service_role', name);
      execute format('drop policy if exists service_role_writes on public.%I', name);
      execute format(
        'create policy service_role_writes on public.%I for all to service_role using (true) with check (true)', name
      );
    end loop;
    -- How the tables came about is for their owner to say.
    revoke insert, update, delete on public.schema_migrations from service_role;
    foreach name in array views loop
      execute format('grant select on public.%I to service_role', name);
    end loop;
    grant execute on function public.prune_before(timestamptz) to service_role;
  end if;
end
$$;

-- Tells a running PostgREST to look again.
notify pgrst, 'reload schema';
