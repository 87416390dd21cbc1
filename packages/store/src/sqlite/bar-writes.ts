import { type Bar, BarSeriesBuilder } from '@openpredict/market'

import { barRow, checkedBars, isEqualBar, revisionRow } from '../internal/bar-rows.ts'
import type { BarOrigin, PutBarsResult, StoredBar } from '../store.ts'
import type { Connection } from './connection.ts'
import { storedBar } from './reads.ts'
import { encodeRow } from './row-codec.ts'
import { putSql } from './statements.ts'

const INSERT = putSql('ohlc_data')
const KEEP = putSql('ohlc_revisions')
const REVISE = `UPDATE ohlc_data
  SET open = ?, high = ?, low = ?, close = ?, volume = ?, source = ?, ingested_at = ?, revision = revision + 1
  WHERE instrument = ? AND timestamp = ?`

/** Inserts bars that are not there; see `StoreTransaction.putBars`. */
export function putBars(
  connection: Connection,
  instrument: string,
  bars: Iterable<Bar>,
  origin: BarOrigin,
): PutBarsResult {
  const inserted = new BarSeriesBuilder()
  const differing: { stored: StoredBar; found: Bar }[] = []
  let unchanged = 0
  for (const bar of checkedBars(instrument, bars, origin)) {
    if (connection.run(INSERT, encodeRow('ohlc_data', barRow(instrument, bar, origin))) === 1) {
      inserted.push(bar)
      continue
    }
    const stored = storedBar(connection, instrument, bar.time)
    if (stored === undefined || isEqualBar(stored, bar)) unchanged++
    else differing.push({ stored, found: bar })
  }
  return { inserted: inserted.build(), unchanged, differing }
}

/** Replaces bars and keeps the old ones; see `StoreTransaction.reviseBars`. */
export function reviseBars(connection: Connection, instrument: string, bars: Iterable<Bar>, origin: BarOrigin): number {
  let revised = 0
  for (const bar of checkedBars(instrument, bars, origin)) {
    const stored = storedBar(connection, instrument, bar.time)
    if (stored === undefined) {
      connection.run(INSERT, encodeRow('ohlc_data', barRow(instrument, bar, origin)))
      continue
    }
    if (isEqualBar(stored, bar)) continue
    connection.run(KEEP, encodeRow('ohlc_revisions', revisionRow(instrument, stored)))
    const { time, open, high, low, close, volume } = bar
    connection.run(REVISE, [open, high, low, close, volume, origin.source, origin.ingestedAt, instrument, time])
    revised++
  }
  return revised
}
