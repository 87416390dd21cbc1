import { type Bar, BarSeriesBuilder } from '@openpredict/market'

import { checkRow, type Fields } from '../internal/row-check.ts'
import type { BarOrigin, PutBarsResult, StoredBar } from '../store.ts'
import type { Connection } from './connection.ts'
import { storedBar } from './reads.ts'
import { encodeRow } from './row-codec.ts'
import { insertSql } from './statements.ts'

const INSERT = insertSql('ohlc_data', 'DO NOTHING')
const KEEP = insertSql('ohlc_revisions', 'DO NOTHING')
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
  for (const bar of checked(instrument, bars, origin)) {
    if (connection.run(INSERT, encodeRow('ohlc_data', rowOf(instrument, bar, origin))) === 1) {
      inserted.push(bar)
      continue
    }
    const stored = storedBar(connection, instrument, bar.time)
    if (stored === undefined || isEqual(stored, bar)) unchanged++
    else differing.push({ stored, found: bar })
  }
  return { inserted: inserted.build(), unchanged, differing }
}

/** Replaces bars and keeps the old ones; see `StoreTransaction.reviseBars`. */
export function reviseBars(connection: Connection, instrument: string, bars: Iterable<Bar>, origin: BarOrigin): number {
  let revised = 0
  for (const bar of checked(instrument, bars, origin)) {
    const stored = storedBar(connection, instrument, bar.time)
    if (stored === undefined) {
      connection.run(INSERT, encodeRow('ohlc_data', rowOf(instrument, bar, origin)))
      continue
    }
    if (isEqual(stored, bar)) continue
    connection.run(
      KEEP,
      encodeRow('ohlc_revisions', { ...rowOf(instrument, stored, stored), seen_at: stored.ingestedAt }),
    )
    const { time, open, high, low, close, volume } = bar
    connection.run(REVISE, [open, high, low, close, volume, origin.source, origin.ingestedAt, instrument, time])
    revised++
  }
  return revised
}

/** The bars in ascending order, after every one of them was found storable. */
function checked(instrument: string, bars: Iterable<Bar>, origin: BarOrigin): readonly Bar[] {
  const list = Array.from(bars)
  for (const bar of list) checkRow('ohlc_data', rowOf(instrument, bar, origin))
  return list.toSorted((a, b) => a.time - b.time)
}

function rowOf(instrument: string, bar: Bar, { source, ingestedAt }: BarOrigin): Fields {
  const { time, open, high, low, close, volume } = bar
  const { revision = 0 } = bar as Partial<StoredBar>
  return { instrument, timestamp: time, open, high, low, close, volume, source, ingested_at: ingestedAt, revision }
}

function isEqual(a: Bar, b: Bar): boolean {
  return a.open === b.open && a.high === b.high && a.low === b.low && a.close === b.close && a.volume === b.volume
}
