import { createHash } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'

import type { Fields } from '../internal/row-check.ts'
import type { Replica, ReplicatedTableName, Store, WaitOptions } from '../store.ts'
import { type FeatureTableName, tableOf } from '../tables.ts'
import { mergedRows } from './merged-rows.ts'
import { removedRows } from './removed-rows.ts'
import { rowText } from './row-text.ts'
import { standingRow } from './standing-row.ts'

/** The rows of a table in one store. */
export interface TableDigest {
  readonly rows: number
  /** SHA-256 over all columns of all rows in key order, in hexadecimal; the same for the same rows in every store. */
  readonly checksum: string
}

/** What was copied of a table, and how the two stores stood at the last look. */
export interface TableCopy {
  readonly table: ReplicatedTableName
  /** Rows that the target did not have. */
  readonly inserted: number
  /** Rows that the target had with other values. */
  readonly replaced: number
  /** Feature rows of the target that a correction of the source has removed. */
  readonly removed: number
  /** Rows that differ because the target's is newer. They were kept. */
  readonly kept: number
  /** Rows that only the target has. They were kept. */
  readonly extra: number
  /** Rows that differ and cannot be replaced: in tables that are only ever added to. */
  readonly differing: number
  /** Whether the target had everything of the source when both were read through after the last write. */
  readonly verified: boolean
  readonly source: TableDigest
  readonly target: TableDigest
}

/** How a table is copied. */
export interface CopyTableOptions extends WaitOptions {
  /** The most rows in one transaction of the target. */
  readonly batchSize: number
  readonly onRows: (rows: number, phase: 'copy' | 'verify') => void
}

/** A source that is written to meanwhile has something new at each look; after so many, what it has now is left out. */
const LOOKS = 5
const PAUSE_EVERY = 1_000
/** Where each page is a question and an answer, larger ones pay; PostgREST gives no more than 1,000 rows. */
const PAGE_OF_POSTGRES = 2_000

/** Copies a table: compares row by row and writes what differs, until a look at both finds nothing more to write. */
export async function copyTable(
  from: Store,
  to: Store,
  table: ReplicatedTableName,
  options: CopyTableOptions,
): Promise<TableCopy> {
  const sum = { inserted: 0, replaced: 0, removed: 0 }
  for (let look = 1; ; look++) {
    const { inserted, replaced, removed, ...seen } = await writeDifferences(from, to, table, {
      ...options,
      phase: look === 1 ? 'copy' : 'verify',
    })
    sum.inserted += inserted
    sum.replaced += replaced
    sum.removed += removed
    const settled = inserted + replaced + removed === 0
    if (settled || look === LOOKS) return { table, ...sum, ...seen, verified: settled && seen.differing === 0 }
  }
}

async function writeDifferences(
  from: Store,
  to: Store,
  table: ReplicatedTableName,
  { phase, batchSize, onRows, signal }: CopyTableOptions & { readonly phase: 'copy' | 'verify' },
): Promise<Omit<TableCopy, 'table' | 'verified'>> {
  const counts = { inserted: 0, replaced: 0, removed: 0, kept: 0, extra: 0, differing: 0 }
  const [source, target] = [new Digest(table), new Digest(table)]
  const wait = signal === undefined ? {} : { signal }
  await using writer = new BatchWriter(to, table, batchSize, wait)
  const onlyThere: Fields[] = []
  const look = async (): Promise<void> => {
    const removed = await removedRows(from, table as FeatureTableName, onlyThere, wait)
    counts.removed += removed.length
    counts.extra += onlyThere.length - removed.length
    onlyThere.length = 0
    if (removed.length > 0) await to.replicate({ rows: {}, removed }, wait)
  }
  const isFeature = tableOf(table).group === 'feature'
  const rowsOf = (store: Store): AsyncIterable<Fields> =>
    store.streamRows(table, {}, store.kind === 'postgres' ? { ...wait, pageSize: PAGE_OF_POSTGRES } : wait)

  let looked = 0
  for await (const { source: ours, target: theirs } of mergedRows(table, rowsOf(from), rowsOf(to))) {
    const oursText = ours === undefined ? undefined : source.add(ours)
    const theirsText = theirs === undefined ? undefined : target.add(theirs)
    if (++looked % PAUSE_EVERY === 0) {
      onRows(source.rows, phase)
      // A file is read without ever waiting: signals and timers get their turn here.
      await setImmediate()
      signal?.throwIfAborted()
    }
    if (oursText === theirsText) continue
    if (ours === undefined) {
      if (!isFeature) counts.extra++
      else if (onlyThere.push(theirs as Fields) === batchSize) await look()
    } else if (theirs === undefined) {
      counts.inserted++
      await writer.add(ours)
    } else if (rowText(table, standingRow(table, ours, theirs)) === theirsText) {
      counts[isOnlyAddedTo(table) ? 'differing' : 'kept']++
    } else {
      counts.replaced++
      await writer.add(ours)
    }
  }
  await writer.flush()
  if (onlyThere.length > 0) await look()
  onRows(source.rows, phase)
  return { ...counts, source: source.end(), target: target.end() }
}

function isOnlyAddedTo(table: ReplicatedTableName): boolean {
  return table === 'ohlc_revisions' || table === 'feature_revisions' || table === 'error_log'
}

/** Counts rows and makes their checksum. */
class Digest {
  rows = 0
  readonly #table: ReplicatedTableName
  readonly #hash = createHash('sha256')

  constructor(table: ReplicatedTableName) {
    this.#table = table
  }

  /** Returns the row's text. */
  add(row: Fields): string {
    const text = rowText(this.#table, row)
    this.rows++
    this.#hash.update(text).update('\n')
    return text
  }

  end(): TableDigest {
    return { rows: this.rows, checksum: this.#hash.digest('hex') }
  }
}

/** Writes rows of one table in batches, each while the next one is gathered. */
class BatchWriter {
  readonly #to: Store
  readonly #table: ReplicatedTableName
  readonly #size: number
  readonly #options: WaitOptions
  #batch: Fields[] = []
  #writing: Promise<unknown> = Promise.resolve()

  constructor(to: Store, table: ReplicatedTableName, size: number, options: WaitOptions) {
    this.#to = to
    this.#table = table
    this.#size = size
    this.#options = options
  }

  async add(row: Fields): Promise<void> {
    this.#batch.push(row)
    if (this.#batch.length >= this.#size) await this.#start()
  }

  /** Writes the rest, and waits for everything. */
  async flush(): Promise<void> {
    if (this.#batch.length > 0) await this.#start()
    await this.#writing
  }

  async #start(): Promise<void> {
    await this.#writing
    const rows = { [this.#table]: this.#batch } as Replica['rows']
    this.#batch = []
    this.#writing = this.#to.replicate({ rows }, this.#options)
    // Whoever waits for it is told; until then nobody does.
    this.#writing.catch(() => {})
  }

  /** Waits for what is being written, however that ends. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writing.catch(() => {})
  }
}
