-- Tables. One logical schema for every store; docs/concepts/tables.md tells what they hold.
-- Frozen: databases remember its checksum, so a change of the schema is a new file.
-- Row-level security is on from the start: a table without a policy shows nothing to anybody but its owner.

create table if not exists public.ohlc_data (
  instrument text collate "C" not null,
  timestamp timestamptz not null,
  open numeric not null,
  high numeric not null,
  low numeric not null,
  close numeric not null,
  volume bigint not null constraint volume_range check (volume >= 0),
  source text not null,
  ingested_at timestamptz not null,
  revision bigint not null constraint revision_range check (revision >= 0),
  primary key (instrument, timestamp),
  constraint high_at_least_low check (high >= low),
  constraint high_at_least_open check (high >= open),
  constraint high_at_least_close check (high >= close),
  constraint low_at_most_open check (low <= open),
  constraint low_at_most_close check (low <= close)
);
alter table public.ohlc_data enable row level security;
comment on table public.ohlc_data is 'Closed bars of one minute, known by the time at which they open.';

create table if not exists public.ohlc_revisions (
  instrument text collate "C" not null,
  timestamp timestamptz not null,
  revision bigint not null constraint revision_range check (revision >= 0),
  open numeric not null,
  high numeric not null,
  low numeric not null,
  close numeric not null,
  volume bigint not null constraint volume_range check (volume >= 0),
  seen_at timestamptz not null,
  primary key (instrument, timestamp, revision),
  constraint high_at_least_low check (high >= low),
  constraint high_at_least_open check (high >= open),
  constraint high_at_least_close check (high >= close),
  constraint low_at_most_open check (low <= open),
  constraint low_at_most_close check (low <= close)
);
alter table public.ohlc_revisions enable row level security;
comment on table public.ohlc_revisions is 'What the source said before it changed a bar.';

create table if not exists public.ohlc_suspects (
  instrument text collate "C" not null,
  timestamp timestamptz not null,
  open numeric not null,
  high numeric not null,
  low numeric not null,
  close numeric not null,
  volume bigint not null constraint volume_range check (volume >= 0),
  reason text not null,
  first_seen_at timestamptz not null,
  times_seen bigint not null constraint times_seen_range check (times_seen >= 1),
  admitted_at timestamptz,
  primary key (instrument, timestamp),
  constraint high_at_least_low check (high >= low),
  constraint high_at_least_open check (high >= open),
  constraint high_at_least_close check (high >= close),
  constraint low_at_most_open check (low <= open),
  constraint low_at_most_close check (low <= close)
);
alter table public.ohlc_suspects enable row level security;
comment on table public.ohlc_suspects is 'Bars that were held back because their price jumped too far.';

create table if not exists public.ohlc_history (
  instrument text collate "C" not null,
  interval text collate "C" not null
    constraint interval_known check (interval in (
      '1s', '5s', '10s', '15s', '30s', '1m', '2m', '3m', '5m', '10m', '15m', '30m', '1h'
    )),
  timestamp timestamptz not null,
  open numeric not null,
  high numeric not null,
  low numeric not null,
  close numeric not null,
  volume bigint not null constraint volume_range check (volume >= 0),
  source text not null,
  primary key (instrument, interval, timestamp),
  constraint high_at_least_low check (high >= low),
  constraint high_at_least_open check (high >= open),
  constraint high_at_least_close check (high >= close),
  constraint low_at_most_open check (low <= open),
  constraint low_at_most_close check (low <= close)
);
alter table public.ohlc_history enable row level security;
comment on table public.ohlc_history is 'Coarser bars, used to know levels at a start.';

create table if not exists public.missing_minutes (
  instrument text collate "C" not null,
  timestamp timestamptz not null,
  state text not null
    constraint state_known check (state in ('not_fetched', 'absent_at_source')),
  times_asked bigint not null constraint times_asked_range check (times_asked >= 0),
  first_asked_at timestamptz,
  last_asked_at timestamptz,
  healed_at timestamptz,
  primary key (instrument, timestamp)
);
alter table public.missing_minutes enable row level security;
comment on table public.missing_minutes is 'Open minutes without a bar.';

create table if not exists public.reference_levels (
  instrument text collate "C" not null,
  level_type text collate "C" not null
    constraint level_type_known check (level_type in (
      'MONTHLY_OPEN', 'WEEKLY_OPEN', 'WEEK_SESSION_OPEN', 'SESSION_OPEN', '4H_OPEN', '1H_OPEN',
      'DAILY_OPEN', 'MIDNIGHT_OPEN', 'NY_OPEN', 'ASIAN_HIGH', 'ASIAN_LOW', 'LONDON_HIGH',
      'LONDON_LOW', 'NY_AM_HIGH', 'NY_AM_LOW', 'NY_PM_HIGH', 'NY_PM_LOW', 'PREV_DAY_HIGH',
      'PREV_DAY_LOW', 'PREV_WEEK_HIGH', 'PREV_WEEK_LOW'
    )),
  period_start timestamptz not null,
  price numeric not null,
  period_end timestamptz not null,
  complete boolean not null,
  timestamp timestamptz not null,
  confirmed_at timestamptz,
  history_version bigint not null constraint history_version_range check (history_version >= 0),
  as_of_version bigint not null constraint as_of_version_range check (as_of_version >= 0),
  as_of timestamptz not null,
  primary key (instrument, level_type, period_start)
);
alter table public.reference_levels enable row level security;
comment on table public.reference_levels is 'Opens, highs and lows of periods.';

create table if not exists public.fibonacci_pivots (
  instrument text collate "C" not null,
  period text collate "C" not null
    constraint period_known check (period in ('DAILY', 'WEEKLY')),
  period_start timestamptz not null,
  level text collate "C" not null
    constraint level_known check (level in ('PP', 'R1', 'R2', 'R3', 'S1', 'S2', 'S3')),
  price numeric not null,
  timestamp timestamptz not null,
  confirmed_at timestamptz not null,
  history_version bigint not null constraint history_version_range check (history_version >= 0),
  as_of_version bigint not null constraint as_of_version_range check (as_of_version >= 0),
  as_of timestamptz not null,
  primary key (instrument, period, period_start, level)
);
alter table public.fibonacci_pivots enable row level security;
comment on table public.fibonacci_pivots is 'Pivots of days and weeks.';

create table if not exists public.liquidity_events (
  instrument text collate "C" not null,
  level_type text collate "C" not null
    constraint level_type_known check (level_type in (
      'ASIAN_HIGH', 'ASIAN_LOW', 'LONDON_HIGH', 'LONDON_LOW', 'NY_AM_HIGH', 'NY_AM_LOW',
      'NY_PM_HIGH', 'NY_PM_LOW', 'PREV_DAY_HIGH', 'PREV_DAY_LOW', 'PREV_WEEK_HIGH',
      'PREV_WEEK_LOW', 'EQUAL_HIGH', 'EQUAL_LOW'
    )),
  period_start timestamptz not null,
  timestamp timestamptz not null,
  quality text collate "C" not null
    constraint quality_known check (quality in ('CLEAN_SWEEP', 'WICK', 'RUN', 'NEAR_MISS')),
  event_type text not null
    constraint event_type_known check (event_type in ('ASIA_RANGE', 'PREV_DAY_HL', 'PREV_WEEK_HL', 'EQUAL_HL', 'SESSION_HL')),
  direction text not null
    constraint direction_known check (direction in ('BULLISH', 'BEARISH')),
  level_price numeric not null,
  sweep_price numeric not null,
  quality_score double precision not null,
  reclaimed_at timestamptz,
  hold_minutes bigint not null constraint hold_minutes_range check (hold_minutes >= 0),
  hold_confirmed boolean not null,
  hold_bonus double precision not null,
  event_weight double precision not null,
  confirmed_at timestamptz not null,
  history_version bigint not null constraint history_version_range check (history_version >= 0),
  as_of_version bigint not null constraint as_of_version_range check (as_of_version >= 0),
  as_of timestamptz not null,
  primary key (instrument, level_type, period_start, timestamp, quality)
);
alter table public.liquidity_events enable row level security;
comment on table public.liquidity_events is 'Sweeps, runs and near misses of pools of liquidity.';

create table if not exists public.fvg (
  instrument text collate "C" not null,
  timeframe text collate "C" not null
    constraint timeframe_known check (timeframe in ('1m', '5m', '15m', '1H', '4H')),
  timestamp timestamptz not null,
  fvg_type text collate "C" not null
    constraint fvg_type_known check (fvg_type in ('BULLISH', 'BEARISH')),
  gap_top numeric not null,
  gap_bottom numeric not null,
  gap_size numeric not null,
  filled boolean not null,
  touched_at timestamptz,
  half_filled_at timestamptz,
  fill_timestamp timestamptz,
  fill_fraction double precision not null constraint fill_fraction_range check (fill_fraction between 0 and 1),
  inverted_at timestamptz,
  confirmed_at timestamptz not null,
  history_version bigint not null constraint history_version_range check (history_version >= 0),
  as_of_version bigint not null constraint as_of_version_range check (as_of_version >= 0),
  as_of timestamptz not null,
  primary key (instrument, timeframe, timestamp, fvg_type)
);
alter table public.fvg enable row level security;
comment on table public.fvg is 'Fair value gaps and how far they have filled.';

create table if not exists public.hourly_blocks (
  instrument text collate "C" not null,
  hour_start timestamptz not null,
  block_number bigint not null constraint block_number_range check (block_number between 1 and 7),
  timestamp timestamptz not null,
  open numeric not null,
  high numeric not null,
  low numeric not null,
  close numeric not null,
  volume bigint not null constraint volume_range check (volume >= 0),
  deviation_from_hour_open numeric not null,
  bias text not null
    constraint bias_known check (bias in ('BULLISH', 'BEARISH', 'NEUTRAL')),
  volatility_score numeric not null,
  complete boolean not null,
  confirmed_at timestamptz,
  history_version bigint not null constraint history_version_range check (history_version >= 0),
  as_of_version bigint not null constraint as_of_version_range check (as_of_version >= 0),
  as_of timestamptz not null,
  primary key (instrument, hour_start, block_number),
  constraint high_at_least_low check (high >= low),
  constraint high_at_least_open check (high >= open),
  constraint high_at_least_close check (high >= close),
  constraint low_at_most_open check (low <= open),
  constraint low_at_most_close check (low <= close)
);
alter table public.hourly_blocks enable row level security;
comment on table public.hourly_blocks is 'Sevenths of hours.';

create table if not exists public.market_structure (
  instrument text collate "C" not null,
  timeframe text collate "C" not null
    constraint timeframe_known check (timeframe in ('1m', '5m', '15m', '1H', '4H')),
  timestamp timestamptz not null,
  break_type text collate "C" not null
    constraint break_type_known check (break_type in ('BOS', 'CHOCH')),
  direction text collate "C" not null
    constraint direction_known check (direction in ('BULLISH', 'BEARISH')),
  level numeric not null,
  swing_timestamp timestamptz not null,
  displacement numeric not null,
  displacement_speed double precision not null,
  displacement_quality text not null
    constraint displacement_quality_known check (displacement_quality in ('STRONG', 'MODERATE', 'WEAK')),
  break_weight double precision not null,
  confirmed_at timestamptz not null,
  history_version bigint not null constraint history_version_range check (history_version >= 0),
  as_of_version bigint not null constraint as_of_version_range check (as_of_version >= 0),
  as_of timestamptz not null,
  primary key (instrument, timeframe, timestamp, break_type, direction)
);
alter table public.market_structure enable row level security;
comment on table public.market_structure is 'Breaks of structure.';

create table if not exists public.feature_revisions (
  id uuid not null,
  instrument text not null,
  table_name text not null,
  row_key text not null,
  old_row jsonb not null,
  history_version bigint not null constraint history_version_range check (history_version >= 0),
  replaced_at timestamptz not null,
  primary key (id)
);
alter table public.feature_revisions enable row level security;
comment on table public.feature_revisions is 'Feature rows as they were before a correction.';

create table if not exists public.collection_cycles (
  id uuid not null,
  instrument text not null,
  cycle bigint not null constraint cycle_range check (cycle >= 0),
  started_at timestamptz not null,
  finished_at timestamptz not null,
  duration_ms double precision not null constraint duration_ms_range check (duration_ms >= 0),
  waiting_ms double precision not null constraint waiting_ms_range check (waiting_ms >= 0),
  status text not null
    constraint status_known check (status in ('success', 'partial', 'failed', 'idle')),
  failed_step text,
  error_category text
    constraint error_category_known check (error_category in ('network', 'database', 'data', 'calculation', 'system')),
  bars_fetched bigint not null constraint bars_fetched_range check (bars_fetched >= 0),
  bars_new bigint not null constraint bars_new_range check (bars_new >= 0),
  rows_written bigint not null constraint rows_written_range check (rows_written >= 0),
  step_ms jsonb not null,
  host text not null,
  version text not null,
  primary key (id)
);
alter table public.collection_cycles enable row level security;
comment on table public.collection_cycles is 'Runs of the collector.';

create table if not exists public.error_log (
  id uuid not null,
  timestamp timestamptz not null,
  component text not null,
  operation text not null,
  error_message text not null,
  severity text not null
    constraint severity_known check (severity in ('info', 'warning', 'error', 'critical')),
  error_category text not null
    constraint error_category_known check (error_category in ('network', 'database', 'data', 'calculation', 'system')),
  instrument text,
  cycle bigint constraint cycle_range check (cycle >= 0),
  details jsonb,
  primary key (id)
);
alter table public.error_log enable row level security;
comment on table public.error_log is 'What went wrong.';

create table if not exists public.instrument_state (
  instrument text collate "C" not null,
  history_version bigint not null constraint history_version_range check (history_version >= 0),
  primary key (instrument)
);
alter table public.instrument_state enable row level security;
comment on table public.instrument_state is 'The history version of an instrument.';

create table if not exists public.schema_migrations (
  version bigint not null constraint version_range check (version >= 1),
  applied_at timestamptz not null,
  checksum text not null,
  primary key (version)
);
alter table public.schema_migrations enable row level security;
comment on table public.schema_migrations is 'Changes of the tables that were applied, with the checksum of their SQL.';

create index if not exists feature_revisions_by_time on public.feature_revisions (instrument, replaced_at);
create index if not exists collection_cycles_by_number on public.collection_cycles (instrument, cycle);
create index if not exists collection_cycles_by_time on public.collection_cycles (instrument, started_at);
create index if not exists error_log_by_time on public.error_log (timestamp);
