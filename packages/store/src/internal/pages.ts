import type { RowQuery } from '../store.ts'
import { type TableName, tableOf } from '../tables.ts'
import { misuse, type SqlValue } from './statements.ts'

const PAGE = 1_000

/** Rows of a query page by page in key order, each page behind the key at which the one before has ended. */
export async function* pagesOf<V>(
  table: TableName,
  { instrument, from, to }: Pick<RowQuery, 'instrument' | 'from' | 'to'>,
  { pageSize = PAGE }: { readonly pageSize?: number },
  read: (bounds: RowQuery, after: readonly SqlValue[] | undefined) => Promise<readonly (readonly V[])[]>,
): AsyncGenerator<readonly (readonly V[])[], void, undefined> {
  const names = Object.keys(tableOf(table).columns)
  const key = tableOf(table).key.map((name) => names.indexOf(name))
  if (!(pageSize >= 1)) throw misuse(`pageSize ${pageSize}: expected a whole number of 1 or more`)
  const bounds = {
    limit: pageSize,
    ...(instrument === undefined ? {} : { instrument }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
  }
  let after: readonly SqlValue[] | undefined
  for (;;) {
    const page = await read(bounds, after)
    yield page
    const last = page.at(-1)
    if (last === undefined || page.length < pageSize) return
    after = key.map((i) => (last[i] ?? null) as SqlValue)
  }
}
