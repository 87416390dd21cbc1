import type { Bar, BarSeries, Interval } from '@openpredict/market'

import { historyRows } from '../internal/bar-rows.ts'
import { endedTransaction } from '../internal/refusals.ts'
import { checkRow, type Fields } from '../internal/row-check.ts'
import type { FeatureRow, Row, WithoutInstrument } from '../rows.ts'
import type {
  BarOrigin,
  BarQuery,
  PutBarsResult,
  ReplaceRowsResult,
  RowQuery,
  StoredBar,
  StoreTransaction,
  WriteOrder,
} from '../store.ts'
import type { FeatureTableName, TableName } from '../tables.ts'
import { putBars, reviseBars } from './bar-writes.ts'
import { instantSql } from './dialect.ts'
import { putRows, replaceRows } from './feature-writes.ts'
import { HistoryVersions } from './history-versions.ts'
import { countRows, endBar, lastCycle, readBars, readRows } from './reads.ts'
import { batchesOf, encodeColumns, encodeKeys } from './row-codec.ts'
import type { Session } from './session.ts'
import { isSent, putSql, sentSql } from './statements.ts'

const HEAL = `UPDATE missing_minutes SET healed_at = ${instantSql('$3::bigint')}
  FROM ${sentSql('missing_minutes', ['instrument', 'timestamp'])}
  WHERE ${isSent('missing_minutes')} AND missing_minutes.healed_at IS NULL`
/** What a healed minute is checked as, beside its time. */
const HEALED = { state: 'not_fetched', times_asked: 0 }
const PUT = {
  ohlc_history: putSql('ohlc_history'),
  ohlc_suspects: putSql('ohlc_suspects'),
  missing_minutes: putSql('missing_minutes'),
  collection_cycles: putSql('collection_cycles'),
  error_log: putSql('error_log'),
}

/** One open transaction on a connection. The store begins, commits and rolls back; this writes and reads. */
export class PostgresTransaction implements StoreTransaction {
  readonly #session: Session
  readonly #versions: HistoryVersions
  #ended = false

  constructor(session: Session) {
    this.#session = session
    this.#versions = new HistoryVersions(session)
  }

  /** Refuses everything from now on. */
  end(): void {
    this.#ended = true
  }

  async readBars(query: BarQuery): Promise<BarSeries> {
    return await readBars(this.#open(), query)
  }

  async readRows<T extends TableName>(table: T, query?: RowQuery): Promise<readonly Row<T>[]> {
    return await readRows(this.#open(), table, query)
  }

  async countRows(table: TableName, instrument?: string): Promise<number> {
    return await countRows(this.#open(), table, instrument)
  }

  async newestBar(instrument: string): Promise<StoredBar | undefined> {
    return await endBar(this.#open(), instrument, 'newest')
  }

  async oldestBar(instrument: string): Promise<StoredBar | undefined> {
    return await endBar(this.#open(), instrument, 'oldest')
  }

  async historyVersion(instrument: string): Promise<number> {
    this.#open()
    return await this.#versions.of(instrument)
  }

  async lastCycle(instrument: string): Promise<number> {
    return await lastCycle(this.#open(), instrument)
  }

  async putBars(instrument: string, bars: Iterable<Bar>, origin: BarOrigin): Promise<PutBarsResult> {
    return await putBars(this.#open(), instrument, bars, origin)
  }

  async reviseBars(instrument: string, bars: Iterable<Bar>, origin: BarOrigin): Promise<number> {
    return await reviseBars(this.#open(), instrument, bars, origin)
  }

  async putHistoryBars(
    instrument: string,
    interval: Interval,
    bars: Iterable<Bar>,
    { source }: { readonly source: string },
  ): Promise<number> {
    return await this.#put('ohlc_history', historyRows(bars, { instrument, interval, source }))
  }

  async putRows<T extends FeatureTableName>(
    table: T,
    instrument: string,
    rows: Iterable<FeatureRow<T>>,
    order: WriteOrder,
  ): Promise<number> {
    return await putRows(this.#open(), table, instrument, rows, order, this.#versions)
  }

  async replaceRows<T extends FeatureTableName>(
    table: T,
    instrument: string,
    rows: Iterable<FeatureRow<T>>,
    order: WriteOrder & { readonly replacedAt: number },
  ): Promise<ReplaceRowsResult> {
    return await replaceRows(this.#open(), table, instrument, rows, order, this.#versions)
  }

  async raiseHistoryVersion(instrument: string): Promise<number> {
    this.#open()
    return await this.#versions.raise(instrument)
  }

  async putCycle(cycle: Row<'collection_cycles'>): Promise<void> {
    await this.#put('collection_cycles', [cycle])
  }

  async putError(error: Row<'error_log'>): Promise<void> {
    await this.#put('error_log', [error])
  }

  async putSuspects(instrument: string, suspects: Iterable<WithoutInstrument<'ohlc_suspects'>>): Promise<number> {
    return await this.#put('ohlc_suspects', withInstrument(suspects, instrument))
  }

  async putMissingMinutes(
    instrument: string,
    minutes: Iterable<WithoutInstrument<'missing_minutes'>>,
  ): Promise<number> {
    return await this.#put('missing_minutes', withInstrument(minutes, instrument))
  }

  async markHealed(instrument: string, minutes: Iterable<number>, healedAt: number): Promise<number> {
    const session = this.#open()
    const rows = Array.from(minutes, (timestamp) => ({ ...HEALED, instrument, timestamp, healed_at: healedAt }))
    for (const row of rows) checkRow('missing_minutes', row)
    let healed = 0
    for (const batch of batchesOf('missing_minutes', rows)) {
      healed += await session.run(HEAL, [...encodeKeys('missing_minutes', batch), healedAt])
    }
    return healed
  }

  /** Checks all rows, then writes them; says how many were inserted or changed. */
  async #put(table: keyof typeof PUT, rows: readonly Fields[]): Promise<number> {
    const session = this.#open()
    for (const row of rows) checkRow(table, row)
    let changed = 0
    for (const batch of batchesOf(table, rows)) changed += await session.run(PUT[table], encodeColumns(table, batch))
    return changed
  }

  #open(): Session {
    if (this.#ended) throw endedTransaction()
    return this.#session
  }
}

function withInstrument(rows: Iterable<object>, instrument: string): readonly Fields[] {
  return Array.from(rows, (row) => ({ ...row, instrument }))
}
