import { REPLICATED_TABLES } from '../internal/replica.ts'
import type { Fields } from '../internal/row-check.ts'
import { noteFilled } from '../sqlite/marks.ts'
import type { SqliteStore } from '../sqlite/sqlite-store.ts'
import type { Store, WaitOptions } from '../store.ts'
import { takeOver } from './take-over.ts'

const PORTION = 5_000

/**
 * Takes everything that the remote store has into the local one, in portions, and says how many rows were new there.
 * What the local one has in a newer state stays, and that a row is gone. Interrupted, it is begun again the next time.
 */
export async function fillFrom(remote: Store, local: SqliteStore, { signal }: WaitOptions = {}): Promise<number> {
  const options = signal === undefined ? {} : { signal }
  let rows = 0
  for (const table of REPLICATED_TABLES) {
    let portion: Fields[] = []
    for await (const row of remote.streamRows(table, {}, { pageSize: PORTION, ...options })) {
      portion.push(row)
      if (portion.length < PORTION) continue
      rows += await takeOver(local, table, portion, options)
      portion = []
    }
    rows += await takeOver(local, table, portion, options)
  }
  await local.writeWith(signal, noteFilled)
  return rows
}

/** Whether the remote store has been written by somebody else since. */
export async function isBehind(remote: Store, local: SqliteStore, options: WaitOptions): Promise<boolean> {
  const [newest] = await remote.readRows('collection_cycles', { newestFirst: true, limit: 1 }, options)
  if (newest === undefined) return false
  const { instrument, started_at: from } = newest
  const here = await local.readRows('collection_cycles', { instrument, from, to: from + 1 }, options)
  return here.every(({ id }) => id !== newest.id)
}
