import type { Bar, BarSeries, Interval } from '@openpredict/market'

import { historyRows } from '../internal/bar-rows.ts'
import { endedTransaction, rolledBack } from '../internal/refusals.ts'
import { checkRow, type Fields } from '../internal/row-check.ts'
import { raiseSql } from '../internal/statements.ts'
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
import type { Connection } from './connection.ts'
import { putRows, replaceRows } from './feature-writes.ts'
import { countRows, historyVersion, lastCycle, readBars, readRows, storedBar } from './reads.ts'
import { encodeRow } from './row-codec.ts'
import { putSql } from './statements.ts'

const HEAL = 'UPDATE missing_minutes SET healed_at = ? WHERE instrument = ? AND timestamp = ? AND healed_at IS NULL'
/** What a healed minute is checked as, beside its time. */
const HEALED = { state: 'not_fetched', times_asked: 0 }
const RAISE = raiseSql('?')
/** Made once: what makes statements is slower than what runs them. */
const PUT = {
  ohlc_history: putSql('ohlc_history'),
  ohlc_suspects: putSql('ohlc_suspects'),
  missing_minutes: putSql('missing_minutes'),
  collection_cycles: putSql('collection_cycles'),
  error_log: putSql('error_log'),
}

/** One open transaction on a connection. The store begins, commits and rolls back; this writes and reads. */
export class SqliteTransaction implements StoreTransaction {
  readonly #connection: Connection
  #ended = false

  constructor(connection: Connection) {
    this.#connection = connection
  }

  /** Refuses everything from now on. */
  end(): void {
    this.#ended = true
  }

  async readBars(query: BarQuery): Promise<BarSeries> {
    return readBars(this.#open(), query)
  }

  async readRows<T extends TableName>(table: T, query?: RowQuery): Promise<readonly Row<T>[]> {
    return readRows(this.#open(), table, query)
  }

  async countRows(table: TableName, instrument?: string): Promise<number> {
    return countRows(this.#open(), table, instrument)
  }

  async newestBar(instrument: string): Promise<StoredBar | undefined> {
    return storedBar(this.#open(), instrument, 'newest')
  }

  async oldestBar(instrument: string): Promise<StoredBar | undefined> {
    return storedBar(this.#open(), instrument, 'oldest')
  }

  async historyVersion(instrument: string): Promise<number> {
    return historyVersion(this.#open(), instrument)
  }

  async lastCycle(instrument: string): Promise<number> {
    return lastCycle(this.#open(), instrument)
  }

  async putBars(instrument: string, bars: Iterable<Bar>, origin: BarOrigin): Promise<PutBarsResult> {
    return putBars(this.#open(), instrument, bars, origin)
  }

  async reviseBars(instrument: string, bars: Iterable<Bar>, origin: BarOrigin): Promise<number> {
    return reviseBars(this.#open(), instrument, bars, origin)
  }

  async putHistoryBars(
    instrument: string,
    interval: Interval,
    bars: Iterable<Bar>,
    { source }: { readonly source: string },
  ): Promise<number> {
    return this.#put('ohlc_history', historyRows(bars, { instrument, interval, source }))
  }

  async putRows<T extends FeatureTableName>(
    table: T,
    instrument: string,
    rows: Iterable<FeatureRow<T>>,
    order: WriteOrder,
  ): Promise<number> {
    return putRows(this.#open(), table, instrument, rows, order)
  }

  async replaceRows<T extends FeatureTableName>(
    table: T,
    instrument: string,
    rows: Iterable<FeatureRow<T>>,
    order: WriteOrder & { readonly replacedAt: number },
  ): Promise<ReplaceRowsResult> {
    return replaceRows(this.#open(), table, instrument, rows, order)
  }

  async raiseHistoryVersion(instrument: string): Promise<number> {
    checkRow('instrument_state', { instrument, history_version: 1 })
    this.#open().run(RAISE, [instrument])
    return historyVersion(this.#connection, instrument)
  }

  async putCycle(cycle: Row<'collection_cycles'>): Promise<void> {
    this.#put('collection_cycles', [cycle])
  }

  async putError(error: Row<'error_log'>): Promise<void> {
    this.#put('error_log', [error])
  }

  async putSuspects(instrument: string, suspects: Iterable<WithoutInstrument<'ohlc_suspects'>>): Promise<number> {
    return this.#put('ohlc_suspects', withInstrument(suspects, instrument))
  }

  async putMissingMinutes(
    instrument: string,
    minutes: Iterable<WithoutInstrument<'missing_minutes'>>,
  ): Promise<number> {
    return this.#put('missing_minutes', withInstrument(minutes, instrument))
  }

  async markHealed(instrument: string, minutes: Iterable<number>, healedAt: number): Promise<number> {
    const connection = this.#open()
    const list = Array.from(minutes)
    for (const timestamp of list) checkRow('missing_minutes', { ...HEALED, instrument, timestamp, healed_at: healedAt })
    let healed = 0
    for (const minute of list) healed += connection.run(HEAL, [healedAt, instrument, minute])
    return healed
  }

  /** Checks all rows, then runs a statement for each; says how many rows it inserted or changed. */
  #put(table: keyof typeof PUT, rows: readonly Fields[]): number {
    const connection = this.#open()
    for (const row of rows) checkRow(table, row)
    let changed = 0
    for (const row of rows) changed += connection.run(PUT[table], encodeRow(table, row))
    return changed
  }

  #open(): Connection {
    if (this.#ended) throw endedTransaction()
    // A full disk makes SQLite roll back by itself; without this, what follows would be stored statement by statement.
    if (!this.#connection.inTransaction) throw rolledBack()
    return this.#connection
  }
}

function withInstrument(rows: Iterable<object>, instrument: string): readonly Fields[] {
  return Array.from(rows, (row) => ({ ...row, instrument }))
}
