import type { Bar, BarSeries, Interval } from '@openpredict/market'

import type { FeatureRow, Row, WithoutInstrument } from './rows.ts'
import type { FeatureTableName, TableName } from './tables.ts'

/** A bar as it is stored. */
export interface StoredBar extends Bar {
  /** The name of the source that it came from. */
  readonly source: string
  /** When it was stored in this state, epoch ms. */
  readonly ingestedAt: number
  /** How often the source has changed it: 0 for never. */
  readonly revision: number
}

/** Which bars to read. */
export interface BarQuery {
  readonly instrument: string
  /** The earliest open time, epoch ms; included. @default the oldest */
  readonly from?: number
  /** The end of the open times, epoch ms; not included. @default after the newest */
  readonly to?: number
  /** Only so many, the newest of those that qualify. @default all */
  readonly last?: number
}

/** Which rows to read. */
export interface RowQuery {
  /** Only rows of this instrument. @default all */
  readonly instrument?: string
  /** The earliest instant in the table's `time` column, epoch ms; included. */
  readonly from?: number
  /** The end of the instants in the table's `time` column, epoch ms; not included. */
  readonly to?: number
  /** Only so many. @default all */
  readonly limit?: number
  /** By the table's `time` column from the newest back, instead of in key order. @default false */
  readonly newestFirst?: boolean
}

/** Options of everything that may wait. */
export interface WaitOptions {
  /** Gives up: the call rejects with the signal's reason. */
  readonly signal?: AbortSignal
}

/** What can be read, from the store itself (committed rows only) and within a transaction (its own writes included). */
export interface StoreReader {
  /** The bars of an instrument in columns, ascending. */
  readBars(query: BarQuery, options?: WaitOptions): Promise<BarSeries>
  /** Rows of a table, in the order of its key unless `newestFirst`. For large tables use `Store.streamRows`. */
  readRows<T extends TableName>(table: T, query?: RowQuery, options?: WaitOptions): Promise<readonly Row<T>[]>
  /** How many rows a table has, of one instrument or in all. */
  countRows(table: TableName, instrument?: string, options?: WaitOptions): Promise<number>
  /** The stored bar with the latest open time. */
  newestBar(instrument: string, options?: WaitOptions): Promise<StoredBar | undefined>
  /** The stored bar with the earliest open time. */
  oldestBar(instrument: string, options?: WaitOptions): Promise<StoredBar | undefined>
  /** How often the instrument's history was corrected: 0 at first. */
  historyVersion(instrument: string, options?: WaitOptions): Promise<number>
  /** The highest cycle number recorded for an instrument: 0 when there is none. */
  lastCycle(instrument: string, options?: WaitOptions): Promise<number>
}

/** Where bars came from and when. */
export interface BarOrigin {
  /** The name of the source. */
  readonly source: string
  /** When the bars are stored, epoch ms. */
  readonly ingestedAt: number
}

/** What `putBars` did. */
export interface PutBarsResult {
  /** The bars that were not there, ascending. */
  readonly inserted: BarSeries
  /** How many were there already, exactly so. */
  readonly unchanged: number
  /** Bars that are there with other prices or another volume. They were left as they are. */
  readonly differing: readonly { readonly stored: StoredBar; readonly found: Bar }[]
}

/**
 * A row's place in history: a write of an older one never replaces a newer one.
 *
 * Ordered by `historyVersion`, then by `asOf`.
 */
export interface WriteOrder {
  /** The history that the rows were computed from, see `raiseHistoryVersion`. */
  readonly historyVersion: number
  /** How far the writer had got: the close of its last bar or later, epoch ms. */
  readonly asOf: number
}

/** What `replaceRows` did. */
export interface ReplaceRowsResult {
  /** Rows that are gone. */
  readonly removed: number
  /** Rows that have other values now. */
  readonly changed: number
  /** Rows that were not there. */
  readonly added: number
}

/**
 * The writes of one transaction. Valid until the `work` that it was given to has ended; then every call is refused with
 * a `StoreError` of kind `closed`.
 *
 * All rows of a call are checked before the first is written. One that breaks a rule of its table rejects the call with
 * a `StoreError` of kind `constraint`, and nothing of that call is written; work that catches it may go on.
 */
export interface StoreTransaction extends StoreReader {
  /** Inserts the bars that are not there yet. Equal ones are left alone; ones that differ are not changed but returned. */
  putBars(instrument: string, bars: Iterable<Bar>, origin: BarOrigin): Promise<PutBarsResult>
  /**
   * Replaces stored bars by what the source says now. The old bar goes to `ohlc_revisions` with the time at which it
   * had been stored, and `revision` rises by one. Equal bars are left alone, bars that are not stored are inserted.
   * Returns how many were replaced.
   */
  reviseBars(instrument: string, bars: Iterable<Bar>, origin: BarOrigin): Promise<number>
  /** Inserts or replaces coarser bars, used to warm up levels. Returns how many were inserted or changed. */
  putHistoryBars(
    instrument: string,
    interval: Interval,
    bars: Iterable<Bar>,
    origin: { readonly source: string },
  ): Promise<number>
  /**
   * Inserts or updates feature rows on their key. Fields that are no columns are ignored.
   *
   * A row that was written by a newer order stays; so does everything when `historyVersion` is older than the
   * instrument's: what such a writer knows has been corrected. A `historyVersion` that has not begun is refused with a
   * `StoreError` of kind `unknown-history`. `history_version` of a row is the one in which it got its present values.
   * Returns how many rows were inserted or really changed.
   */
  putRows<T extends FeatureTableName>(
    table: T,
    instrument: string,
    rows: Iterable<FeatureRow<T>>,
    order: WriteOrder,
  ): Promise<number>
  /**
   * A correction: makes the instrument's rows of a table exactly `rows`.
   *
   * Rows that are gone or have other values now are kept in `feature_revisions` as they were. Rows that stay the same
   * keep their `history_version`. Order counts as in `putRows`: rows written by a newer one stay. `replacedAt`: now,
   * epoch ms.
   */
  replaceRows<T extends FeatureTableName>(
    table: T,
    instrument: string,
    rows: Iterable<FeatureRow<T>>,
    order: WriteOrder & { readonly replacedAt: number },
  ): Promise<ReplaceRowsResult>
  /** Begins a new history of the instrument, because stored bars have changed. Returns its number, from 1. */
  raiseHistoryVersion(instrument: string): Promise<number>
  /** Records a collection cycle; the same `id` again replaces it unless it had finished later. */
  putCycle(cycle: Row<'collection_cycles'>): Promise<void>
  /** Records an error; the same `id` again changes nothing. */
  putError(error: Row<'error_log'>): Promise<void>
  /**
   * Records bars that are held back, whole rows on their key. A row with an earlier `first_seen_at`, or the same and a
   * lower `times_seen`, does not replace a stored one; `admitted_at` is never taken back. Returns how many were
   * inserted or changed.
   */
  putSuspects(instrument: string, suspects: Iterable<WithoutInstrument<'ohlc_suspects'>>): Promise<number>
  /**
   * Records open minutes without a bar, whole rows on their key. A row with a lower `times_asked` does not replace a
   * stored one; `healed_at` is never taken back. Returns how many were inserted or changed.
   */
  putMissingMinutes(instrument: string, minutes: Iterable<WithoutInstrument<'missing_minutes'>>): Promise<number>
  /** Records that minutes (open times, epoch ms) have come after all. Returns how many were missing until now. */
  markHealed(instrument: string, minutes: Iterable<number>, healedAt: number): Promise<number>
}

/** How the tables of a store stand to those that this program knows. */
export interface SchemaState {
  /** The newest migration that was applied; 0 for none. */
  readonly version: number
  /** The newest migration that this program knows. */
  readonly latest: number
  /** Migrations that are not applied yet, in order. */
  readonly pending: readonly number[]
}

/** What `migrate` did. */
export interface MigrationResult {
  /** The schema's version before. */
  readonly from: number
  /** The schema's version now. */
  readonly to: number
  /** The migrations that were applied, in order; empty when there was nothing to do. */
  readonly applied: readonly number[]
}

/** The kinds of store that there are. */
export type StoreKind = 'sqlite' | 'postgres' | 'supabase' | 'mirror'

/** The tables that are copied from store to store: all but the list of migrations, which each store has for itself. */
export type ReplicatedTableName = Exclude<TableName, 'schema_migrations'>

/** A feature row that another store has no more. */
export interface RemovedRow {
  readonly table: FeatureTableName
  /** The columns of the table's key. */
  readonly key: Readonly<Record<string, string | number>>
  /** The order in which the row had been written last, see `WriteOrder`: a newer one stays. */
  readonly as_of_version: number
  readonly as_of: number
}

/** Rows as they stand in another store, and rows that are gone there. */
export interface Replica {
  /** Whole rows by table. */
  readonly rows: { readonly [T in ReplicatedTableName]?: readonly Row<T>[] }
  /** Feature rows that are gone. A key is either here or among the rows. @default none */
  readonly removed?: readonly RemovedRow[]
}

/** What `replicate` did. */
export interface ReplicaResult {
  /** Rows that were inserted, or replaced by other values. */
  readonly written: number
  /** Rows that were deleted. */
  readonly removed: number
  /** The history version that each instrument of the replica has now. */
  readonly historyVersions: Readonly<Record<string, number>>
}

/** How many rows `prune` deleted, by table. */
export type PruneResult = Readonly<Partial<Record<TableName, number>>>

/** Options of `streamRows`. */
export interface StreamOptions extends WaitOptions {
  /** How many rows are read, and held in memory, at a time. @default 1_000 */
  readonly pageSize?: number
}

/**
 * Tables of bars, features and records. All stores keep the same promises, held by one contract suite
 * (`@openpredict/store/testing`):
 *
 * - Writing is idempotent: the same rows twice, out of order, or after a crash leave the same tables.
 * - A transaction is stored whole or not at all; what is committed survives the process and the machine.
 * - Reads see committed rows only.
 *
 * Failures are `StoreError`s.
 */
export interface Store extends StoreReader, AsyncDisposable {
  readonly kind: StoreKind
  /** Where the rows are, safe to print. */
  readonly location: string
  /**
   * Runs `work` in one transaction: all of it is stored or nothing.
   *
   * Transactions of a store run one after the other. It is rolled back when `work` throws and when the signal aborts,
   * also while `work` still waits for something. Within `work`, the transaction is what reads and writes: the store's
   * own methods are refused there with a `StoreError` of kind `misuse`, because some would wait for themselves.
   */
  transaction<T>(work: (tx: StoreTransaction) => T | Promise<T>, options?: WaitOptions): Promise<T>
  /**
   * All rows of a query one by one in key order, in bounded memory. `limit` and `newestFirst` do not apply.
   *
   * Read in pages: rows that are committed meanwhile are seen when their key is still ahead.
   */
  streamRows<T extends TableName>(
    table: T,
    query?: Pick<RowQuery, 'instrument' | 'from' | 'to'>,
    options?: StreamOptions,
  ): AsyncIterable<Row<T>>
  /** How the tables stand to those that this program knows. */
  schema(options?: WaitOptions): Promise<SchemaState>
  /** Applies the migrations that are pending, each in a transaction. Does nothing when there are none. */
  migrate(options?: WaitOptions): Promise<MigrationResult>
  /** The time on the server's clock, epoch ms. Absent where there is no server. */
  serverTime?(options?: WaitOptions): Promise<number>
  /** Writes a row and reads it back in a transaction that is rolled back. Rejects when either fails. */
  probe(options?: WaitOptions): Promise<void>
  /**
   * Takes over rows as they stand in another store, in one transaction: how a mirror is delivered, a fresh machine
   * filled, a store copied. In any order and any number of times, it ends with the newest state of every row:
   *
   * - `ohlc_data`: of two states the one with the higher `revision`, then with the later `ingested_at`; of two with the
   *   same, what came last.
   * - Features: the one with the later `(as_of_version, as_of)`; of two with the same, what came last.
   * - `collection_cycles`, `ohlc_suspects`, `missing_minutes`, `ohlc_history`: as their `put…` methods.
   * - `ohlc_revisions`, `feature_revisions`, `error_log`: the one that is there. `instrument_state`: the higher version.
   *
   * Every row is checked before the first is written; one that breaks a rule rejects the call with a `StoreError` of kind
   * `constraint`, and nothing of it is stored. A key twice in one call is refused with kind `misuse`.
   */
  replicate(replica: Replica, options?: WaitOptions): Promise<ReplicaResult>
  /**
   * Retention: deletes what lies before an instant (epoch ms) by each table's `time`, in one transaction. The last 40
   * days are always kept: an instant in them is refused with a `StoreError` of kind `misuse`.
   */
  prune(before: number, options?: WaitOptions): Promise<PruneResult>
  /** Deletes every row of every table but `schema_migrations`, in one transaction. */
  reset(options?: WaitOptions): Promise<void>
  /**
   * Writes a copy of everything that is committed to a new file, while others go on reading and writing.
   *
   * The file appears under its name when it is complete; one that is there already is refused with a `StoreError` of
   * kind `exists`. A database that has means of its own (`pg_dump`) refuses with kind `misuse`, and names them.
   */
  backup(path: string, options?: WaitOptions): Promise<void>
  /** Waits for running work and closes. Everything after it is refused with a `StoreError` of kind `closed`. */
  close(): Promise<void>
}
