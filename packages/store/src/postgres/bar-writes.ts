import { type Bar, BarSeriesBuilder } from '@openpredict/market'

import { barRow, checkedBars, isEqualBar, revisionRow } from '../internal/bar-rows.ts'
import type { Fields } from '../internal/row-check.ts'
import type { BarOrigin, PutBarsResult, StoredBar } from '../store.ts'
import { millisecondsSql } from './dialect.ts'
import { barsAt } from './reads.ts'
import { batchesOf, encodeColumns, encodeKeys } from './row-codec.ts'
import type { Session } from './session.ts'
import { isSent, putSql, sentSql } from './statements.ts'

const PUT = putSql('ohlc_data')
const INSERT = `${PUT} RETURNING ${millisecondsSql('timestamp')}`
const KEEP = putSql('ohlc_revisions')
const REVISE = `UPDATE ohlc_data
  SET open = sent.open, high = sent.high, low = sent.low, close = sent.close, volume = sent.volume,
    source = sent.source, ingested_at = sent.ingested_at, revision = ohlc_data.revision + 1
  FROM ${sentSql('ohlc_data')} WHERE ${isSent('ohlc_data')}`

/** A bar with the row that it makes. */
interface BarWithRow {
  readonly bar: Bar
  readonly row: Fields
}

/** Inserts bars that are not there; see `StoreTransaction.putBars`. */
export async function putBars(
  session: Session,
  instrument: string,
  bars: Iterable<Bar>,
  origin: BarOrigin,
): Promise<PutBarsResult> {
  const inserted = new BarSeriesBuilder()
  const differing: { stored: StoredBar; found: Bar }[] = []
  let unchanged = 0
  for (const batch of barBatches(instrument, bars, origin)) {
    const { rows } = await session.query(INSERT, encodeColumns('ohlc_data', rowsOf(batch)))
    const fresh = new Set(rows.map(([time]) => Number(time)))
    const others = batch.filter(({ bar }) => !fresh.has(bar.time))
    const stored = others.length === 0 ? new Map<number, StoredBar>() : await storedOf(session, others)
    for (const { bar } of batch) {
      const known = stored.get(bar.time)
      if (fresh.has(bar.time)) inserted.push(bar)
      else if (known === undefined || isEqualBar(known, bar)) unchanged++
      else differing.push({ stored: known, found: bar })
    }
  }
  return { inserted: inserted.build(), unchanged, differing }
}

/** Replaces bars and keeps the old ones; see `StoreTransaction.reviseBars`. */
export async function reviseBars(
  session: Session,
  instrument: string,
  bars: Iterable<Bar>,
  origin: BarOrigin,
): Promise<number> {
  let revised = 0
  for (const batch of barBatches(instrument, bars, origin)) {
    const stored = await storedOf(session, batch)
    const fresh = batch.filter(({ bar }) => !stored.has(bar.time))
    const changed = batch.filter(({ bar }) => {
      const known = stored.get(bar.time)
      return known !== undefined && !isEqualBar(known, bar)
    })
    if (fresh.length > 0) await session.run(PUT, encodeColumns('ohlc_data', rowsOf(fresh)))
    if (changed.length === 0) continue
    const old = changed.flatMap(({ bar }) => stored.get(bar.time) ?? []).map((bar) => revisionRow(instrument, bar))
    await session.run(KEEP, encodeColumns('ohlc_revisions', old))
    revised += await session.run(REVISE, encodeColumns('ohlc_data', rowsOf(changed)))
  }
  return revised
}

/** Checked bars in batches, ascending, none with two of one minute. */
function* barBatches(instrument: string, bars: Iterable<Bar>, origin: BarOrigin): Generator<readonly BarWithRow[]> {
  const pairs = checkedBars(instrument, bars, origin).map((bar) => {
    const row = barRow(instrument, bar, origin)
    return { ...row, bar, row }
  })
  yield* batchesOf('ohlc_data', pairs)
}

function storedOf(session: Session, batch: readonly BarWithRow[]): Promise<ReadonlyMap<number, StoredBar>> {
  return barsAt(session, encodeKeys('ohlc_data', rowsOf(batch)))
}

function rowsOf(batch: readonly BarWithRow[]): readonly Fields[] {
  return batch.map(({ row }) => row)
}
