import { type Bar, BarSeriesBuilder } from '@openpredict/market'

import { barRow, checkedBars, isEqualBar, revisionRow } from '../internal/bar-rows.ts'
import type { Fields } from '../internal/row-check.ts'
import type { BarOrigin, PutBarsResult, StoredBar } from '../store.ts'
import { millisecondsSql } from './dialect.ts'
import type { PgStatement } from './pg-types.ts'
import { barsAt } from './reads.ts'
import { BATCH, encodeColumns, encodeKeys } from './row-codec.ts'
import type { Session } from './session.ts'
import { isSent, putSql, sentSql } from './statements.ts'

const PUT = putSql('ohlc_data')
const INSERT = `${PUT} RETURNING ${millisecondsSql('timestamp')}`
const KEEP = putSql('ohlc_revisions')
const REVISE = `UPDATE ohlc_data
  SET open = sent.open, high = sent.high, low = sent.low, close = sent.close, volume = sent.volume,
    source = sent.source, ingested_at = sent.ingested_at, revision = ohlc_data.revision + 1
  FROM ${sentSql('ohlc_data')} WHERE ${isSent('ohlc_data')}`

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
  for await (const [{ batch }, { rows }] of session.answers(insertions(instrument, bars, origin))) {
    const fresh = new Set(rows.map(([time]) => Number(time)))
    const others = batch.filter((bar) => !fresh.has(bar.time))
    const stored = others.length === 0 ? new Map<number, StoredBar>() : await storedOf(session, instrument, others)
    for (const bar of batch) {
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
  const rowsOf = (batch: readonly Bar[]): readonly Fields[] => batch.map((bar) => barRow(instrument, bar, origin))
  for (const batch of barBatches(checkedBars(instrument, bars, origin))) {
    const stored = await storedOf(session, instrument, batch)
    const fresh = batch.filter((bar) => !stored.has(bar.time))
    const changed = batch.filter((bar) => {
      const known = stored.get(bar.time)
      return known !== undefined && !isEqualBar(known, bar)
    })
    if (fresh.length > 0) await session.run(PUT, encodeColumns('ohlc_data', rowsOf(fresh)))
    if (changed.length === 0) continue
    const old = changed.flatMap(({ time }) => stored.get(time) ?? []).map((bar) => revisionRow(instrument, bar))
    await session.run(KEEP, encodeColumns('ohlc_revisions', old))
    revised += await session.run(REVISE, encodeColumns('ohlc_data', rowsOf(changed)))
  }
  return revised
}

/** The statements that insert bars, each made when it is its turn. */
function* insertions(
  instrument: string,
  bars: Iterable<Bar>,
  origin: BarOrigin,
): Generator<PgStatement & { readonly batch: readonly Bar[] }> {
  for (const batch of barBatches(checkedBars(instrument, bars, origin))) {
    const rows = batch.map((bar) => barRow(instrument, bar, origin))
    yield { sql: INSERT, values: encodeColumns('ohlc_data', rows), batch }
  }
}

/** Bars that ascend in batches, none with two of one minute: see `batchesOf`. */
function* barBatches(bars: readonly Bar[]): Generator<readonly Bar[]> {
  let start = 0
  for (let end = 1; end <= bars.length; end++) {
    if (end < bars.length && end - start < BATCH && bars[end]?.time !== bars[end - 1]?.time) continue
    yield bars.slice(start, end)
    start = end
  }
}

function storedOf(
  session: Session,
  instrument: string,
  batch: readonly Bar[],
): Promise<ReadonlyMap<number, StoredBar>> {
  const keys = batch.map(({ time: timestamp }) => ({ instrument, timestamp }))
  return barsAt(session, encodeKeys('ohlc_data', keys))
}
