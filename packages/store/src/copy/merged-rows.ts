import { Buffer } from 'node:buffer'

import type { Fields } from '../internal/row-check.ts'
import { type TableName, tableOf } from '../tables.ts'

/** What two stores have under one key; at least one of them has something. */
export interface RowPair {
  readonly source: Fields | undefined
  readonly target: Fields | undefined
}

/** Goes through the rows of a table in two stores at once, both in the order of their keys, key by key. */
export async function* mergedRows(
  table: TableName,
  source: AsyncIterable<Fields>,
  target: AsyncIterable<Fields>,
): AsyncGenerator<RowPair, void, undefined> {
  const { key } = tableOf(table)
  const [ours, theirs] = [source[Symbol.asyncIterator](), target[Symbol.asyncIterator]()]
  try {
    let [a, b] = await Promise.all([next(ours), next(theirs)])
    while (a !== undefined || b !== undefined) {
      const order = a === undefined ? 1 : b === undefined ? -1 : compareKeys(key, a, b)
      yield { source: order <= 0 ? a : undefined, target: order >= 0 ? b : undefined }
      if (order <= 0) a = await next(ours)
      if (order >= 0) b = await next(theirs)
    }
  } finally {
    await ours.return?.()
    await theirs.return?.()
  }
}

async function next(rows: AsyncIterator<Fields>): Promise<Fields | undefined> {
  const { value, done } = await rows.next()
  return done === true ? undefined : value
}

function compareKeys(key: readonly string[], a: Fields, b: Fields): number {
  for (const name of key) {
    const [x, y] = [a[name], b[name]]
    if (x === y) continue
    if (typeof x === 'number' && typeof y === 'number') return x - y
    // By the bytes of UTF-8, as the databases do: by UTF-16, as JavaScript does, is another order.
    return Buffer.compare(Buffer.from(String(x)), Buffer.from(String(y)))
  }
  return 0
}
