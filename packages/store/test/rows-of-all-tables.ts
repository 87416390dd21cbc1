import type { Fields } from '../src/internal/row-check.ts'
import type { TableName } from '../src/tables.ts'
import { barAt, cycleRow, errorRow, FEATURES, NQ, T0 } from '../src/testing/samples.ts'

const { time: timestamp, ...prices } = barAt(0)
const place = { instrument: NQ, history_version: 0, as_of_version: 0, as_of: T0 }

/** A row of each table that fits it. */
export const ROWS: Readonly<Record<TableName, Fields>> = {
  reference_levels: { ...FEATURES.reference_levels, ...place },
  fibonacci_pivots: { ...FEATURES.fibonacci_pivots, ...place },
  liquidity_events: { ...FEATURES.liquidity_events, ...place },
  fvg: { ...FEATURES.fvg, ...place },
  hourly_blocks: { ...FEATURES.hourly_blocks, ...place },
  market_structure: { ...FEATURES.market_structure, ...place },
  ohlc_data: { instrument: NQ, timestamp, ...prices, source: 'test', ingested_at: T0, revision: 0 },
  ohlc_revisions: { instrument: NQ, timestamp, ...prices, revision: 0, seen_at: T0 },
  ohlc_suspects: { instrument: NQ, timestamp, ...prices, reason: 'far', first_seen_at: T0, times_seen: 1 },
  ohlc_history: { instrument: NQ, interval: '5m', timestamp, ...prices, source: 'test' },
  missing_minutes: { instrument: NQ, timestamp, state: 'not_fetched', times_asked: 0 },
  feature_revisions: {
    id: errorRow().id,
    instrument: NQ,
    table_name: 'fvg',
    row_key: '{}',
    old_row: {},
    history_version: 1,
    replaced_at: T0,
  },
  collection_cycles: cycleRow(),
  error_log: errorRow(),
  instrument_state: { instrument: NQ, history_version: 1 },
  schema_migrations: { version: 99, applied_at: T0, checksum: 'x' },
}
