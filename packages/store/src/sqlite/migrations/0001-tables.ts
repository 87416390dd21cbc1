const OPENS = 'MONTHLY_OPEN WEEKLY_OPEN WEEK_SESSION_OPEN SESSION_OPEN 4H_OPEN 1H_OPEN DAILY_OPEN MIDNIGHT_OPEN NY_OPEN'
const HIGHS_AND_LOWS =
  'ASIAN_HIGH ASIAN_LOW LONDON_HIGH LONDON_LOW NY_AM_HIGH NY_AM_LOW NY_PM_HIGH NY_PM_LOW ' +
  'PREV_DAY_HIGH PREV_DAY_LOW PREV_WEEK_HIGH PREV_WEEK_LOW'

/** A check that a column is one of some words. Not `IN`: SQLite builds the list anew for every row (measured: 3 times the cost of an insert). */
function oneOf(column: string, words: string): string {
  const cases = words.split(' ').map((word) => `${column} = '${word}'`)
  return `CHECK (${cases.join(' OR ')})`
}

/**
 * Migration 1: all tables. Frozen: stores remember its checksum, so a change of the schema is a new migration.
 *
 * Tables with a natural key are stored in its order (`WITHOUT ROWID`); records with a random id are not.
 */
export const TABLES_SQL: string = `
  CREATE TABLE ohlc_data (
    instrument TEXT NOT NULL,
    timestamp INTEGER NOT NULL,
    open REAL NOT NULL,
    high REAL NOT NULL,
    low REAL NOT NULL,
    close REAL NOT NULL,
    volume INTEGER NOT NULL CONSTRAINT volume_range CHECK (volume >= 0),
    source TEXT NOT NULL,
    ingested_at INTEGER NOT NULL,
    revision INTEGER NOT NULL CONSTRAINT revision_range CHECK (revision >= 0),
    PRIMARY KEY (instrument, timestamp),
    CONSTRAINT high_at_least_low CHECK (high >= low),
    CONSTRAINT high_at_least_open CHECK (high >= open),
    CONSTRAINT high_at_least_close CHECK (high >= close),
    CONSTRAINT low_at_most_open CHECK (low <= open),
    CONSTRAINT low_at_most_close CHECK (low <= close)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE ohlc_revisions (
    instrument TEXT NOT NULL,
    timestamp INTEGER NOT NULL,
    revision INTEGER NOT NULL CONSTRAINT revision_range CHECK (revision >= 0),
    open REAL NOT NULL,
    high REAL NOT NULL,
    low REAL NOT NULL,
    close REAL NOT NULL,
    volume INTEGER NOT NULL CONSTRAINT volume_range CHECK (volume >= 0),
    seen_at INTEGER NOT NULL,
    PRIMARY KEY (instrument, timestamp, revision),
    CONSTRAINT high_at_least_low CHECK (high >= low),
    CONSTRAINT high_at_least_open CHECK (high >= open),
    CONSTRAINT high_at_least_close CHECK (high >= close),
    CONSTRAINT low_at_most_open CHECK (low <= open),
    CONSTRAINT low_at_most_close CHECK (low <= close)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE ohlc_suspects (
    instrument TEXT NOT NULL,
    timestamp INTEGER NOT NULL,
    open REAL NOT NULL,
    high REAL NOT NULL,
    low REAL NOT NULL,
    close REAL NOT NULL,
    volume INTEGER NOT NULL CONSTRAINT volume_range CHECK (volume >= 0),
    reason TEXT NOT NULL,
    first_seen_at INTEGER NOT NULL,
    times_seen INTEGER NOT NULL CONSTRAINT times_seen_range CHECK (times_seen >= 1),
    admitted_at INTEGER,
    PRIMARY KEY (instrument, timestamp),
    CONSTRAINT high_at_least_low CHECK (high >= low),
    CONSTRAINT high_at_least_open CHECK (high >= open),
    CONSTRAINT high_at_least_close CHECK (high >= close),
    CONSTRAINT low_at_most_open CHECK (low <= open),
    CONSTRAINT low_at_most_close CHECK (low <= close)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE ohlc_history (
    instrument TEXT NOT NULL,
    interval TEXT NOT NULL
      CONSTRAINT interval_known ${oneOf('interval', '1s 5s 10s 15s 30s 1m 2m 3m 5m 10m 15m 30m 1h')},
    timestamp INTEGER NOT NULL,
    open REAL NOT NULL,
    high REAL NOT NULL,
    low REAL NOT NULL,
    close REAL NOT NULL,
    volume INTEGER NOT NULL CONSTRAINT volume_range CHECK (volume >= 0),
    source TEXT NOT NULL,
    PRIMARY KEY (instrument, interval, timestamp),
    CONSTRAINT high_at_least_low CHECK (high >= low),
    CONSTRAINT high_at_least_open CHECK (high >= open),
    CONSTRAINT high_at_least_close CHECK (high >= close),
    CONSTRAINT low_at_most_open CHECK (low <= open),
    CONSTRAINT low_at_most_close CHECK (low <= close)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE missing_minutes (
    instrument TEXT NOT NULL,
    timestamp INTEGER NOT NULL,
    state TEXT NOT NULL
      CONSTRAINT state_known ${oneOf('state', 'not_fetched absent_at_source')},
    times_asked INTEGER NOT NULL CONSTRAINT times_asked_range CHECK (times_asked >= 0),
    first_asked_at INTEGER,
    last_asked_at INTEGER,
    healed_at INTEGER,
    PRIMARY KEY (instrument, timestamp)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE reference_levels (
    instrument TEXT NOT NULL,
    level_type TEXT NOT NULL
      CONSTRAINT level_type_known ${oneOf('level_type', `${OPENS} ${HIGHS_AND_LOWS}`)},
    period_start INTEGER NOT NULL,
    price REAL NOT NULL,
    period_end INTEGER NOT NULL,
    complete INTEGER NOT NULL CONSTRAINT complete_is_boolean CHECK (complete IN (0, 1)),
    timestamp INTEGER NOT NULL,
    confirmed_at INTEGER,
    history_version INTEGER NOT NULL CONSTRAINT history_version_range CHECK (history_version >= 0),
    as_of_version INTEGER NOT NULL CONSTRAINT as_of_version_range CHECK (as_of_version >= 0),
    as_of INTEGER NOT NULL,
    PRIMARY KEY (instrument, level_type, period_start)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE fibonacci_pivots (
    instrument TEXT NOT NULL,
    period TEXT NOT NULL
      CONSTRAINT period_known ${oneOf('period', 'DAILY WEEKLY')},
    period_start INTEGER NOT NULL,
    level TEXT NOT NULL
      CONSTRAINT level_known ${oneOf('level', 'PP R1 R2 R3 S1 S2 S3')},
    price REAL NOT NULL,
    timestamp INTEGER NOT NULL,
    confirmed_at INTEGER NOT NULL,
    history_version INTEGER NOT NULL CONSTRAINT history_version_range CHECK (history_version >= 0),
    as_of_version INTEGER NOT NULL CONSTRAINT as_of_version_range CHECK (as_of_version >= 0),
    as_of INTEGER NOT NULL,
    PRIMARY KEY (instrument, period, period_start, level)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE liquidity_events (
    instrument TEXT NOT NULL,
    level_type TEXT NOT NULL
      CONSTRAINT level_type_known ${oneOf('level_type', `${HIGHS_AND_LOWS} EQUAL_HIGH EQUAL_LOW`)},
    period_start INTEGER NOT NULL,
    timestamp INTEGER NOT NULL,
    quality TEXT NOT NULL
      CONSTRAINT quality_known ${oneOf('quality', 'CLEAN_SWEEP WICK RUN NEAR_MISS')},
    event_type TEXT NOT NULL
      CONSTRAINT event_type_known ${oneOf('event_type', 'ASIA_RANGE PREV_DAY_HL PREV_WEEK_HL EQUAL_HL SESSION_HL')},
    direction TEXT NOT NULL
      CONSTRAINT direction_known ${oneOf('direction', 'BULLISH BEARISH')},
    level_price REAL NOT NULL,
    sweep_price REAL NOT NULL,
    quality_score REAL NOT NULL,
    reclaimed_at INTEGER,
    hold_minutes INTEGER NOT NULL CONSTRAINT hold_minutes_range CHECK (hold_minutes >= 0),
    hold_confirmed INTEGER NOT NULL CONSTRAINT hold_confirmed_is_boolean CHECK (hold_confirmed IN (0, 1)),
    hold_bonus REAL NOT NULL,
    event_weight REAL NOT NULL,
    confirmed_at INTEGER NOT NULL,
    history_version INTEGER NOT NULL CONSTRAINT history_version_range CHECK (history_version >= 0),
    as_of_version INTEGER NOT NULL CONSTRAINT as_of_version_range CHECK (as_of_version >= 0),
    as_of INTEGER NOT NULL,
    PRIMARY KEY (instrument, level_type, period_start, timestamp, quality)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE fvg (
    instrument TEXT NOT NULL,
    timeframe TEXT NOT NULL
      CONSTRAINT timeframe_known ${oneOf('timeframe', '1m 5m 15m 1H 4H')},
    timestamp INTEGER NOT NULL,
    fvg_type TEXT NOT NULL
      CONSTRAINT fvg_type_known ${oneOf('fvg_type', 'BULLISH BEARISH')},
    gap_top REAL NOT NULL,
    gap_bottom REAL NOT NULL,
    gap_size REAL NOT NULL,
    filled INTEGER NOT NULL CONSTRAINT filled_is_boolean CHECK (filled IN (0, 1)),
    touched_at INTEGER,
    half_filled_at INTEGER,
    fill_timestamp INTEGER,
    fill_fraction REAL NOT NULL CONSTRAINT fill_fraction_range CHECK (fill_fraction BETWEEN 0 AND 1),
    inverted_at INTEGER,
    confirmed_at INTEGER NOT NULL,
    history_version INTEGER NOT NULL CONSTRAINT history_version_range CHECK (history_version >= 0),
    as_of_version INTEGER NOT NULL CONSTRAINT as_of_version_range CHECK (as_of_version >= 0),
    as_of INTEGER NOT NULL,
    PRIMARY KEY (instrument, timeframe, timestamp, fvg_type)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE hourly_blocks (
    instrument TEXT NOT NULL,
    hour_start INTEGER NOT NULL,
    block_number INTEGER NOT NULL CONSTRAINT block_number_range CHECK (block_number BETWEEN 1 AND 7),
    timestamp INTEGER NOT NULL,
    open REAL NOT NULL,
    high REAL NOT NULL,
    low REAL NOT NULL,
    close REAL NOT NULL,
    volume INTEGER NOT NULL CONSTRAINT volume_range CHECK (volume >= 0),
    deviation_from_hour_open REAL NOT NULL,
    bias TEXT NOT NULL
      CONSTRAINT bias_known ${oneOf('bias', 'BULLISH BEARISH NEUTRAL')},
    volatility_score REAL NOT NULL,
    complete INTEGER NOT NULL CONSTRAINT complete_is_boolean CHECK (complete IN (0, 1)),
    confirmed_at INTEGER,
    history_version INTEGER NOT NULL CONSTRAINT history_version_range CHECK (history_version >= 0),
    as_of_version INTEGER NOT NULL CONSTRAINT as_of_version_range CHECK (as_of_version >= 0),
    as_of INTEGER NOT NULL,
    PRIMARY KEY (instrument, hour_start, block_number),
    CONSTRAINT high_at_least_low CHECK (high >= low),
    CONSTRAINT high_at_least_open CHECK (high >= open),
    CONSTRAINT high_at_least_close CHECK (high >= close),
    CONSTRAINT low_at_most_open CHECK (low <= open),
    CONSTRAINT low_at_most_close CHECK (low <= close)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE market_structure (
    instrument TEXT NOT NULL,
    timeframe TEXT NOT NULL
      CONSTRAINT timeframe_known ${oneOf('timeframe', '1m 5m 15m 1H 4H')},
    timestamp INTEGER NOT NULL,
    break_type TEXT NOT NULL
      CONSTRAINT break_type_known ${oneOf('break_type', 'BOS CHOCH')},
    direction TEXT NOT NULL
      CONSTRAINT direction_known ${oneOf('direction', 'BULLISH BEARISH')},
    level REAL NOT NULL,
    swing_timestamp INTEGER NOT NULL,
    displacement REAL NOT NULL,
    displacement_speed REAL NOT NULL,
    displacement_quality TEXT NOT NULL
      CONSTRAINT displacement_quality_known ${oneOf('displacement_quality', 'STRONG MODERATE WEAK')},
    break_weight REAL NOT NULL,
    confirmed_at INTEGER NOT NULL,
    history_version INTEGER NOT NULL CONSTRAINT history_version_range CHECK (history_version >= 0),
    as_of_version INTEGER NOT NULL CONSTRAINT as_of_version_range CHECK (as_of_version >= 0),
    as_of INTEGER NOT NULL,
    PRIMARY KEY (instrument, timeframe, timestamp, break_type, direction)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE feature_revisions (
    id TEXT NOT NULL,
    instrument TEXT NOT NULL,
    table_name TEXT NOT NULL,
    row_key TEXT NOT NULL,
    old_row TEXT NOT NULL CONSTRAINT old_row_is_json CHECK (json_valid(old_row)),
    history_version INTEGER NOT NULL CONSTRAINT history_version_range CHECK (history_version >= 0),
    replaced_at INTEGER NOT NULL,
    PRIMARY KEY (id)
  ) STRICT;

  CREATE TABLE collection_cycles (
    id TEXT NOT NULL,
    instrument TEXT NOT NULL,
    cycle INTEGER NOT NULL CONSTRAINT cycle_range CHECK (cycle >= 0),
    started_at INTEGER NOT NULL,
    finished_at INTEGER NOT NULL,
    duration_ms REAL NOT NULL CONSTRAINT duration_ms_range CHECK (duration_ms >= 0),
    waiting_ms REAL NOT NULL CONSTRAINT waiting_ms_range CHECK (waiting_ms >= 0),
    status TEXT NOT NULL
      CONSTRAINT status_known ${oneOf('status', 'success partial failed idle')},
    failed_step TEXT,
    error_category TEXT
      CONSTRAINT error_category_known ${oneOf('error_category', 'network database data calculation system')},
    bars_fetched INTEGER NOT NULL CONSTRAINT bars_fetched_range CHECK (bars_fetched >= 0),
    bars_new INTEGER NOT NULL CONSTRAINT bars_new_range CHECK (bars_new >= 0),
    rows_written INTEGER NOT NULL CONSTRAINT rows_written_range CHECK (rows_written >= 0),
    step_ms TEXT NOT NULL CONSTRAINT step_ms_is_json CHECK (json_valid(step_ms)),
    host TEXT NOT NULL,
    version TEXT NOT NULL,
    PRIMARY KEY (id)
  ) STRICT;

  CREATE TABLE error_log (
    id TEXT NOT NULL,
    timestamp INTEGER NOT NULL,
    component TEXT NOT NULL,
    operation TEXT NOT NULL,
    error_message TEXT NOT NULL,
    severity TEXT NOT NULL
      CONSTRAINT severity_known ${oneOf('severity', 'info warning error critical')},
    error_category TEXT NOT NULL
      CONSTRAINT error_category_known ${oneOf('error_category', 'network database data calculation system')},
    instrument TEXT,
    cycle INTEGER CONSTRAINT cycle_range CHECK (cycle >= 0),
    details TEXT CONSTRAINT details_is_json CHECK (json_valid(details)),
    PRIMARY KEY (id)
  ) STRICT;

  CREATE TABLE instrument_state (
    instrument TEXT NOT NULL,
    history_version INTEGER NOT NULL CONSTRAINT history_version_range CHECK (history_version >= 0),
    PRIMARY KEY (instrument)
  ) STRICT, WITHOUT ROWID;

  CREATE INDEX feature_revisions_by_time ON feature_revisions (instrument, replaced_at);

  CREATE INDEX collection_cycles_by_number ON collection_cycles (instrument, cycle);

  CREATE INDEX collection_cycles_by_time ON collection_cycles (instrument, started_at);

  CREATE INDEX error_log_by_time ON error_log (timestamp);
`
