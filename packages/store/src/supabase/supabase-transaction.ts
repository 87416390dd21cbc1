import type { Bar, BarSeries, Interval } from '@openpredict/market'

import { barRow, checkedBars, historyRows, revisionRow } from '../internal/bar-rows.ts'
import { checkedFeatures, featureRevision } from '../internal/feature-rows.ts'
import { endedTransaction } from '../internal/refusals.ts'
import { checkRow, type Fields } from '../internal/row-check.ts'
import { rowKeyOf } from '../internal/row-json.ts'
import { SerialQueue } from '../internal/serial-queue.ts'
import { instrumentColumn } from '../internal/statements.ts'
import type { FeatureRow, Row, WithoutInstrument } from '../rows.ts'
import { readRows as readKnownRows, storedBar } from '../sqlite/reads.ts'
import { SqliteTransaction } from '../sqlite/sqlite-transaction.ts'
import type {
  BarOrigin,
  BarQuery,
  PutBarsResult,
  ReplaceRowsResult,
  ReplicatedTableName,
  RowQuery,
  StoredBar,
  StoreTransaction,
  WriteOrder,
} from '../store.ts'
import type { FeatureTableName, TableName } from '../tables.ts'
import { faultAll, faultKeys, faultLastCycle, type FaultPlace, faultQuery, type Wanted } from './fault-in.ts'
import type { Overlay } from './overlay.ts'
import { countRows, readRows } from './reads.ts'
import type { Rest } from './rest.ts'

/** What a healed minute is checked as, beside its time. */
const HEALED = { state: 'not_fetched', times_asked: 0 }

/**
 * One open transaction. Each call fetches the rows that it is about, and is then carried out by the driver of SQLite on
 * the overlay; the store sends what has changed when the work has ended.
 */
export class SupabaseTransaction implements StoreTransaction {
  readonly #place: FaultPlace
  readonly #inner: SqliteTransaction
  /** Calls go one after the other, in the order in which they were made, though each has to wait. */
  readonly #queue = new SerialQueue()
  #ended = false

  constructor(rest: Rest, overlay: Overlay, signal: AbortSignal | undefined) {
    this.#place = { rest, overlay, signal, ended: () => this.#ended }
    this.#inner = new SqliteTransaction(overlay.connection)
  }

  /** Refuses everything from now on. */
  end(): void {
    this.#ended = true
    this.#inner.end()
  }

  readBars(query: BarQuery): Promise<BarSeries> {
    const { last, ...span } = query
    const rows: RowQuery = last === undefined ? span : { ...span, limit: last, newestFirst: true }
    return this.#run(
      () => faultQuery(this.#place, 'ohlc_data', rows),
      () => this.#inner.readBars(query),
    )
  }

  readRows<T extends TableName>(table: T, query?: RowQuery): Promise<readonly Row<T>[]> {
    const { rest, signal } = this.#place
    if (!isReplicated(table)) return this.#run(noFault, () => readRows(rest, table, query, signal))
    return this.#run(
      () => faultQuery(this.#place, table, query),
      () => this.#inner.readRows(table, query),
    )
  }

  countRows(table: TableName, instrument?: string): Promise<number> {
    const { rest, overlay, signal } = this.#place
    if (instrument !== undefined) instrumentColumn(table)
    return this.#run(noFault, async () => {
      const stored = await countRows(rest, table, instrument, signal)
      if (this.#ended) throw endedTransaction()
      return isReplicated(table) ? stored + overlay.grown(table, instrument) : stored
    })
  }

  newestBar(instrument: string): Promise<StoredBar | undefined> {
    return this.#run(
      () => faultQuery(this.#place, 'ohlc_data', { instrument, newestFirst: true, limit: 1 }),
      () => this.#inner.newestBar(instrument),
    )
  }

  oldestBar(instrument: string): Promise<StoredBar | undefined> {
    return this.#run(
      () => faultQuery(this.#place, 'ohlc_data', { instrument, limit: 1 }),
      () => this.#inner.oldestBar(instrument),
    )
  }

  historyVersion(instrument: string): Promise<number> {
    return this.#run(
      () => faultKeys(this.#place, [stateOf(instrument)]),
      () => this.#inner.historyVersion(instrument),
    )
  }

  lastCycle(instrument: string): Promise<number> {
    return this.#run(
      () => faultLastCycle(this.#place, instrument),
      () => this.#inner.lastCycle(instrument),
    )
  }

  async putBars(instrument: string, bars: Iterable<Bar>, origin: BarOrigin): Promise<PutBarsResult> {
    const all = Array.from(bars)
    return await this.#run(
      () => this.#faultBars(checkedBars(instrument, all, origin), instrument, origin),
      () => this.#inner.putBars(instrument, all, origin),
    )
  }

  async reviseBars(instrument: string, bars: Iterable<Bar>, origin: BarOrigin): Promise<number> {
    const all = Array.from(bars)
    return await this.#run(
      async () => {
        const checked = checkedBars(instrument, all, origin)
        await this.#faultBars(checked, instrument, origin)
        const { connection } = this.#place.overlay
        const stored = checked.flatMap(({ time }) => storedBar(connection, instrument, time) ?? [])
        await faultKeys(this.#place, [['ohlc_revisions', stored.map((bar) => revisionRow(instrument, bar))]])
      },
      () => this.#inner.reviseBars(instrument, all, origin),
    )
  }

  async putHistoryBars(
    instrument: string,
    interval: Interval,
    bars: Iterable<Bar>,
    { source }: { readonly source: string },
  ): Promise<number> {
    const all = Array.from(bars)
    return await this.#run(
      () => this.#faultRows('ohlc_history', historyRows(all, { instrument, interval, source })),
      () => this.#inner.putHistoryBars(instrument, interval, all, { source }),
    )
  }

  async putRows<T extends FeatureTableName>(
    table: T,
    instrument: string,
    rows: Iterable<FeatureRow<T>>,
    order: WriteOrder,
  ): Promise<number> {
    const all = Array.from(rows)
    return await this.#run(
      async () => {
        const checked = checkedFeatures(table, instrument, all, order)
        await faultKeys(this.#place, [stateOf(instrument), [table, checked]])
      },
      () => this.#inner.putRows(table, instrument, all, order),
    )
  }

  async replaceRows<T extends FeatureTableName>(
    table: T,
    instrument: string,
    rows: Iterable<FeatureRow<T>>,
    order: WriteOrder & { readonly replacedAt: number },
  ): Promise<ReplaceRowsResult> {
    const all = Array.from(rows)
    return await this.#run(
      async () => {
        checkedFeatures(table, instrument, all, order)
        await faultAll(this.#place, table, instrument)
        const stored: readonly Fields[] = readKnownRows(this.#place.overlay.connection, table, { instrument })
        const kept = stored.map((row) => featureRevision(table, row, rowKeyOf(table, row), order))
        await faultKeys(this.#place, [stateOf(instrument), ['feature_revisions', kept]])
      },
      () => this.#inner.replaceRows(table, instrument, all, order),
    )
  }

  raiseHistoryVersion(instrument: string): Promise<number> {
    return this.#run(
      () => {
        checkRow('instrument_state', { instrument, history_version: 1 })
        return faultKeys(this.#place, [stateOf(instrument)])
      },
      () => this.#inner.raiseHistoryVersion(instrument),
    )
  }

  putCycle(cycle: Row<'collection_cycles'>): Promise<void> {
    return this.#run(
      () => this.#faultRows('collection_cycles', [cycle]),
      () => this.#inner.putCycle(cycle),
    )
  }

  putError(error: Row<'error_log'>): Promise<void> {
    return this.#run(
      () => this.#faultRows('error_log', [error]),
      () => this.#inner.putError(error),
    )
  }

  async putSuspects(instrument: string, suspects: Iterable<WithoutInstrument<'ohlc_suspects'>>): Promise<number> {
    const all = Array.from(suspects)
    return await this.#run(
      () => this.#faultRows('ohlc_suspects', withInstrument(all, instrument)),
      () => this.#inner.putSuspects(instrument, all),
    )
  }

  async putMissingMinutes(
    instrument: string,
    minutes: Iterable<WithoutInstrument<'missing_minutes'>>,
  ): Promise<number> {
    const all = Array.from(minutes)
    return await this.#run(
      () => this.#faultRows('missing_minutes', withInstrument(all, instrument)),
      () => this.#inner.putMissingMinutes(instrument, all),
    )
  }

  async markHealed(instrument: string, minutes: Iterable<number>, healedAt: number): Promise<number> {
    const all = Array.from(minutes)
    const healed = { instrument, ...HEALED, healed_at: healedAt }
    return await this.#run(
      () =>
        this.#faultRows(
          'missing_minutes',
          all.map((timestamp) => ({ ...healed, timestamp })),
        ),
      () => this.#inner.markHealed(instrument, all, healedAt),
    )
  }

  /** Fetches the rows of keys, after every row was found storable. */
  async #faultRows(table: ReplicatedTableName, rows: readonly Fields[]): Promise<void> {
    for (const row of rows) checkRow(table, row)
    await faultKeys(this.#place, [[table, rows]])
  }

  async #faultBars(bars: readonly Bar[], instrument: string, origin: BarOrigin): Promise<void> {
    await faultKeys(this.#place, [['ohlc_data', bars.map((bar) => barRow(instrument, bar, origin))]])
  }

  #run<T>(fault: () => Promise<void>, call: () => Promise<T>): Promise<T> {
    return this.#queue.run(async () => {
      if (this.#ended) throw endedTransaction()
      await fault()
      return await call()
    })
  }
}

function stateOf(instrument: string): Wanted[number] {
  return ['instrument_state', [{ instrument }]]
}

function isReplicated(table: TableName): table is ReplicatedTableName {
  return table !== 'schema_migrations'
}

function withInstrument(rows: Iterable<object>, instrument: string): readonly Fields[] {
  return Array.from(rows, (row) => ({ ...row, instrument }))
}

async function noFault(): Promise<void> {}
