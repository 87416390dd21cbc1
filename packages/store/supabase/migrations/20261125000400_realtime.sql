-- Supabase's Realtime sends the rows of tables in its publication. Elsewhere there is none, and nothing to do.

do $$
declare
  name text;
begin
  if not exists (select from pg_catalog.pg_publication where pubname = 'supabase_realtime' and not puballtables) then
    return;
  end if;
  foreach name in array array[
    'reference_levels', 'fibonacci_pivots', 'liquidity_events', 'fvg', 'hourly_blocks', 'market_structure',
    'collection_cycles'
  ] loop
    if not exists (
      select from pg_catalog.pg_publication_tables
      where pubname = 'supabase_realtime' and schemaname = 'public' and tablename = name
    ) then
      execute format('alter publication supabase_realtime add table public.%I', name);
    end if;
  end loop;
exception
  when insufficient_privilege then
    raise notice 'The publication supabase_realtime belongs to another role: add the tables to it there.';
end
$$;
