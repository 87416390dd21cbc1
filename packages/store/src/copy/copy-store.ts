import { stat } from 'node:fs/promises'

import { StoreError } from '../errors.ts'
import { olderSchema } from '../internal/refusals.ts'
import { REPLICATED_TABLES } from '../internal/replica.ts'
import type { ReplicatedTableName, Store, WaitOptions } from '../store.ts'
import { copyTable, type TableCopy } from './copy-table.ts'

/** How far a copy has got. */
export interface CopyProgress {
  readonly table: ReplicatedTableName
  /** `copy` at the first look at a table, `verify` afterwards. */
  readonly phase: 'copy' | 'verify'
  /** Rows of the table in the source that were looked at. */
  readonly rows: number
  /** Rows of the table in the source when the copy began. */
  readonly of: number
}

/** Options of `copyStore`. */
export interface CopyStoreOptions extends WaitOptions {
  /** What is copied. Only read; may be opened only for reading. */
  readonly from: Store
  /** Where it goes. */
  readonly to: Store
  /** The most rows in one transaction of the target. @default 5_000, to Supabase 500 */
  readonly batchSize?: number
  /** Called now and then. */
  readonly onProgress?: (progress: CopyProgress) => void
}

/** What `copyStore` did. */
export interface StoreCopy {
  /** Whether the target has everything of the source: see `TableCopy.verified`. */
  readonly verified: boolean
  readonly tables: readonly TableCopy[]
}

const BATCH = 5_000
const SUPABASE_BATCH = 500

/**
 * Copies everything but the list of migrations from one store to another, in bounded memory. The target's tables are
 * brought up to date first.
 *
 * Each table is read in both stores, in the order of its keys, and only rows that differ are written, as
 * `Store.replicate` does: what the target has newer, or alone, is kept. Then both are read again, and counted and
 * summed row by row. So a copy that was interrupted, in whatever way, is begun again and goes on where it was; and one
 * of a store that is copied already only compares.
 *
 * Rejects with a `StoreError`: `misuse` for a store onto itself, `older-schema` for a source that has to be migrated,
 * and what either store finds wrong.
 *
 * @example
 * ```ts
 * const clock = createManualClock(0)
 * const from = await openStore('sqlite::memory:', { clock })
 * const to = await openStore('sqlite::memory:', { clock })
 * const { verified } = await copyStore({ from, to })
 * verified // => true
 * ```
 */
export async function copyStore(options: CopyStoreOptions): Promise<StoreCopy> {
  const { from, to, onProgress, signal } = options
  const { batchSize = to.kind === 'supabase' ? SUPABASE_BATCH : BATCH } = options
  const wait = signal === undefined ? {} : { signal }
  if (await isSame(from, to)) {
    throw new StoreError(
      `store ${to.location}: it is the one that is copied`,
      { kind: 'misuse' },
      { hint: 'Give two different stores.' },
    )
  }
  const { version, latest, pending } = await from.schema(wait)
  if (pending.length > 0) throw olderSchema(from.location, version, latest)
  if ((await to.schema(wait)).pending.length > 0) await to.migrate(wait)

  const tables: TableCopy[] = []
  for (const table of REPLICATED_TABLES) {
    const of = onProgress === undefined ? 0 : await from.countRows(table, undefined, wait)
    const onRows = (rows: number, phase: CopyProgress['phase']): void => onProgress?.({ table, phase, rows, of })
    tables.push(await copyTable(from, to, table, { ...wait, batchSize, onRows }))
  }
  return { verified: tables.every(({ verified }) => verified), tables }
}

async function isSame(a: Store, b: Store): Promise<boolean> {
  if (a === b) return true
  if (a.kind !== b.kind || a.location === ':memory:') return false
  if (a.location === b.location) return true
  if (a.kind !== 'sqlite') return false
  const [one, other] = [await stat(a.location).catch(() => undefined), await stat(b.location).catch(() => undefined)]
  return one !== undefined && one.ino === other?.ino && one.dev === other.dev
}
