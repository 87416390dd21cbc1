/**
 * What a column holds. `instant` is epoch milliseconds UTC, `price` a number exact to the instrument's decimals
 * (differences of prices included), `number` any other finite number, `integer` a whole one.
 */
export type ColumnKind = 'text' | 'integer' | 'instant' | 'price' | 'number' | 'boolean' | 'json' | 'uuid'

/** One column of the logical schema. */
export interface ColumnDescription {
  readonly kind: ColumnKind
  /** Whether `null` is a value. @default false */
  readonly nullable?: true
  /** The only values a text column takes. */
  readonly values?: readonly string[]
  /** The smallest value of a numeric column. */
  readonly minimum?: number
  /** The largest value of a numeric column. */
  readonly maximum?: number
  /** May still change after the row was first written. @default false */
  readonly lifecycle?: true
  /**
   * Says when and how often something was seen, not what it is; left out wherever two stores are compared.
   * @default false
   */
  readonly bookkeeping?: true
}

/** One table of the logical schema: the same in every store. */
export interface TableDescription {
  /** Bars and what is known about them, rows of the calculators, or records of what the program did. */
  readonly group: 'market' | 'feature' | 'record'
  /** The columns that identify a row, in the order in which rows are read. */
  readonly key: readonly string[]
  /** The instant that places a row in time: what `from`, `to` and `newestFirst` of a read go by. */
  readonly time?: string
  /** All columns, in order. */
  readonly columns: Readonly<Record<string, ColumnDescription>>
}

/**
 * The logical schema as data. Drivers build their statements from it, rows get their types from it, and every row is
 * checked against it before it is written. `docs/concepts/tables.md` describes the tables in words.
 *
 * @example
 * ```ts
 * TABLES.reference_levels.key // => ['instrument', 'level_type', 'period_start']
 * TABLES.hourly_blocks.columns.block_number // => { kind: 'integer', minimum: 1, maximum: 7 }
 * ```
 */
// One literal, long because it is the whole schema: declarations are written from it without inference.
export const TABLES = {
  ohlc_data: {
    group: 'market',
    key: ['instrument', 'timestamp'],
    time: 'timestamp',
    columns: {
      instrument: { kind: 'text' },
      timestamp: { kind: 'instant' },
      open: { kind: 'price' },
      high: { kind: 'price' },
      low: { kind: 'price' },
      close: { kind: 'price' },
      volume: { kind: 'integer', minimum: 0 },
      source: { kind: 'text' },
      ingested_at: { kind: 'instant', bookkeeping: true },
      revision: { kind: 'integer', minimum: 0 },
    },
  },
  ohlc_revisions: {
    group: 'market',
    key: ['instrument', 'timestamp', 'revision'],
    time: 'timestamp',
    columns: {
      instrument: { kind: 'text' },
      timestamp: { kind: 'instant' },
      revision: { kind: 'integer', minimum: 0 },
      open: { kind: 'price' },
      high: { kind: 'price' },
      low: { kind: 'price' },
      close: { kind: 'price' },
      volume: { kind: 'integer', minimum: 0 },
      seen_at: { kind: 'instant', bookkeeping: true },
    },
  },
  ohlc_suspects: {
    group: 'market',
    key: ['instrument', 'timestamp'],
    time: 'timestamp',
    columns: {
      instrument: { kind: 'text' },
      timestamp: { kind: 'instant' },
      open: { kind: 'price' },
      high: { kind: 'price' },
      low: { kind: 'price' },
      close: { kind: 'price' },
      volume: { kind: 'integer', minimum: 0 },
      reason: { kind: 'text' },
      first_seen_at: { kind: 'instant', bookkeeping: true },
      times_seen: { kind: 'integer', minimum: 1, bookkeeping: true },
      admitted_at: { kind: 'instant', nullable: true },
    },
  },
  ohlc_history: {
    group: 'market',
    key: ['instrument', 'interval', 'timestamp'],
    time: 'timestamp',
    columns: {
      instrument: { kind: 'text' },
      interval: {
        kind: 'text',
        values: ['1s', '5s', '10s', '15s', '30s', '1m', '2m', '3m', '5m', '10m', '15m', '30m', '1h'],
      },
      timestamp: { kind: 'instant' },
      open: { kind: 'price' },
      high: { kind: 'price' },
      low: { kind: 'price' },
      close: { kind: 'price' },
      volume: { kind: 'integer', minimum: 0 },
      source: { kind: 'text' },
    },
  },
  missing_minutes: {
    group: 'market',
    key: ['instrument', 'timestamp'],
    time: 'timestamp',
    columns: {
      instrument: { kind: 'text' },
      timestamp: { kind: 'instant' },
      state: { kind: 'text', values: ['not_fetched', 'absent_at_source'] },
      times_asked: { kind: 'integer', minimum: 0, bookkeeping: true },
      first_asked_at: { kind: 'instant', nullable: true, bookkeeping: true },
      last_asked_at: { kind: 'instant', nullable: true, bookkeeping: true },
      healed_at: { kind: 'instant', nullable: true },
    },
  },
  reference_levels: {
    group: 'feature',
    key: ['instrument', 'level_type', 'period_start'],
    time: 'period_start',
    columns: {
      instrument: { kind: 'text' },
      level_type: {
        kind: 'text',
        values: [
          'MONTHLY_OPEN',
          'WEEKLY_OPEN',
          'WEEK_SESSION_OPEN',
          'SESSION_OPEN',
          '4H_OPEN',
          '1H_OPEN',
          'DAILY_OPEN',
          'MIDNIGHT_OPEN',
          'NY_OPEN',
          'ASIAN_HIGH',
          'ASIAN_LOW',
          'LONDON_HIGH',
          'LONDON_LOW',
          'NY_AM_HIGH',
          'NY_AM_LOW',
          'NY_PM_HIGH',
          'NY_PM_LOW',
          'PREV_DAY_HIGH',
          'PREV_DAY_LOW',
          'PREV_WEEK_HIGH',
          'PREV_WEEK_LOW',
        ],
      },
      period_start: { kind: 'instant' },
      price: { kind: 'price', lifecycle: true },
      period_end: { kind: 'instant' },
      complete: { kind: 'boolean', lifecycle: true },
      timestamp: { kind: 'instant', lifecycle: true },
      confirmed_at: { kind: 'instant', nullable: true, lifecycle: true },
      history_version: { kind: 'integer', minimum: 0 },
      as_of_version: { kind: 'integer', minimum: 0, bookkeeping: true },
      as_of: { kind: 'instant', bookkeeping: true },
    },
  },
  fibonacci_pivots: {
    group: 'feature',
    key: ['instrument', 'period', 'period_start', 'level'],
    time: 'period_start',
    columns: {
      instrument: { kind: 'text' },
      period: { kind: 'text', values: ['DAILY', 'WEEKLY'] },
      period_start: { kind: 'instant' },
      level: { kind: 'text', values: ['PP', 'R1', 'R2', 'R3', 'S1', 'S2', 'S3'] },
      price: { kind: 'price' },
      timestamp: { kind: 'instant', lifecycle: true },
      confirmed_at: { kind: 'instant' },
      history_version: { kind: 'integer', minimum: 0 },
      as_of_version: { kind: 'integer', minimum: 0, bookkeeping: true },
      as_of: { kind: 'instant', bookkeeping: true },
    },
  },
  liquidity_events: {
    group: 'feature',
    key: ['instrument', 'level_type', 'period_start', 'timestamp', 'quality'],
    time: 'timestamp',
    columns: {
      instrument: { kind: 'text' },
      level_type: {
        kind: 'text',
        values: [
          'ASIAN_HIGH',
          'ASIAN_LOW',
          'LONDON_HIGH',
          'LONDON_LOW',
          'NY_AM_HIGH',
          'NY_AM_LOW',
          'NY_PM_HIGH',
          'NY_PM_LOW',
          'PREV_DAY_HIGH',
          'PREV_DAY_LOW',
          'PREV_WEEK_HIGH',
          'PREV_WEEK_LOW',
          'EQUAL_HIGH',
          'EQUAL_LOW',
        ],
      },
      period_start: { kind: 'instant' },
      timestamp: { kind: 'instant' },
      quality: { kind: 'text', values: ['CLEAN_SWEEP', 'WICK', 'RUN', 'NEAR_MISS'] },
      event_type: {
        kind: 'text',
        values: ['ASIA_RANGE', 'PREV_DAY_HL', 'PREV_WEEK_HL', 'EQUAL_HL', 'SESSION_HL'],
      },
      direction: { kind: 'text', values: ['BULLISH', 'BEARISH'] },
      level_price: { kind: 'price' },
      sweep_price: { kind: 'price' },
      quality_score: { kind: 'number' },
      reclaimed_at: { kind: 'instant', nullable: true, lifecycle: true },
      hold_minutes: { kind: 'integer', minimum: 0, lifecycle: true },
      hold_confirmed: { kind: 'boolean', lifecycle: true },
      hold_bonus: { kind: 'number', lifecycle: true },
      event_weight: { kind: 'number' },
      confirmed_at: { kind: 'instant' },
      history_version: { kind: 'integer', minimum: 0 },
      as_of_version: { kind: 'integer', minimum: 0, bookkeeping: true },
      as_of: { kind: 'instant', bookkeeping: true },
    },
  },
  fvg: {
    group: 'feature',
    key: ['instrument', 'timeframe', 'timestamp', 'fvg_type'],
    time: 'timestamp',
    columns: {
      instrument: { kind: 'text' },
      timeframe: { kind: 'text', values: ['1m', '5m', '15m', '1H', '4H'] },
      timestamp: { kind: 'instant' },
      fvg_type: { kind: 'text', values: ['BULLISH', 'BEARISH'] },
      gap_top: { kind: 'price' },
      gap_bottom: { kind: 'price' },
      gap_size: { kind: 'price' },
      filled: { kind: 'boolean', lifecycle: true },
      touched_at: { kind: 'instant', nullable: true, lifecycle: true },
      half_filled_at: { kind: 'instant', nullable: true, lifecycle: true },
      fill_timestamp: { kind: 'instant', nullable: true, lifecycle: true },
      fill_fraction: { kind: 'number', minimum: 0, maximum: 1, lifecycle: true },
      inverted_at: { kind: 'instant', nullable: true, lifecycle: true },
      confirmed_at: { kind: 'instant' },
      history_version: { kind: 'integer', minimum: 0 },
      as_of_version: { kind: 'integer', minimum: 0, bookkeeping: true },
      as_of: { kind: 'instant', bookkeeping: true },
    },
  },
  hourly_blocks: {
    group: 'feature',
    key: ['instrument', 'hour_start', 'block_number'],
    time: 'hour_start',
    columns: {
      instrument: { kind: 'text' },
      hour_start: { kind: 'instant' },
      block_number: { kind: 'integer', minimum: 1, maximum: 7 },
      timestamp: { kind: 'instant' },
      open: { kind: 'price', lifecycle: true },
      high: { kind: 'price', lifecycle: true },
      low: { kind: 'price', lifecycle: true },
      close: { kind: 'price', lifecycle: true },
      volume: { kind: 'integer', minimum: 0, lifecycle: true },
      deviation_from_hour_open: { kind: 'price', lifecycle: true },
      bias: { kind: 'text', values: ['BULLISH', 'BEARISH', 'NEUTRAL'], lifecycle: true },
      volatility_score: { kind: 'price', lifecycle: true },
      complete: { kind: 'boolean', lifecycle: true },
      confirmed_at: { kind: 'instant', nullable: true, lifecycle: true },
      history_version: { kind: 'integer', minimum: 0 },
      as_of_version: { kind: 'integer', minimum: 0, bookkeeping: true },
      as_of: { kind: 'instant', bookkeeping: true },
    },
  },
  market_structure: {
    group: 'feature',
    key: ['instrument', 'timeframe', 'timestamp', 'break_type', 'direction'],
    time: 'timestamp',
    columns: {
      instrument: { kind: 'text' },
      timeframe: { kind: 'text', values: ['1m', '5m', '15m', '1H', '4H'] },
      timestamp: { kind: 'instant' },
      break_type: { kind: 'text', values: ['BOS', 'CHOCH'] },
      direction: { kind: 'text', values: ['BULLISH', 'BEARISH'] },
      level: { kind: 'price' },
      swing_timestamp: { kind: 'instant' },
      displacement: { kind: 'price' },
      displacement_speed: { kind: 'number' },
      displacement_quality: { kind: 'text', values: ['STRONG', 'MODERATE', 'WEAK'] },
      break_weight: { kind: 'number' },
      confirmed_at: { kind: 'instant' },
      history_version: { kind: 'integer', minimum: 0 },
      as_of_version: { kind: 'integer', minimum: 0, bookkeeping: true },
      as_of: { kind: 'instant', bookkeeping: true },
    },
  },
  feature_revisions: {
    group: 'record',
    key: ['id'],
    time: 'replaced_at',
    columns: {
      id: { kind: 'uuid' },
      instrument: { kind: 'text' },
      table_name: { kind: 'text' },
      row_key: { kind: 'text' },
      old_row: { kind: 'json' },
      history_version: { kind: 'integer', minimum: 0 },
      replaced_at: { kind: 'instant' },
    },
  },
  collection_cycles: {
    group: 'record',
    key: ['id'],
    time: 'started_at',
    columns: {
      id: { kind: 'uuid' },
      instrument: { kind: 'text' },
      cycle: { kind: 'integer', minimum: 0 },
      started_at: { kind: 'instant' },
      finished_at: { kind: 'instant' },
      duration_ms: { kind: 'number', minimum: 0 },
      waiting_ms: { kind: 'number', minimum: 0 },
      status: { kind: 'text', values: ['success', 'partial', 'failed', 'idle'] },
      failed_step: { kind: 'text', nullable: true },
      error_category: {
        kind: 'text',
        values: ['network', 'database', 'data', 'calculation', 'system'],
        nullable: true,
      },
      bars_fetched: { kind: 'integer', minimum: 0 },
      bars_new: { kind: 'integer', minimum: 0 },
      rows_written: { kind: 'integer', minimum: 0 },
      step_ms: { kind: 'json' },
      host: { kind: 'text' },
      version: { kind: 'text' },
      measures: { kind: 'json', nullable: true },
    },
  },
  error_log: {
    group: 'record',
    key: ['id'],
    time: 'timestamp',
    columns: {
      id: { kind: 'uuid' },
      timestamp: { kind: 'instant' },
      component: { kind: 'text' },
      operation: { kind: 'text' },
      error_message: { kind: 'text' },
      severity: { kind: 'text', values: ['info', 'warning', 'error', 'critical'] },
      error_category: { kind: 'text', values: ['network', 'database', 'data', 'calculation', 'system'] },
      instrument: { kind: 'text', nullable: true },
      cycle: { kind: 'integer', minimum: 0, nullable: true },
      details: { kind: 'json', nullable: true },
    },
  },
  instrument_state: {
    group: 'record',
    key: ['instrument'],
    columns: {
      instrument: { kind: 'text' },
      history_version: { kind: 'integer', minimum: 0 },
    },
  },
  schema_migrations: {
    group: 'record',
    key: ['version'],
    time: 'applied_at',
    columns: {
      version: { kind: 'integer', minimum: 1 },
      applied_at: { kind: 'instant' },
      checksum: { kind: 'text' },
    },
  },
} as const

/** The name of a table. */
export type TableName = keyof typeof TABLES

/** The name of a table that the calculators fill. */
export type FeatureTableName = {
  [T in TableName]: (typeof TABLES)[T]['group'] extends 'feature' ? T : never
}[TableName]

/** The name of a table of bars and what is known about them. */
export type MarketTableName = {
  [T in TableName]: (typeof TABLES)[T]['group'] extends 'market' ? T : never
}[TableName]

/**
 * All tables, in the order of the documentation.
 *
 * @example
 * ```ts
 * TABLE_NAMES.slice(0, 2) // => ['ohlc_data', 'ohlc_revisions']
 * ```
 */
export const TABLE_NAMES: readonly TableName[] = Object.keys(TABLES) as TableName[]

/**
 * Whether a text names a table.
 *
 * @example
 * ```ts
 * isTableName('fvg') // => true
 * isTableName('sqlite_schema') // => false
 * ```
 */
export function isTableName(text: string): text is TableName {
  return Object.hasOwn(TABLES, text)
}

/**
 * The description of a table in its general type, for code that treats all tables alike.
 *
 * @example
 * ```ts
 * Object.keys(tableOf('instrument_state').columns) // => ['instrument', 'history_version']
 * ```
 */
export function tableOf(name: TableName): TableDescription {
  return TABLES[name]
}

/**
 * The columns that two stores with the same content agree on: all but bookkeeping.
 *
 * @example
 * ```ts
 * comparableColumns('ohlc_revisions').includes('seen_at') // => false
 * ```
 */
export function comparableColumns(name: TableName): readonly string[] {
  return Object.entries(tableOf(name).columns)
    .filter(([, column]) => column.bookkeeping !== true)
    .map(([column]) => column)
}
